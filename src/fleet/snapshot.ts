/**
 * The snapshot: everything known about one server at one moment, typed, each fact with where it came from.
 * A live node and a set of files give the same shape, so that one catalogue of checks judges both.
 * Gathering is I/O and lives beside this file; the snapshot itself is plain readonly data.
 */

import type { CommandTable, ParsedAclFile, User } from '../acl/index.ts';
import type { Configuration, Product, Secret } from '../conf/index.ts';
import type { CertificateFact } from '../tls/index.ts';
import type { Fact, Provenance } from './fact.ts';
import type { TlsLookFact } from './tls-look.ts';

/** One server, live or from its files, at one moment. */
export interface Snapshot {
  /** What reports call it: `127.0.0.1:6379`, or the path of the conf file. */
  readonly subject: string;
  readonly origin: 'live' | 'files';
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  readonly product: Fact<ProductFact>;
  readonly mode: Fact<'standalone' | 'cluster' | 'sentinel'>;
  readonly role: Fact<RoleFact>;
  /**
   * Every setting by canonical name (`replica-read-only`, never `slave-…`) as CONFIG GET would print it.
   * Settings that the version does not have are absent. Secrets are not here.
   */
  readonly settings: ReadonlyMap<string, Fact<string>>;
  /** requirepass, masterauth, the TLS key passphrases, Sentinel's passwords. */
  readonly secrets: ReadonlyMap<string, Fact<Secret>>;
  /** Users in force: live ACL LIST, or the aclfile, or `user` lines, `requirepass` applied; always with `default`. */
  readonly users: Fact<readonly UserFact[]>;
  /** The server's own command table, or the bundled one nearest to its version. */
  readonly commands: Fact<CommandTable>;
  readonly denials: Fact<DenialFacts>;
  readonly clients: Fact<readonly ClientFact[]>;
  readonly modules: Fact<readonly ModuleFact[]>;
  /** INFO fields by name (`used_memory`, `uptime_in_seconds`, `acl_access_denied_auth`), all sections. */
  readonly info: Fact<ReadonlyMap<string, string>>;
  readonly clock: Fact<ClockFact>;
  /** Every address that was tried, and how it answered. */
  readonly listeners: Fact<readonly ListenerFact[]>;
  /** Who we were while asking; absent for files. */
  readonly login: Fact<LoginFact>;
  /** The conf file(s) in include order, with every line. */
  readonly conf: Fact<ConfFiles>;
  readonly aclFile: Fact<AclFileFact>;
  /** Files only: why the server would refuse to start with them, in its own words. Absent or empty: nothing seen. */
  readonly refusals?: readonly RefusalFact[];
  /** Certificates and keys that the settings name, read from disk, by path. */
  readonly certificateFiles: ReadonlyMap<string, Fact<CertificateFileFact>>;
  /** Modes and owners, by path: conf, aclfile, keys, dir, RDB and AOF, unix socket. */
  readonly paths: ReadonlyMap<string, Fact<PathFact>>;
  readonly process: Fact<ProcessFact>;
  readonly unit: Fact<UnitFact>;
  /** The volume under `dir`. */
  readonly volume: Fact<VolumeFact>;
  /** What a Sentinel watches; only in mode sentinel. */
  readonly sentinel: Fact<SentinelFact>;
  readonly cluster: Fact<ClusterFact>;
  /** Distribution package of the server binary, when it can be told (`redis-server 5:7.0.15-1~deb12u5`). */
  readonly packageVersion: Fact<string>;
  /** A managed service, when recognised: `elasticache`, `memorydb`, `memorystore`, `redis-cloud`, `azure`. */
  readonly managed: string | undefined;
  /** TLS seen across the fleet; absent where single servers were looked at. */
  readonly tlsLook?: TlsLookFact;
  /** What the snapshot of a live server cost. */
  readonly effort?: EffortFact;
}

export interface EffortFact {
  /** Times that something was sent and its answer awaited, after connecting; AUTH included, knocking not. */
  readonly roundTrips: number;
  readonly elapsedMs: number;
}

export interface ProductFact {
  readonly product: Product;
  /** Valkey's own version, not the `redis_version` that it shows for compatibility. */
  readonly version: string;
  /** The compatibility version that Valkey reports; for Redis the same as `version`. */
  readonly redisVersion: string;
}

export type RoleFact =
  | {
      readonly kind: 'primary';
      readonly replicas: readonly { readonly address: string; readonly state: string }[];
    }
  | { readonly kind: 'replica'; readonly primary: string; readonly linkUp: boolean | undefined }
  | { readonly kind: 'sentinel'; readonly primaries: readonly string[] };

