/**
 * Files on the host of a node: read, replaced in one rename with the old one kept beside it, put back. Three ways in:
 * this machine, ssh, or a person who is told what to place. The rename is the only moment at which the file changes: a
 * full disk, a cut connection or a killed process before it leaves the old file, after it the new one.
 */

import { createHash } from 'node:crypto';
import { Secret, encodeConf } from '../../conf/index.ts';
import { HostError } from './host-error.ts';

/** Larger files are not read and not placed: ACL files of 50,000 users have 6 MB. */
export const HOST_FILE_BYTES_MAX = 32 * 1024 * 1024;
const PATH_BYTES_MAX = 4000;
const NAME_BYTES_MAX = 200;
/** Of a new file that nobody said anything about. */
export const NEW_FILE_MODE = 0o640;

/** Stands for the hash of a file that is not there. */
export const ABSENT = 'absent';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** A file as it was read. */
export interface HostFile extends FileOwner {
  readonly path: string;
  /** Text as `decodeConf` gives it, so that no byte is lost. */
  readonly content: Secret;
  /** Hex, of the bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** Permission bits, such as 0o640. */
  readonly mode: number;
}

/** What to place where. */
export interface Placement {
  /** Absolute. */
  readonly path: string;
  /** Id of the run: it names the backup. */
  readonly runId: string;
  /** Hash of what was read when planning, or `absent`. Anything else there now: `changed-meanwhile`. */
  readonly beforeSha256: string;
  readonly content: Secret;
  /** Default: that of the file it replaces; of a new file 0640. */
  readonly mode?: number;
  /** Default: that of the file it replaces; of a new file the folder's, as far as we may. */
  readonly owner?: FileOwner;
  /** What keeps the server from reading the content, as sentences; any and nothing is placed. */
  readonly check?: ContentCheck;
}

export type ContentCheck = (content: string) => readonly string[];

export type Placed =
  /** `backup`: path of the old file; absent where there was none. */
  | { readonly outcome: 'placed'; readonly sha256: string; readonly backup?: string }
  /** The file was as wanted already: nothing was done. */
  | { readonly outcome: 'unneeded'; readonly sha256: string }
  /** A person must place it; it is not done before the server shows it. */
  | { readonly outcome: 'by-hand'; readonly sha256: string; readonly item: HandItem };

/** What a person must place. */
export interface HandItem {
  readonly host: string;
  readonly path: string;
  readonly mode: number;
  readonly sha256: string;
  readonly bytes: number;
  /** Where the content lies on this machine. */
  readonly source: string;
}

/** What to put back. */
export interface Restoration {
  readonly path: string;
  readonly runId: string;
  readonly beforeSha256: string;
  /** Hash of what was placed: another content now is somebody else's, and stays. */
  readonly placedSha256: string;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly exit: number;
  /** The end of what it said on standard error, else on standard output: printable, one line. */
  readonly said: string;
}

/** The files of one host. Every method throws {@link HostError} when the world fails. */
export interface HostAccess {
  readonly via: 'local' | 'ssh' | 'none';
  readonly host: string;
  /** Undefined: not there. With `via: none` nothing can be read, which throws. */
  readonly read: (path: string) => Promise<HostFile | undefined>;
  readonly place: (placement: Placement) => Promise<Placed>;
  /** Puts the old file back in one rename, or removes the new one where there was none. Twice is once. */
  readonly restore: (restoration: Restoration) => Promise<'restored' | 'unneeded'>;
  /**
   * Runs a program on the host, without a shell: for a restart that an operator named. What it says is kept up to
   * 16 KiB; it may leave a server running behind it. With `via: none` nothing can be run, which throws.
   */
  readonly run: (argv: readonly string[]) => Promise<ProgramEnd>;
  /** Once a run is closed for good. */
  readonly removeBackup: (path: string, runId: string) => Promise<void>;
  /**
   * Backups of the file that other runs left, of whichever machine; that of `runId` stays, so that it can be taken back.
   * Nothing but what is named as a backup of ours is touched.
   */
  readonly removeOtherBackups: (path: string, runId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The bytes of a content. */
export function bytesOf(content: Secret): Uint8Array {
  return encodeConf(content.reveal());
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where the old file of a run is kept: beside it. */
export function backupPath(path: string, runId: string): string {
  return `${path}.wardis-${runId}.bak`;
}

/** Whether a name in the folder of `path` is that of a backup that a run made of it, other than `runId`. */
export function isOtherBackup(name: string, path: string, runId: string): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (!name.startsWith(`${base}.wardis-`) || !name.endsWith('.bak')) return false;
  const run = name.slice(`${base}.wardis-`.length, -'.bak'.length);
  return run !== runId && /^\d{4}-\d{2}-\d{2}T\d{6}Z-[a-z-]+-[0-9a-f]+$/.test(run);
}

/** Where the new file is written before it takes its place; named by the run, so that a later try removes it. */
export function temporaryPath(path: string, runId: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash + 1)}.${path.slice(slash + 1)}.wardis-${runId}.tmp`;
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Refuses a placement that cannot be right; nothing was sent. Answers with its bytes and their hash. */
export function examinePlacement(
  host: string,
  placement: Placement,
): { readonly bytes: Uint8Array; readonly sha256: string } {
  checkPath(host, placement.path, placement.runId);
  const bytes = bytesOf(placement.content);
  const subject = `${host}:${placement.path}`;
  if (bytes.length > HOST_FILE_BYTES_MAX) {
    throw new HostError('too-large', subject, `${subject}: more than ${HOST_FILE_BYTES_MAX} bytes to place`);
  }
  const problems = placement.check?.(placement.content.reveal()) ?? [];
  if (problems.length > 0) {
    const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).join('; ');
    throw new HostError('bad-content', subject, `${subject}: the server would refuse the file: ${shown}`);
  }
  return { bytes, sha256: sha256Of(bytes) };
}

const PROBLEMS_SHOWN_MAX = 3;

/** Absolute, plain, without `..`, with room for what is added to the name. */
export function checkPath(host: string, path: string, runId?: string): void {
  const subject = `${host}:${path.replace(/[^\x20-\x7e]/g, '?').slice(0, NAME_BYTES_MAX)}`;
  const refuse = (why: string): never => {
    throw new HostError('bad-name', subject, `${subject}: the path ${why}`);
  };
  if (!path.startsWith('/')) refuse('is not absolute');
  if (/[\u0000-\u001f\u007f]/.test(path)) refuse('holds a control character');
  if (path.split('/').some((part) => part === '..' || part === '.')) refuse('holds . or ..');
  if (path.endsWith('/') || path.includes('//')) refuse('is not that of a file');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (Buffer.byteLength(path) > PATH_BYTES_MAX || Buffer.byteLength(name) > NAME_BYTES_MAX) {
    refuse('is too long');
  }
  if (runId !== undefined && !/^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$/.test(runId)) {
    throw new HostError('bad-name', subject, `${subject}: the run id cannot be part of a file name`);
  }
}

/** The old content is not what the plan was made from. */
export function changedMeanwhile(subject: string): HostError {
  return new HostError('changed-meanwhile', subject, `${subject} is not as it was when the plan was made`);
}
