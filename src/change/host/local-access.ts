/**
 * Files on this machine, by node:fs. The new file is written beside the old one, flushed, given its mode and owner, and
 * renamed over it; the old one keeps its inode under the name of the backup.
 */

import { constants } from 'node:fs';
import { copyFile, link, lstat, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeConf, secret } from '../../conf/index.ts';
import { runLocal } from './local-program.ts';
import { explainFileError, HostError } from './host-error.ts';
import {
  ABSENT,
  backupPath,
  changedMeanwhile,
  checkPath,
  examinePlacement,
  folderOf,
  HOST_FILE_BYTES_MAX,
  isOtherBackup,
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

/** Access to the files of this machine. `host` is what messages call it. */
export function openLocalAccess(host = 'localhost'): HostAccess {
  const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    try {
      checkPath(host, path);
      return await work();
    } catch (error) {
      throw explainFileError(error, `${host}:${path}`);
    }
  };
  return {
    via: 'local',
    host,
    read: (path) => guarded(path, () => readLocal(path, `${host}:${path}`)),
    place: (placement) => guarded(placement.path, () => placeLocal(placement, host)),
    restore: (restoration) => guarded(restoration.path, () => restoreLocal(restoration, host)),
    removeBackup: (path, runId) =>
      guarded(path, async () => {
        checkPath(host, path, runId);
        await rm(backupPath(path, runId), { force: true });
      }),
    removeOtherBackups: (path, runId) => guarded(path, () => removeOthers(path, runId, host)),
    run: (argv) => runLocal(argv, host),
    close: () => Promise.resolve(),
  };
}

async function readLocal(path: string, subject: string): Promise<HostFile | undefined> {
  let file: FileHandle;
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) throw notAFile(subject, stats.isSymbolicLink());
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw notAFile(subject, false);
    const bytes = await readUpTo(file, HOST_FILE_BYTES_MAX + 1);
    if (bytes.length > HOST_FILE_BYTES_MAX) {
      throw new HostError('too-large', subject, `${subject} has more than ${HOST_FILE_BYTES_MAX} bytes`);
    }
    return {
      path,
      content: secret(decodeConf(bytes)),
      sha256: sha256Of(bytes),
      bytes: bytes.length,
      mode: stats.mode & 0o7777,
      uid: stats.uid,
      gid: stats.gid,
    };
  } finally {
    await file.close();
  }
}

async function placeLocal(placement: Placement, host: string): Promise<Placed> {
  const { bytes, sha256 } = examinePlacement(host, placement);
  const { path, runId, beforeSha256 } = placement;
  const subject = `${host}:${path}`;
  const old = await readLocal(path, subject);
  if (old?.sha256 === sha256) return { outcome: 'unneeded', sha256 };
  if ((old?.sha256 ?? ABSENT) !== beforeSha256) throw changedMeanwhile(subject);
  const temporary = temporaryPath(path, runId);
  const backup = backupPath(path, runId);
  await rm(temporary, { force: true });
  let isKept = false;
  try {
    await writeTemporary(temporary, bytes, placement, old);
    // Between reading and now somebody else may have written: the last look is as late as it can be.
    if (((await readLocal(path, subject))?.sha256 ?? ABSENT) !== beforeSha256)
      throw changedMeanwhile(subject);
    if (old !== undefined) {
      await keepOld(path, backup);
      isKept = true;
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (isKept) await rm(backup, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(path);
  return { outcome: 'placed', sha256, ...(old === undefined ? {} : { backup }) };
}

async function writeTemporary(
  temporary: string,
  bytes: Uint8Array,
  placement: Placement,
  old: HostFile | undefined,
): Promise<void> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const file = await open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(bytes);
    await giveOwner(file, temporary, placement.owner ?? old);
    await file.chmod(placement.mode ?? old?.mode ?? NEW_FILE_MODE);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Before the mode: a change of owner may take mode bits away. A new file's owner is a wish, an old one's a must. */
async function giveOwner(file: FileHandle, path: string, wanted: FileOwner | undefined): Promise<void> {
  const stats = await file.stat();
  if (wanted !== undefined) {
    if (stats.uid !== wanted.uid || stats.gid !== wanted.gid) await file.chown(wanted.uid, wanted.gid);
    return;
  }
  const folder = await lstat(folderOf(path));
  await file
    .chown(folder.uid, folder.gid)
    .catch(() => file.chown(stats.uid, folder.gid).catch(() => undefined));
}

/** A second name for the old inode needs no space; file systems without hard links get a copy. */
async function keepOld(path: string, backup: string): Promise<void> {
  await rm(backup, { force: true });
  try {
    await link(path, backup);
  } catch {
    await copyFile(path, backup, constants.COPYFILE_EXCL);
    const [stats, file] = [await lstat(path), await open(backup, 'r+')];
    try {
      await file.chown(stats.uid, stats.gid).catch(() => undefined);
      await file.chmod(stats.mode & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function restoreLocal(restoration: Restoration, host: string): Promise<'restored' | 'unneeded'> {
  const { path, runId, beforeSha256, placedSha256 } = restoration;
  checkPath(host, path, runId);
  const subject = `${host}:${path}`;
  const backup = backupPath(path, runId);
  await rm(temporaryPath(path, runId), { force: true });
  const now = (await readLocal(path, subject))?.sha256 ?? ABSENT;
  if (now === beforeSha256) {
    await rm(backup, { force: true });
    return 'unneeded';
  }
  if (now !== placedSha256) throw changedMeanwhile(subject);
  if (beforeSha256 === ABSENT) await rm(path);
  else {
    const kept = await readLocal(backup, `${host}:${backup}`);
    if (kept?.sha256 !== beforeSha256) {
      throw new HostError('no-backup', subject, `the backup of ${subject} is gone or is not what it was`);
    }
    await rename(backup, path);
  }
  await flushFolder(path);
  return 'restored';
}

async function removeOthers(path: string, runId: string, host: string): Promise<void> {
  checkPath(host, path, runId);
  const folder = folderOf(path);
  for (const name of await readdir(folder)) {
    if (isOtherBackup(name, path, runId)) await rm(join(folder, name), { force: true });
  }
  await flushFolder(path);
}

/** A rename outlasts a power cut once the folder is on disk. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(folderOf(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function readUpTo(file: FileHandle, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let total = 0; total < bytesMax;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(1 << 16, bytesMax - total)));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks);
}

function notAFile(subject: string, isLink: boolean): HostError {
  return new HostError('not-a-file', subject, `${subject} is ${isLink ? 'a symbolic link' : 'not a file'}`);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