export interface UserFact {
  readonly user: User;
  /** Tokens as written, passwords and hashes replaced, for evidence. */
  readonly text: string;
  readonly from: Provenance;
  /** Passwords written in clear in a file (`>pw`), to be judged and never printed. */
  readonly clearPasswords: readonly Secret[];
}

/** ACL LOG and the counters beside it. */
export interface DenialFacts {
  readonly entries: readonly {
    readonly count: number;
    readonly reason: string;
    readonly context: string;
    readonly object: string;
    readonly username: string;
    readonly ageSeconds: number;
    readonly client: string;
  }[];
}

export interface ClientFact {
  readonly id: string;
  readonly address: string;
  readonly user: string;
  readonly name: string;
  readonly library: string;
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  readonly lastCommand: string;
  readonly flags: string;
}

export interface ModuleFact {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

export interface ClockFact {
  readonly serverMs: number;
  /** Our clock in the middle of the round trip. */
  readonly localMs: number;
  readonly roundTripMs: number;
}

/** One address, probed from where Wardis runs, without credentials. */
export interface ListenerFact {
  /** `127.0.0.1:6379` or a socket path. */
  readonly address: string;
  readonly transport: 'plaintext' | 'tls' | 'unix';
  /** Seen from the loopback interface of the same host, or from elsewhere. */
  readonly vantage: 'loopback' | 'remote';
  readonly answer: ListenerAnswer;
  /** Present when a TLS handshake was made. */
  readonly tls?: {
    readonly protocol: string;
    readonly cipher: string;
    readonly chain: readonly CertificateFact[];
    /** Did the server let us speak without a client certificate? */
    readonly clientCertificate: 'required' | 'not-required' | 'unknown';
    readonly trusted: boolean;
    readonly trustError?: string;
    /** Protocol versions that were accepted when offered one by one; absent when not tried. */
    readonly protocolsAccepted?: readonly string[];
    readonly weakCiphersAccepted?: readonly string[];
  };
}

export type ListenerAnswer =
  /** An unauthenticated client is in, as the default user. */
  | 'open'
  /** NOAUTH: credentials are asked for. */
  | 'authentication-required'
  /** -DENIED: protected mode. */
  | 'protected-mode'
  /** Speaks TLS, and wants a client certificate before anything else. */
  | 'client-certificate-required'
  | 'closed'
  | 'silent'
  | 'not-redis';

export interface LoginFact {
  readonly user: string;
  readonly how: 'none' | 'password' | 'certificate';
  readonly transport: 'plaintext' | 'tls' | 'unix';
}

/** Every file once, every line in the order in which it takes effect, and what reading found wrong. */
export interface ConfFiles extends Configuration {
  readonly root: string;
}

export interface AclFileFact {
  readonly path: string;
  readonly file: ParsedAclFile;
}

/** A reason why the server would not start. */
export interface RefusalFact {
  readonly message: string;
  readonly from: Provenance;
}

export interface CertificateFileFact {
  readonly kind: 'certificate' | 'key' | 'ca';
  /** Certificates in file order; the server serves the first only. Empty for a key. */
  readonly certificates: readonly CertificateFact[];
  readonly key?: { readonly type: string; readonly bits: number | undefined; readonly encrypted: boolean };
  /** For a key: does it belong to the certificate that the same settings name? */
  readonly matchesCertificate?: boolean;
}

export interface PathFact {
  readonly kind: 'file' | 'directory' | 'socket' | 'other';
  /** Permission bits, for example 0o640. */
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly bytes: number;
}

export interface ProcessFact {
  readonly pid: number;
  readonly user: string;
  readonly executable: string;
  /** Command line with secrets removed. */
  readonly commandLine: readonly string[];
  /** A password stood in the command line. */
  readonly secretInCommandLine: boolean;
}

export interface UnitFact {
  readonly name: string;
  /** Directives of the [Service] section in force, for example ProtectSystem, NoNewPrivileges, User. */
  readonly service: ReadonlyMap<string, string>;
}

export interface VolumeFact {
  readonly mountPoint: string;
  readonly device: string;
  readonly filesystem: string;
  readonly options: readonly string[];
  /** dm-crypt or a filesystem's own encryption was found under it. */
  readonly encrypted: boolean | undefined;
}

export interface SentinelFact {
  readonly primaries: readonly {
    readonly name: string;
    readonly address: string;
    readonly quorum: number;
    readonly otherSentinels: number;
    /** Undefined when asked of a running Sentinel: no reply shows it. */
    readonly authenticates: boolean | undefined;
  }[];
  readonly denyScriptsReconfig: boolean | undefined;
}

export interface ClusterFact {
  readonly state: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly address: string;
    readonly flags: readonly string[];
    readonly linkUp: boolean;
  }[];
}
