/**
 * A run: the steps of one operation in stages, and what became of each. Stages come one after another on all nodes;
 * the steps of one node within a stage come in order. The canary node goes through a stage alone before the others.
 */

import type { FleetNode } from '../fleet/index.ts';
import type { Step, StepState } from './step.ts';

export type Operation = 'apply' | 'rotate' | 'revoke' | 'migrate' | 'rotate-leaf' | 'rotate-ca' | 'reconnect';

/** A part of a run that every reachable node finishes before the next begins. */
export interface Stage {
  /** `extend`, `verify`, `switch`, `remove`, `persist`. */
  readonly name: string;
  /** What it does, for people: `add users and rights`. */
  readonly title: string;
  readonly steps: readonly Step[];
}

/** Everything that is written to disk before the first step runs. */
export interface Run {
  /** `2026-11-22T061000Z-apply-3f9c`: sorts by time, unique, fit for a folder name. */
  readonly id: string;
  readonly operation: Operation;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** Who asked: user and host of the operator, `deploy@bastion`. */
  readonly actor: string;
  /** What it is about, in one line: `revision 3f9c…`, `orders-api`. */
  readonly subject: string;
  readonly nodes: readonly Pick<FleetNode, 'id' | 'role'>[];
  readonly stages: readonly Stage[];
  /** Operation's own facts, to resume and report by (plan digest, deadline, sink of a secret). Plain data and `Secret`s. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One line of the journal after the first. */
export type JournalEntry =
  | {
      readonly at: string;
      readonly step: number;
      readonly state: Exclude<StepState, 'planned'>;
      /** Why, or what was read back; never a secret. */
      readonly detail?: string;
    }
  /** The operation's own milestones: `canary passed`, `secret delivered`, `sessions left 3`. */
  | { readonly at: string; readonly note: string; readonly facts?: Readonly<Record<string, unknown>> }
  | { readonly at: string; readonly ended: RunOutcome };

export type RunOutcome =
  /** Every step of every node is done or unneeded. */
  | 'done'
  /** Done but for nodes that could not be reached. */
  | 'pending'
  /** Stopped at a failure; `undo` and `resume` are open. */
  | 'stopped'
  /** Taken back. */
  | 'undone'
  /** Taken back in part. */
  | 'undo-incomplete';

/** What a run came to, for reports. */
export interface RunReport {
  readonly run: Run;
  readonly outcome: RunOutcome;
  readonly steps: readonly StepReport[];
  readonly notes: readonly string[];
}

export interface StepReport {
  readonly step: Step;
  readonly state: StepState;
  readonly detail?: string;
  /** Milliseconds from sending to reading back. */
  readonly tookMs?: number;
}
