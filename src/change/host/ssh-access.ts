/** Files on another host over ssh. Each operation is one script there, or two; see `ssh-script.ts` for what they do. */

import { decodeConf, secret } from '../../conf/index.ts';
import { lastWords, PROGRAM_BYTES_MAX } from './local-program.ts';
import { explainStderr, HostError } from './host-error.ts';
import {
  ABSENT,
  backupPath,
  changedMeanwhile,
  checkPath,
  examinePlacement,
  folderOf,
  HOST_FILE_BYTES_MAX,
  NEW_FILE_MODE,
  sha256Of,
  temporaryPath,
  type FileOwner,
  type HostAccess,
  type HostFile,
  type Placed,
  type Placement,
  type Restoration,
} from './host-access.ts';
import {
  FOLDER_SCRIPT,
  PLACE_SCRIPT,
  quoteShell,
  READ_SCRIPT,
  remoteCommand,
  REMOVE_OTHERS_SCRIPT,
  REMOVE_SCRIPT,
  RESTORE_SCRIPT,
  SCRIPT_EXIT,
} from './ssh-script.ts';
import { openSshSession, type SshOutcome, type SshPlace, type SshSession } from './ssh-session.ts';

/** The line before the content. */
const HEADER_BYTES_MAX = 256;
const NOTHING: Uint8Array = new Uint8Array();

/** Access by ssh; nothing is sent before the first operation. Throws {@link HostError} for a host that cannot be one. */
export function openSshAccess(place: SshPlace): HostAccess {
  const session = openSshSession(place);
  return {
    via: 'ssh',
    host: place.host,
    read: (path) => readRemote(session, path),
    place: (placement) => placeRemote(session, placement),
    restore: (restoration) => restoreRemote(session, restoration),
    removeBackup: async (path, runId) => {
      checkPath(session.host, path, runId);
      await runScript(session, REMOVE_SCRIPT, [backupPath(path, runId)], path);
    },
    removeOtherBackups: async (path, runId) => {
      checkPath(session.host, path, runId);
      const args = [path, backupPath(path, runId), folderOf(path)];
      await runScript(session, REMOVE_OTHERS_SCRIPT, args, path);
    },
    run: async (argv) => {
      const outcome = await session.run(argv.map(quoteShell).join(' '), NOTHING, PROGRAM_BYTES_MAX);
      return { exit: outcome.exit, said: lastWords(outcome.stderr, outcome.stdout.toString('utf8')) };
    },
    close: () => session.close(),
  };
}

async function readRemote(session: SshSession, path: string): Promise<HostFile | undefined> {
  checkPath(session.host, path);
  const args = [path, String(HOST_FILE_BYTES_MAX)];
  const bytesMax = HOST_FILE_BYTES_MAX + HEADER_BYTES_MAX;
  const outcome = await runScript(session, READ_SCRIPT, args, path, NOTHING, bytesMax);
  if (outcome.exit === SCRIPT_EXIT.absent) return undefined;
  const end = outcome.stdout.indexOf(0x0a);
  const status = readStatus(outcome.stdout.subarray(0, end).toString('latin1'));
  const bytes = outcome.stdout.subarray(end + 1);
  const subject = `${session.host}:${path}`;
  if (end < 0 || status === undefined) {
    throw new HostError('failed', subject, `${session.host} prints something of its own when logging in`);
  }
  if (bytes.length !== status.size) throw changedMeanwhile(subject);
  const { mode, uid, gid } = status;
  const content = secret(decodeConf(bytes));
  return { path, content, sha256: sha256Of(bytes), bytes: bytes.length, mode, uid, gid };
}

