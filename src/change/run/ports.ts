/**
 * What an execution is given from outside: how to reach nodes, where to write down what happens, the clock. Everything
 * that a test wants to decide is here.
 */

import type { CommandTable } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import type { Connection, FleetErrorCode } from '../../fleet/index.ts';
import type { HostAccess } from '../host/host-access.ts';
import type { JournalEntry, RunOutcome, Stage } from '../run.ts';
import type { Step, StepState } from '../step.ts';

/** The journal of one run, as far as executing needs it. */
export interface RunJournal {
  /** Every entry that is on disk, in order. */
  readonly entries: readonly JournalEntry[];
  /** Resolves when the entry is on disk. Entries that are given at the same time share one write. */
  readonly append: (entry: JournalEntry) => Promise<void>;
}

/** The outside world of an execution. */
export interface RunPorts {
  /**
   * Dials a node by its id and logs in as ourselves; throws a `FleetError`. Called once for each node, again after a
   * cut, and for each probe of a login, which has a connection of its own.
   */
  readonly connect: (node: string) => Promise<Connection>;
  /**
   * The same to go on with a run or to take it back: a certificate that the run itself placed or replaced there need
   * not verify. Default `connect`.
   */
  readonly connectKnown?: (node: string) => Promise<Connection>;
  /** Files of the node's host; undefined where they cannot be reached. */
  readonly host?: (node: string) => HostAccess | undefined;
  /** What is known of the node already, to save asking for it. */
  readonly known?: (node: string) => KnownServer | undefined;
  readonly journal: RunJournal;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1; spreads the ends of sessions. Default `Math.random`. */
  readonly random?: () => number;
  readonly onEvent?: (event: RunEvent) => void;
  /** Aborted: no new step begins, what is under way is read to its end, the outcome is `stopped`. */
  readonly signal?: AbortSignal;
}

export interface KnownServer {
  readonly server: ServerVersion;
  readonly table: CommandTable;
}

export interface RunOptions {
  /** Nodes at a time. Default 16. */
  readonly concurrency?: number;
  /** Id of the node that goes through each stage alone before the others, or `none`; default: the first replica. */
  readonly canary?: string;
  /** What a failed step leads to. Default `stop`. */
  readonly onFailure?: 'stop' | 'undo';
  /**
   * A node that cannot be reached: `proceed` leaves its steps pending and goes on with the others (default); `stop`
   * begins nothing more anywhere after the stage in which it was missed.
   */
  readonly unreachable?: 'proceed' | 'stop';
}

/** Progress, as it happens. */
export type RunEvent =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly canary?: string }
  | { readonly kind: 'step'; readonly step: Step; readonly state: StepState; readonly detail?: string }
  /** A node could not be reached; its steps are pending. */
  | {
      readonly kind: 'unreachable';
      readonly node: string;
      readonly code: FleetErrorCode | 'busy';
      readonly detail: string;
    }
  | { readonly kind: 'ended'; readonly outcome: RunOutcome };
