/**
 * A check: one question about a server, answered from its snapshot and the expectations, never by I/O.
 * It carries its own rationale, fix, references, and one good and one bad example that run as tests and are
 * printed in its page. Ids are never reused; a renamed check keeps its old id as an alias.
 */

import type { Provenance, Snapshot, UnknownReason } from '../fleet/index.ts';
import type { BreakGlass, Change, Expectations } from '../policy/index.ts';
import type { FleetView } from './fleet-view.ts';

export const AREAS = [
  'network',
  'authentication',
  'users',
  'commands',
  'tls',
  'persistence',
  'replication',
  'sentinel',
  'cluster',
  'limits',
  'logging',
  'scripting',
  'version',
  'host',
  'files',
] as const;
export type Area = (typeof AREAS)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One observation that led to the answer. */
export interface Evidence {
  /** What was seen, secrets removed: `user default on nopass ~* &* +@all`. */
  readonly text: string;
  readonly from?: Provenance;
}

export type Verdict =
  | { readonly status: 'pass'; readonly evidence?: readonly Evidence[] }
  | {
      readonly status: 'fail';
      readonly evidence: readonly Evidence[];
      /** What this means here, one sentence. */
      readonly risk?: string;
      /** Set only by a named rule of the check (exposure raises it); the reason is shown. */
      readonly severity?: { readonly value: Severity; readonly because: string };
      readonly fix: readonly Change[];
    }
  /** A fact is missing: which, why, and where to look instead. */
  | {
      readonly status: 'unknown';
      readonly missing: string;
      readonly why: string;
      readonly look: string;
      /** Why the fact is missing; `not-asked` is what this source can never tell, and no fault of the run. */
      readonly reason?: UnknownReason;
    }
  /** Only a person can answer; what to do. */
  | { readonly status: 'manual'; readonly instruction: string }
  | { readonly status: 'not-applicable'; readonly why: string };

/** What the checks may know besides the snapshot. */
export interface CheckContext {
  readonly expected: Expectations;
  /** The moment of judgement, for expiries. */
  readonly now: Date;
  /** The nodes of the run, for checks with `comparesNodes`; to the others it is empty. */
  readonly fleet: FleetView;
  /** The users that the policy declares, by name; absent where no policy declares any. */
  readonly declared?: DeclaredUsers;
}

/** What a policy says of a user, as far as checks ask. */
export interface DeclaredUser {
  readonly role: string;
  /** Last day, `YYYY-MM-DD`. */
  readonly expires?: string | undefined;
  readonly breakGlass?: BreakGlass | undefined;
  /** When its credential was last replaced, ISO 8601; absent where nothing is recorded. */
  readonly rotatedAt?: string | undefined;
}

export type DeclaredUsers = ReadonlyMap<string, DeclaredUser>;

/** An input that a check's example describes; tests build a snapshot of files from it. */
export interface Example {
  /** `redis-7.2`, `valkey-8.1`, or a full version. */
  readonly server: string;
  readonly conf: string;
  /** Content of the ACL file that `conf` names by `aclfile`. */
  readonly acl?: string;
  /** Facts that only a live server or a host shows; merged over the snapshot of the files. */
  readonly facts?: Partial<Snapshot>;
  /** What the policy says of its users, where the check asks. */
  readonly declared?: DeclaredUsers;
}

export interface Check {
  /** `AREA-NNN`, for example `AUTH-001`. */
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly area: Area;
  /** The finding as a plain statement of the defect: `Anyone who can connect is an administrator`. */
  readonly title: string;
  /** The same as the thing wanted: `Clients must authenticate`. */
  readonly goal: string;
  readonly severity: Severity;
  /** Why it matters and what really happens, with the versions it was seen on. */
  readonly rationale: string;
  /** `true`, or why the check has nothing to say about this server. */
  readonly appliesWhen?: (snapshot: Snapshot, context: CheckContext) => true | string;
  readonly evaluate: (snapshot: Snapshot, context: CheckContext) => Verdict;
  /** Asked after all nodes were seen, by then with the facts only that such checks read (`fleet-view.ts`). */
  readonly comparesNodes?: true;
  /** How to mend it, in a sentence or two, for the check's page. */
  readonly remedy: string;
  readonly references: readonly { readonly title: string; readonly url: string }[];
  /** Attack paths that this check closes or proves open, for example `AP-01` (`attack-path.ts`). */
  readonly attackPaths?: readonly string[];
  readonly examples: { readonly bad: Example; readonly good: Example };
}
