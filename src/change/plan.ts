/**
 * A plan: how each live node differs from what the policy wants of it, why it must not be applied where that would
 * lock somebody out, and what it was made from. Pure data; a plan file is this as JSON with its secrets left out.
 */

import type { Right, UserDiff } from '../acl/index.ts';
import type { Topology } from '../fleet/index.ts';
import type { Stage } from './run.ts';

export interface Plan {
  /** ISO 8601 UTC. */
  readonly madeAt: string;
  readonly fleet: string | undefined;
  readonly kind: Topology['kind'];
  /** Hex SHA-256 of the policy's meaning (users, rights, settings), without secrets. Shown by its first 8 digits. */
  readonly revision: string;
  readonly nodes: readonly NodePlan[];
  /** Nodes that could not be read: they differ until they are read. */
  readonly unreadable: readonly { readonly node: string; readonly code: string; readonly detail: string }[];
  /** Why the plan refuses itself; empty: it may be applied. */
  readonly refusals: readonly Refusal[];
  /** Worth knowing, stops nothing. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

export interface NodePlan {
  readonly node: string;
  readonly role: 'primary' | 'replica' | 'sentinel' | 'unknown';
  /** `redis-7.0.15` */
  readonly server: string;
  /** `NodeState.fingerprint` that this was made from. */
  readonly basis: string;
  readonly differences: readonly Difference[];
  /** What the marker user said: the revision, and whether the declared users are still exactly as it left them. */
  readonly marker: { readonly revision: string; readonly exact: boolean } | undefined;
  /** Short digests of what was read, without passwords, to say later what moved. */
  readonly seen: NodeSight;
  /** Users that are not ours to remove, and whose they may be (`Vault`, `an operator`, unknown). */
  readonly left: readonly { readonly user: string; readonly why: string }[];
}

export interface NodeSight {
  readonly runId: string;
  /** First digits of the SHA-256 of each user's rules, password hashes left out, and how many passwords it has. */
  readonly users: Readonly<Record<string, string>>;
}

/** `+` added, `-` removed, `~` changed, `!` cannot be done at run time. */
export type DifferenceMark = '+' | '-' | '~' | '!';

export type Difference =
  | {
      readonly kind: 'add-user';
      readonly mark: '+';
      readonly user: string;
      /** As ACL LIST would show them, hashes left out. */
      readonly rules: string;
      /** `~app:*`, `%R~*`; empty: no key. */
      readonly keys: readonly string[];
      /** How many commands it may run beyond those that anybody may. */
      readonly commands: number;
    }
  | {
      readonly kind: 'change-user';
      readonly mark: '~';
      readonly user: string;
      /** Rights gained and lost. */
      readonly diff: Pick<UserDiff, 'login' | 'unknown'> & {
        readonly gained: readonly Right[];
        readonly lost: readonly Right[];
      };
      /** `widen` only adds, `narrow` only takes away, `text` changes the text and no right. */
      readonly direction: 'widen' | 'narrow' | 'both' | 'login' | 'text';
      readonly before: string;
      readonly after: string;
    }
  | {
      readonly kind: 'remove-user';
      readonly mark: '-';
      readonly user: string;
      /** `not declared (ownership exclusive)`, `expired on 2026-11-20`. */
      readonly why: string;
      readonly sessions: number;
    }
  | {
      readonly kind: 'setting';
      readonly mark: '~' | '!';
      readonly name: string;
      /** Undefined for a secret. */
      readonly from: string | undefined;
      readonly to: string | undefined;
      /** CONFIG SET, or only from the file at the next start. */
      readonly takes: 'runtime' | 'restart';
      readonly reason: string;
    }
  /** Memory, file and policy do not agree, or what holds does not outlast a restart. */
  | {
      readonly kind: 'persistence';
      readonly mark: '~' | '!';
      readonly how: 'acl-save' | 'config-rewrite' | 'by-hand';
      readonly why: string;
    }
  /** The disabled user that shows which revision a node runs. */
  | {
      readonly kind: 'revision';
      readonly mark: '+' | '~';
      readonly from: string | undefined;
      readonly to: string;
    };

export type RefusalCode =
  | 'own-user'
  /** We may not do what the plan needs. */
  | 'own-rights'
  | 'last-administrator'
  | 'replication-user'
  | 'sentinel-user'
  | 'exporter-user'
  | 'commands-in-use'
  | 'password-in-use'
  | 'default-in-use'
  | 'protected-mode'
  | 'unreadable'
  /** The node's version cannot hold what the policy asks. */
  | 'unsupported'
  | 'not-persistent'
  | 'too-many-removed';

export interface Refusal {
  readonly code: RefusalCode;
  readonly node: string;
  readonly user?: string;
  /** One sentence: what would happen, to whom. */
  readonly message: string;
  /** What to change, or how to insist where that is possible. */
  readonly next: string;
  /** `never`: locks the operator out. `--allow CODE` lets the others pass. */
  readonly override: 'never' | 'allow';
}

/** The plan and the steps that make it true. Steps hold secrets and are never printed. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly stages: readonly Stage[];
}
