/**
 * The policy as it stands after reading: defaults filled in, tenants turned into users, every name checked. The
 * compiler and later rooms read this and never the document itself.
 */

import type { HardeningRequest } from './request.ts';

/** What a user is for; the rules of each version follow from it. */
export type Role =
  | 'admin'
  | 'readwrite'
  | 'readonly'
  | 'writeonly'
  | 'pubsub'
  | 'monitor'
  | 'replication'
  | 'sentinel'
  | 'backup'
  | 'custom';

export const ROLES: readonly Role[] = [
  'admin',
  'readwrite',
  'readonly',
  'writeonly',
  'pubsub',
  'monitor',
  'replication',
  'sentinel',
  'backup',
  'custom',
];

export type KeyAccess = 'read' | 'write' | 'readwrite';

export interface KeyGrant {
  readonly pattern: string;
  /** Absent: what the role does (readonly reads, writeonly writes, others both). */
  readonly access: KeyAccess | undefined;
}

/** Where a secret comes from. The compiler never reads it: the caller does, and hands the value over. */
export type SecretSource =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'env'; readonly variable: string }
  | { readonly from: 'exec'; readonly command: readonly string[] };

export interface PolicyUser {
  readonly name: string;
  readonly role: Role;
  readonly keys: readonly KeyGrant[];
  readonly channels: readonly string[];
  /** Valkey 9.1 and later; empty means all. */
  readonly databases: readonly number[];
  /** Command rules: all of them for `custom`, additions for the other roles. */
  readonly commands: readonly string[];
  /** ISO date of the last day; from the day after, the user compiles as `off`. */
  readonly expires: string | undefined;
  readonly password: SecretSource | undefined;
  /** The tenant it was made for. */
  readonly tenant: string | undefined;
  /** An administrator for an emergency: why, and until when; from that moment it compiles as `off`. */
  readonly breakGlass?: BreakGlass;
}

export interface BreakGlass {
  readonly reason: string;
  /** The moment it ends, ISO 8601 with `Z` or an offset, as written. */
  readonly until: string;
}

/** Nodes of one kind, and how to speak to them. */
export interface FleetAccess {
  /** URLs without credentials. */
  readonly seeds: readonly string[];
  readonly auth: { readonly user: string; readonly password: SecretSource | undefined } | undefined;
  readonly tls:
    | { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: string | undefined }
    | undefined;
}

/** How the files of the nodes are reached. */
export interface FleetFiles {
  /** `none`: a person places them, told what to place. */
  readonly via: 'local' | 'ssh' | 'none';
  readonly user: string | undefined;
  /** Of ssh; absent: what the ssh client's own configuration says. */
  readonly port: number | undefined;
  /** Private key file of ssh; absent: what the ssh client's own configuration says. */
  readonly identity: string | undefined;
  readonly conf: string | undefined;
  readonly acl: string | undefined;
  readonly tls: string | undefined;
  /**
   * Program and arguments that restart a Sentinel on its host; `{host}` and `{port}` stand for its address. Absent: a
   * person restarts it.
   */
  readonly restartSentinel: readonly string[] | undefined;
}

export interface FleetPolicy extends FleetAccess {
  readonly name: string;
  /** The Sentinels, where they listen elsewhere or take other credentials; absent: as the data nodes. */
  readonly sentinel: FleetAccess | undefined;
  /** `host:port` that nodes announce, to the `host:port` where they are reached from here. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly files: FleetFiles | undefined;
  /** CIDRs that may connect as clients. */
  readonly clients: readonly string[];
  /** CIDRs of the other nodes: replication, cluster bus, Sentinel. */
  readonly peers: readonly string[];
  /** CIDRs of metrics collectors. */
  readonly monitors: readonly string[];
  /** What apply may remove: declared users only, every other user, or those with a prefix. */
  readonly ownership: string;
}

/** A finding that is accepted for a while; judged by the posture room. */
export interface PolicyWaiver {
  /** Check id or alias. */
  readonly check: string;
  /** Node it holds for; absent: every node. */
  readonly node?: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO date. */
  readonly expires: string;
  /** Line of the policy document, from 1. */
  readonly line?: number;
}

/** Directories on the server. */
export interface Paths {
  /** redis.conf, users.acl, secrets.conf. */
  readonly conf: string;
  readonly data: string;
  readonly tls: string;
  readonly log: string;
  readonly run: string;
}

/** What only the operator knows. */
export interface ServerChoices {
  /** Absent: 6379, or 26379 for Sentinel. */
  readonly port: number | undefined;
  /** Addresses to listen on; empty: loopback. */
  readonly bind: readonly string[];
  /** `2gb`. */
  readonly maxmemory: string | undefined;
  readonly maxmemoryPolicy: string | undefined;
  readonly maxclients: number | undefined;
  readonly persistence: 'none' | 'rdb' | 'aof' | 'both' | undefined;
  readonly primary: { readonly host: string; readonly port: number } | undefined;
  /** `port` is the Sentinel's own; mode sentinel takes it from `port` above. */
  readonly sentinel: { readonly name: string; readonly quorum: number; readonly port: number };
}

export interface PolicyDocument {
  readonly request: HardeningRequest;
  readonly choices: ServerChoices;
  readonly paths: Paths;
  readonly users: readonly PolicyUser[];
  readonly fleets: readonly FleetPolicy[];
  readonly waivers: readonly PolicyWaiver[];
  /** Days after which a credential is due; absent: what level and frameworks ask. */
  readonly credentialAgeDays: number | undefined;
  /** What the reader assumed, as sentences. */
  readonly notes: readonly string[];
}
