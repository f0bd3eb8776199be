/**
 * A step: one change of one kind at one node, as data. It holds what the node must look like before (precondition and
 * undo) and after (verification), so that it can be written to disk before it runs, be resumed after a crash, and be
 * undone. Whatever could tell a secret is a `Secret`: the journal seals it, everything else cannot print it.
 */

import type { Secret } from '../conf/index.ts';

/**
 * Rules of a user as tokens for ACL SETUSER after `reset`: `on`, `#hash`, `~app:*`, `-@all`, `+get`. Secret, because
 * of the hashes. `undefined`: the user does not exist.
 */
export type UserImage = Secret | undefined;

/** One setting: CONFIG SET, or an option of `SENTINEL SET`. `undefined` before: not known (a Sentinel shows no auth-pass). */
export interface SettingChange {
  readonly name: string;
  readonly before: string | Secret | undefined;
  readonly after: string | Secret;
}

/** Where a replica finds its primary. */
export interface PrimaryAddress {
  readonly host: string;
  readonly port: number;
  /** `tls-replication`. */
  readonly transport: 'plaintext' | 'tls';
}

/** A leaf as ports show it. */
export interface ServedCertificate {
  /** Where handshakes are made: the client port, the bus, a Sentinel's. */
  readonly ports: readonly { readonly host: string; readonly port: number }[];
  /** SHA-256 of the leaf, lower-case hex; `undefined` before: not known, or no TLS. */
  readonly before: string | undefined;
  readonly after: string;
}

/** A client certificate with its key, PEM. */
export interface ClientPair {
  readonly certificate: string;
  readonly key: Secret;
}

/** What is done, by kind. */
export type StepAction =
  /** ACL SETUSER name reset …; verified by the effective rights that ACL LIST gives back. */
  | {
      readonly kind: 'set-user';
      readonly user: string;
      readonly before: UserImage;
      readonly after: Secret;
    }
  /** ACL DELUSER: ends the sessions of the user. Undo brings the user back, not the sessions. */
  | { readonly kind: 'remove-user'; readonly user: string; readonly before: Secret }
  /** Adds a password beside the others (`#hash`), or takes one away (`!hash`), and nothing else. */
  | { readonly kind: 'add-password'; readonly user: string; readonly hash: Secret }
  | { readonly kind: 'remove-password'; readonly user: string; readonly hash: Secret }
  /** CLIENT KILL of the sessions of a user, ours excepted; never undone. */
  | {
      readonly kind: 'end-sessions';
      readonly user: string;
      /** Only sessions that were there when the run began to look: client ids; absent: all of the user. */
      readonly ids?: readonly string[];
      /** At most so many a second; absent: at once. */
      readonly perSecond?: number;
    }
  /** CONFIG SET of all of them in one command (one by one before 7.0). */
  | { readonly kind: 'set-config'; readonly settings: readonly SettingChange[] }
  /** `SENTINEL SET group option value`. */
  | { readonly kind: 'set-sentinel'; readonly group: string; readonly settings: readonly SettingChange[] }
  /** Makes what holds in memory outlast a restart. `config-rewrite` stands for SENTINEL FLUSHCONFIG on a Sentinel. */
  | { readonly kind: 'persist'; readonly by: 'acl-save' | 'config-rewrite' }
  /** Replaces a file on the node's host; `before` is the hash of what was read when planning (`absent`: no file). */
  | {
      readonly kind: 'place-file';
      readonly path: string;
      readonly beforeSha256: string;
      readonly after: Secret;
      readonly mode?: number;
    }
  /**
   * The node reads its TLS files anew: CONFIG SET of all of `settings` in one command (to the same paths: one of them
   * is enough, seen on Redis 6.0 to 8.0 and Valkey 8.0 to 9.1). With `on: 'revert'` nothing happens forth; it stands
   * before the files are placed, so that taking back ends with it. Done where every port shows `serves`.
   */
  | {
      readonly kind: 'reload-tls';
      readonly on: 'perform' | 'revert';
      readonly settings: readonly SettingChange[];
      /** What its ports must show afterwards; absent where only the trust changes. */
      readonly serves?: ServedCertificate;
      /** Who must be let in afterwards: a client of the new authority, or the node itself, as where it dials others. */
      readonly admits?: ClientPair;
    }
  /**
   * A Sentinel reads its TLS files only when it starts. Refused while the other Sentinels have no quorum without it;
   * done when it is back, shows `serves`, and is counted by the others. `command` runs on its host; absent: a person
   * restarts it. With `on: 'revert'` as above.
   */
  | {
      readonly kind: 'restart-sentinel';
      readonly on: 'perform' | 'revert';
      readonly command?: readonly string[];
      readonly serves?: ServedCertificate;
    }
  /** Every port shows this certificate. Changes nothing. */
  | { readonly kind: 'prove-certificate'; readonly serves: ServedCertificate }
  /**
   * Ends connections a few at a time, so that clients handshake anew: `perSecond` with jitter; stops as failed when a
   * handshake of ours takes longer than `handshakeMsMax`.
   */
  | {
      readonly kind: 'reconnect-clients';
      /** Ids of CLIENT LIST; absent: every client but ourselves, replicas, and Sentinels. */
      readonly ids?: readonly string[];
      readonly perSecond: number;
      readonly handshakeMsMax: number;
    }
  /** A login with these credentials works (`accepted`) or does not (`refused`). Changes nothing. */
  | {
      readonly kind: 'prove-login';
      readonly user: string;
      readonly password: Secret;
      readonly expect: 'accepted' | 'refused';
    }
  /**
   * A replica goes on following its primary by another port: `tls-replication` and REPLICAOF in one MULTI, after which
   * the stream goes on where it was (partial resync, link up within 0.1 s; Redis 7.0 to 8.0, Valkey 8.0 to 9.1). Done
   * where INFO shows the new address and a link that is up; refused where the node is no replica of `before` any more.
   */
  | { readonly kind: 'follow-primary'; readonly before: PrimaryAddress; readonly after: PrimaryAddress }
  /** The node's replication link is up, or it is a primary. Changes nothing. */
  | { readonly kind: 'prove-replication' };

/** A step in its place. */
export type Step = StepAction & {
  /** From 1, in the order of the run; the journal names steps by it. */
  readonly id: number;
  /** `id` of the node. */
  readonly node: string;
  /** Name of its stage. */
  readonly stage: string;
};

/** Where a step stands. */
export type StepState =
  /** Nothing was sent yet. */
  | 'planned'
  /** On disk that it runs; whether it took effect must be asked of the node. */
  | 'begun'
  /** Took effect, read back. */
  | 'done'
  /** The node was as wanted already. */
  | 'unneeded'
  /** The node could not be reached: to be done when it is back. */
  | 'pending'
  /** The node refused, or was not as the precondition says. */
  | 'failed'
  /** Never begun, because the run stopped before. */
  | 'skipped'
  /** Taken back, read back. */
  | 'undone'
  /** Could not be taken back; says why. */
  | 'undo-failed';
