/** What the host of a node did to us while its files were read or placed: closed codes, cause, and the next step. */

import { ChangeError } from '../change-error.ts';

export const HOST_ERROR_CODES = [
  /** No connection to the host, or it was cut. Nothing is known of what a write did; placing again finds out. */
  'unreachable',
  /** The host refused the login of ssh. */
  'login-refused',
  /** The host's key is not known to the ssh client, or not the one that it knows. */
  'host-key',
  /** A file or a folder may not be read, written or given away. */
  'permission',
  'disk-full',
  'read-only',
  /** A folder, a device, a symbolic link, or a folder that is not there. */
  'not-a-file',
  'too-large',
  /** The file is not as it was when the plan was made. */
  'changed-meanwhile',
  /** What was to be placed is not what the server would read; nothing was sent. */
  'bad-content',
  /** The path, the host or the user cannot be used as such. */
  'bad-name',
  /** The backup of the run is gone. */
  'no-backup',
  /** A program is missing: ssh here, or sh and sha256sum there. */
  'no-program',
  /** Anything else; the text says what the system said. */
  'failed',
] as const;

export type HostErrorCode = (typeof HOST_ERROR_CODES)[number];

const NEXT: Readonly<Record<HostErrorCode, string>> = {
  unreachable: 'see whether ssh reaches the host, then: wardis apply --resume',
  'login-refused': 'name fleet.NAME.files.user and identity, or add the key to an ssh agent',
  'host-key': 'log in once with ssh, compare the fingerprint with the host, and accept it',
  permission: 'let the user of fleet.NAME.files write into the folder of the file, as its owner',
  'disk-full': 'free space on the host; nothing was half-written',
  'read-only': 'mount the file system for writing, or place the file where it is made (via: none)',
  'not-a-file': 'name the file itself in fleet.NAME.files, not a link to it or its folder',
  'too-large': 'see whether the path in fleet.NAME.files is the right one',
  'changed-meanwhile': 'see who changed it, then make the plan anew: wardis plan',
  'bad-content': 'report it: Wardis made a file that the server would refuse',
  'bad-name': 'mend fleet.NAME.files in the policy',
  'no-backup': 'put the file back by hand',
  'no-program': 'install openssh-client here; sh, ls, cat, ln, mv and sha256sum are used on the host',
  failed: 'see what the host said',
};

/** A failure of a file on a host. `subject` is `host:path`. */
export class HostError extends ChangeError {
  readonly reason: HostErrorCode;

  constructor(reason: HostErrorCode, subject: string, message: string, cause?: unknown) {
    super('host', subject, message, { next: NEXT[reason], cause });
    this.name = 'HostError';
    this.reason = reason;
  }
}

const BY_ERRNO: Readonly<Record<string, HostErrorCode>> = {
  EACCES: 'permission',
  EPERM: 'permission',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
  EISDIR: 'not-a-file',
  ENOTDIR: 'not-a-file',
  ENOENT: 'not-a-file',
  ELOOP: 'not-a-file',
  ENAMETOOLONG: 'bad-name',
};

/** A failure of node:fs as ours. */
export function explainFileError(error: unknown, subject: string): HostError {
  if (error instanceof HostError) return error;
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new HostError(BY_ERRNO[errno] ?? 'failed', subject, `${subject}: ${sayErrno(errno)}`, error);
}

/** In the C locale, as every script asks for it. */
const BY_WORDS: readonly (readonly [RegExp, HostErrorCode])[] = [
  [/No space left on device|Disk quota exceeded/i, 'disk-full'],
  [/Read-only file system/i, 'read-only'],
  [/Permission denied|Operation not permitted/i, 'permission'],
  [/Is a directory|Not a directory|No such file or directory/i, 'not-a-file'],
];

/** What a program on the host said, as ours. */
export function explainStderr(stderr: string, subject: string): HostError {
  const code = BY_WORDS.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'failed';
  return new HostError(code, subject, `${subject}: ${lastLine(stderr)}`);
}

/** What the ssh client said before anything ran on the host. */
export function explainSshFailure(stderr: string, host: string): HostError {
  const said = lastLine(stderr);
  if (/Host key verification failed|REMOTE HOST IDENTIFICATION/i.test(stderr)) {
    return new HostError('host-key', host, `the key of ${host} is not the one that ssh knows`);
  }
  if (/Permission denied \(|Too many authentication failures|This account is/i.test(stderr)) {
    return new HostError('login-refused', host, `${host} refused the login of ssh: ${said}`);
  }
  return new HostError('unreachable', host, `ssh does not reach ${host}: ${said}`);
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[^\x20-\x7e]/g, '?').trim());
  return (lines.filter((line) => line !== '').at(-1) ?? 'no reason given').slice(0, LINE_CHARS_MAX);
}

/** Of what a host said, in a message. */
const LINE_CHARS_MAX = 300;

function sayErrno(errno: string): string {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return `permission denied (${errno})`;
    case 'ENOSPC':
      return 'no space left on the disk (ENOSPC)';
    case 'EROFS':
      return 'the file system is read-only (EROFS)';
    case 'ENOENT':
      return 'the folder is not there (ENOENT)';
    default:
      return `the system said ${errno}`;
  }
}
