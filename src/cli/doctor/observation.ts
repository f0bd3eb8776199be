/**
 * What an examination saw, before anybody judges it: one field for each thing tried, absent where it was not
 * tried. No password, key or hash is in it.
 */

import type { Decision } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import type { FleetErrorCode, ManagedService, Target } from '../../fleet/index.ts';
import type {
  CertificateFact,
  Diagnosis as TlsDiagnosis,
  HandshakeObservation,
  OwnLines,
  PortProbe,
  TlsVersion,
} from '../../tls/index.ts';
import type { LeastGrant } from './least-grant.ts';
import type { PasswordHint } from './password-hint.ts';

export interface Observations {
  readonly subject: Subject;
  /** Our clock at the start. */
  readonly at: Date;
  /** Everything tried, in order, with its result. */
  readonly steps: readonly Step[];
  /** What the examination left in the server's ACL LOG: `failed AUTH as app`. */
  readonly traces: readonly string[];
  readonly files?: FilesObservation;
  readonly name?: NameObservation;
  readonly socket?: SocketObservation;
  /** What the port is, tried by plaintext and TLS in turn; only where the first attempt failed. */
  readonly port?: PortProbe;
  readonly handshake?: HandshakeSeen;
  /** HELLO before any login. */
  readonly stranger?: StrangerObservation;
  readonly login?: LoginObservation;
  readonly session?: SessionObservation;
  readonly denied?: DeniedObservation;
  /** Told from the host name. */
  readonly managed?: ManagedService;
}

/** Who asks for what, and how; texts are for people and never hold a password. */
export interface Subject {
  /** `127.0.0.1:6379`, or the path of a socket. */
  readonly node: string;
  readonly endpoint: Target['endpoint'];
  readonly transport: Target['transport'];
  /** Name to log in as; `default` for a password without a name; undefined without credentials. */
  readonly user: string | undefined;
  readonly password: 'given' | 'none';
  /** `alone`: the password came without a user; `url-alone`: as `redis://password@host`, which may be meant as a user. */
  readonly form: 'none' | 'alone' | 'url-alone' | 'with-user';
  /** `--user` was given, and a URL with a password of its own outranks it. */
  readonly unusedUser?: string;
  /** The URL holds one word before the @, which is the password and looks like a user. */
  readonly nameAsPassword?: true;
  readonly verify: 'full' | 'chain' | 'none';
  readonly serverName: string | undefined;
  readonly certFile?: string;
  /** The only version to speak, where one was asked for. */
  readonly tlsVersion?: TlsVersion;
  /** The words that reach the same place again: `rediss://cache-1:6380 --cacert ca.crt`. */
  readonly words: string;
  /** The words that log in again, without the password. */
  readonly loginWords: string;
  readonly connectMs: number;
  readonly commandMs: number;
}

export interface Step {
  readonly name: string;
  readonly result: 'ok' | 'failed' | 'noted' | 'not-tried';
  readonly detail: string;
  readonly tookMs?: number;
}

/** Our own PEM files. */
export interface FilesObservation {
  readonly problems: readonly FileProblem[];
  readonly certificate?: CertificateFact;
  /** Everything in the file of our certificate, in its order. */
  readonly chain: readonly CertificateFact[];
  /** What our CA file holds. */
  readonly authorities: readonly CertificateFact[];
}

export interface FileProblem {
  readonly kind:
    | 'missing'
    | 'unreadable'
    | 'no-certificate'
    | 'no-key'
    | 'encrypted-key'
    | 'swapped'
    | 'mismatch'
    | 'half-a-pair';
  readonly file: string;
  readonly message: string;
  /** A command that shows more. */
  readonly look: string;
}

export type NameObservation =
  | { readonly kind: 'address' }
  | { readonly kind: 'resolved'; readonly addresses: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string };

export type SocketObservation =
  | { readonly kind: 'open'; readonly address: string | undefined }
  | { readonly kind: 'failed'; readonly code: FleetErrorCode; readonly message: string };

export interface HandshakeSeen {
  readonly observation: HandshakeObservation;
  readonly diagnosis: TlsDiagnosis | undefined;
  /** The server's clock, and where it was read. */
  readonly clock?: ServerClock;
  /** What was read of the server's log, where one was given. */
  readonly log?: LogSeen;
}

/** What the server's clock said at the moment of the attempt. */
export interface ServerClock {
  readonly at: Date;
  readonly withinMs: number;
  /** `TIME without our certificate`, `TIME of 10.0.0.5:6379`, `its log`, `as told`. */
  readonly from: string;
}

export interface LogSeen {
  readonly linesRead: number;
  /** Lines about TLS that are not of our attempt, by what they say, the newest group first. */
  readonly others: readonly string[];
  /** Ours, and how they were recognised. */
  readonly own?: OwnLines;
}

/** One command and what came back. */
export type Exchange =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'failed'; readonly code: FleetErrorCode; readonly message: string };

/** What HELLO tells of a server. */
export interface Greeting {
  /** Undefined when what it says is no version that is known. */
  readonly server: ServerVersion | undefined;
  readonly mode: string;
  readonly role: string;
}

export type StrangerObservation =
  | { readonly kind: 'open'; readonly greeting?: Greeting }
  | { readonly kind: 'closed'; readonly text: string; readonly greeting?: Greeting }
  | { readonly kind: 'failed'; readonly code: FleetErrorCode; readonly message: string };

export interface LoginObservation {
  /** `not-wanted`: the server wants no password from the user `default`, and ignored ours. */
  readonly kind: 'ok' | 'wrong' | 'not-wanted' | 'other' | 'failed';
  readonly text: string;
  readonly code?: FleetErrorCode;
  readonly hints: readonly PasswordHint[];
  /** The account itself, where an open connection let us look. */
  readonly account?: AccountObservation;
}

export type AccountObservation =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly state: 'on' | 'off';
      readonly nopass: 'yes' | 'no';
      readonly passwords: number;
      /** Whether one of them is the password that we sent. */
      readonly ours: 'yes' | 'no';
    };

export interface SessionObservation {
  /** Who we are on the server. */
  readonly user: string;
  readonly greeting?: Greeting;
  readonly ping: Exchange;
}

/** A command that somebody was denied; it is never run. */
export interface DeniedObservation {
  /** As shown to people: values are left out. */
  readonly shown: string;
  readonly name: string;
  readonly dryrun: Exchange;
  readonly rules: Exchange;
  /** By our own engine from the rules that ACL GETUSER shows. */
  readonly decision?: Decision;
  readonly least?: LeastGrant;
  /** The command's own categories that call for a second thought: `dangerous`, `admin`. */
  readonly concerns: readonly string[];
  /** Of the kind that a replica refuses. */
  readonly writes: 'yes' | 'no';
  readonly unlookedAt?: string;
}
