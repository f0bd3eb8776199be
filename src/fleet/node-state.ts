/**
 * What a plan needs to know of one live node, read in AUTH and one pipeline: users, settings, sessions, what was run
 * lately, and how the node keeps its users. A narrower and cheaper reading than a snapshot: nothing is knocked at.
 */

import type { CommandTable } from '../acl/index.ts';
import type { ServerVersion } from '../conf/index.ts';
import type { Fact } from './fact.ts';
import type { ClientFact, RoleFact, Snapshot } from './snapshot.ts';

export interface NodeState {
  /** `id` of the node. */
  readonly node: string;
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  readonly server: ServerVersion;
  readonly mode: 'standalone' | 'cluster' | 'sentinel';
  readonly runId: string;
  readonly role: Fact<RoleFact>;
  readonly table: CommandTable;
  /** Whom we are logged in as. */
  readonly login: Fact<string>;
  /** Our own connection, as CLIENT LIST shows it. */
  readonly clientId: Fact<string>;
  /** ACL LIST. */
  readonly users: Snapshot['users'];
  /** By canonical name, as CONFIG GET prints it; secrets are not here. Empty on a Sentinel. */
  readonly settings: Snapshot['settings'];
  readonly secrets: Snapshot['secrets'];
  /** Sessions, at most CLIENTS_MAX of them; `clientsCut` says how many were left out. */
  readonly clients: Fact<readonly SessionFact[]>;
  readonly clientsCut: number;
  /** INFO commandstats: how often each command (`get`, `config|set`) was run since the last reset. */
  readonly commandStats: Fact<ReadonlyMap<string, number>>;
  /** INFO fields by name. */
  readonly info: ReadonlyMap<string, string>;
  readonly persistence: UserPersistence;
  /** What a plan made from this rests on: changes when users, settings, role or process change. Hex SHA-256, no secret. */
  readonly fingerprint: string;
  readonly roundTrips: number;
}

/** One line of CLIENT LIST, as far as changes look at it. */
export interface SessionFact extends ClientFact {
  /** Our side of the connection, `laddr`; empty before 6.2. */
  readonly localAddress: string;
}

/** How users outlast a restart. */
export type UserPersistence =
  /** ACL SAVE writes it. */
  | { readonly by: 'aclfile'; readonly path: string }
  /** CONFIG REWRITE (SENTINEL FLUSHCONFIG on a Sentinel) writes `user` lines into it. */
  | { readonly by: 'conf'; readonly path: string }
  /** Started without a file: nothing outlasts a restart. */
  | { readonly by: 'nothing' }
  | { readonly by: 'unknown'; readonly detail: string };