async function placeRemote(session: SshSession, placement: Placement): Promise<Placed> {
  const { bytes, sha256 } = examinePlacement(session.host, placement);
  const { path, runId, beforeSha256 } = placement;
  const old = await readRemote(session, path);
  if (old?.sha256 === sha256) return { outcome: 'unneeded', sha256 };
  if ((old?.sha256 ?? ABSENT) !== beforeSha256) throw changedMeanwhile(`${session.host}:${path}`);
  const owner = placement.owner ?? old ?? (await readFolder(session, path));
  const args = [
    path,
    temporaryPath(path, runId),
    backupPath(path, runId),
    folderOf(path),
    beforeSha256,
    sha256,
    (placement.mode ?? old?.mode ?? NEW_FILE_MODE).toString(8),
    `${owner.uid}:${owner.gid}`,
    placement.owner === undefined && old === undefined ? 'may' : 'must',
  ];
  const outcome = await runScript(session, PLACE_SCRIPT, args, path, bytes);
  if (outcome.exit === SCRIPT_EXIT.unneeded) return { outcome: 'unneeded', sha256 };
  return {
    outcome: 'placed',
    sha256,
    ...(old === undefined ? {} : { backup: backupPath(path, runId) }),
  };
}

async function restoreRemote(
  session: SshSession,
  { path, runId, beforeSha256, placedSha256 }: Restoration,
): Promise<'restored' | 'unneeded'> {
  checkPath(session.host, path, runId);
  const places = [path, temporaryPath(path, runId), backupPath(path, runId), folderOf(path)];
  const outcome = await runScript(session, RESTORE_SCRIPT, [...places, beforeSha256, placedSha256], path);
  return outcome.exit === SCRIPT_EXIT.unneeded ? 'unneeded' : 'restored';
}

/** What a new file's owner would best be. */
async function readFolder(session: SshSession, path: string): Promise<FileOwner> {
  const outcome = await runScript(session, FOLDER_SCRIPT, [folderOf(path)], path);
  const status = readStatus(outcome.stdout.toString('latin1').trimEnd());
  if (status === undefined) throw explainStderr(outcome.stderr, `${session.host}:${path}`);
  return status;
}

/** Answers with outcomes that are one; every other end of a script is thrown. */
async function runScript(
  session: SshSession,
  script: string,
  args: readonly string[],
  path: string,
  input = NOTHING,
  stdoutBytesMax = HEADER_BYTES_MAX,
): Promise<SshOutcome> {
  const outcome = await session.run(remoteCommand(script, args), input, stdoutBytesMax);
  const subject = `${session.host}:${path}`;
  switch (outcome.exit) {
    case 0:
    case SCRIPT_EXIT.absent:
    case SCRIPT_EXIT.unneeded:
      return outcome;
    case SCRIPT_EXIT.notAFile:
      throw new HostError('not-a-file', subject, `${subject} is not a file`);
    case SCRIPT_EXIT.symbolicLink:
      throw new HostError('not-a-file', subject, `${subject} is a symbolic link`);
    case SCRIPT_EXIT.tooLarge:
      throw new HostError('too-large', subject, `${subject} has more than ${HOST_FILE_BYTES_MAX} bytes`);
    case SCRIPT_EXIT.changed:
      throw changedMeanwhile(subject);
    case SCRIPT_EXIT.cut:
      throw new HostError('unreachable', subject, `the content of ${subject} did not arrive whole`);
    case SCRIPT_EXIT.noBackup:
      throw new HostError('no-backup', subject, `the backup of ${subject} is gone or is not what it was`);
    case SCRIPT_EXIT.noHash:
      throw new HostError('no-program', subject, `${session.host} has no sha256sum, shasum or openssl`);
    default:
      throw explainStderr(outcome.stderr, subject);
  }
}

interface FileStatus extends FileOwner {
  readonly mode: number;
  readonly size: number;
}

/** `-rw-r----- 101 104 2048`, made of a line of `ls -n`; a mark for access lists may follow the mode. */
function readStatus(line: string): FileStatus | undefined {
  const match = /^[-d]([-rwxsStT]{9})[.+@]? (\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) return undefined;
  return {
    mode: readMode(match[1] ?? ''),
    uid: Number(match[2]),
    gid: Number(match[3]),
    size: Number(match[4]),
  };
}

/** `rwxr-s--T` as bits; the letters of `ls` are POSIX. */
function readMode(letters: string): number {
  const bits = letters.split('').map((letter, i) => (/[rwxst]/.test(letter) ? 1 << (8 - i) : 0));
  const special = [2, 5, 8].map((at, i) => (/[sStT]/.test(letters[at] ?? '') ? 0o4000 >> i : 0));
  return [...bits, ...special].reduce((sum, bit) => sum | bit, 0);
}
