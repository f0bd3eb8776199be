/**
 * Files that are replaced in folders where others may write too: a program's own folder, when root renews what lies in it.
 * The folder is held open and the file in it is told by its inode, so that neither becomes another one between reading
 * and writing; owner and mode are set on the open file (fchown(2), fchmod(2)), never by a name that may be a link by then.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

/** A file as it was found; links to it are resolved. */
export interface HeldFile {
  /** Of the folder, without links. */
  readonly folder: string;
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Which folder and which file it was, and when it last changed. */
  readonly mark: { readonly folder: string; readonly file: string; readonly changed: bigint };
}

/** A folder that stays the same one, whatever its path becomes. */
export interface HeldFolder {
  /** A path to a name in it. */
  readonly at: (name: string) => string;
  readonly sync: () => void;
  readonly close: () => void;
}

/** A file that is whole and on disk beside the one that it will replace. */
export interface StagedFile {
  readonly name: string;
  readonly mark: string;
}

/** The file behind a path, following links. Throws where it is none: a folder, a device, a pipe. */
export function holdFile(path: string): HeldFile {
  return lookAt(path, () => undefined).file;
}

/** The same and what is in it, at most `bytesMax`. */
export function readHeld(
  path: string,
  bytesMax: number,
): { readonly file: HeldFile; readonly content: string } {
  const { file, value } = lookAt(path, (handle) => readAll(handle, path, bytesMax));
  return { file, content: value.toString('utf8') };
}

/** What is in a plain file, at most `bytesMax`. Never waits: a pipe is refused. A link is followed. */
export function readPlainFile(path: string, bytesMax: number): Buffer {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    refuseOther(handle, path);
    return readAll(handle, path, bytesMax);
  } finally {
    closeSync(handle);
  }
}

/** Opens the folder of a file; throws where another folder has its path now. */
export function openHeldFolder({ folder, mark }: HeldFile): HeldFolder {
  const held = openFolder(folder);
  if (held.mark === mark.folder) return held;
  held.close();
  throw new Error(`${folder} was replaced meanwhile; nothing was changed`);
}

/** Throws where the file was changed or replaced since it was looked at. */
export function refuseChanged(folder: HeldFolder, file: HeldFile): void {
  const found = lstatSync(folder.at(file.name), { bigint: true });
  if (`${found.dev}:${found.ino}` === file.mark.file && found.ctimeNs === file.mark.changed) return;
  throw new Error(`${file.name} was changed by somebody else meanwhile; it was left as it is`);
}

/** The content, on disk beside the file, for the same owner and with the same mode; its name begins with `prefix`. */
export function stageBeside(
  folder: HeldFolder,
  file: HeldFile,
  prefix: string,
  content: string | Uint8Array,
): StagedFile {
  const name = `${prefix}${randomBytes(8).toString('hex')}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const handle = openSync(folder.at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    const own = fstatSync(handle, { bigint: true });
    if (Number(own.uid) !== file.uid || Number(own.gid) !== file.gid) fchownSync(handle, file.uid, file.gid);
    fchmodSync(handle, file.mode);
    fsyncSync(handle);
    return { name, mark: `${own.dev}:${own.ino}` };
  } catch (error) {
    rmSync(folder.at(name), { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Gives a staged file its name. Throws where that name then shows another file than the one that was staged. */
export function putInPlace(folder: HeldFolder, { name, mark }: StagedFile, as: string): void {
  if (markAt(folder, name) === mark) {
    renameSync(folder.at(name), folder.at(as));
    if (markAt(folder, as) === mark) return;
  }
  throw new Error(`somebody else changes ${as} at this moment: look who may write to its folder`);
}

/** Replaces the content of a file that was looked at; its owner and mode stay. Throws, and then it is as it was. */
export function replaceHeld(file: HeldFile, content: string | Uint8Array): void {
  const folder = openHeldFolder(file);
  try {
    const staged = stageBeside(folder, file, '.wardis-', content);
    try {
      refuseChanged(folder, file);
      putInPlace(folder, staged, file.name);
    } catch (error) {
      rmSync(folder.at(staged.name), { force: true });
      throw error;
    }
    folder.sync();
  } finally {
    folder.close();
  }
}

function lookAt<T>(
  path: string,
  read: (handle: number) => T,
): { readonly file: HeldFile; readonly value: T } {
  const real = realpathSync(path);
  const [parent, name] = [dirname(real), basename(real)];
  const folder = openFolder(parent);
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = openSync(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      refuseOther(handle, path);
      const { dev, ino, ctimeNs, mode, uid, gid } = fstatSync(handle, { bigint: true });
      const mark = { folder: folder.mark, file: `${dev}:${ino}`, changed: ctimeNs };
      const owner = { mode: Number(mode) & PERMISSIONS, uid: Number(uid), gid: Number(gid) };
      return { file: { folder: parent, name, ...owner, mark }, value: read(handle) };
    } finally {
      closeSync(handle);
    }
  } finally {
    folder.close();
  }
}

const PERMISSIONS = 0o777;
const CHUNK_BYTES = 64 * 1024;

function openFolder(path: string): HeldFolder & { readonly mark: string } {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const { dev, ino } = fstatSync(handle, { bigint: true });
  // What openat(2) would do, as far as Node can: the name is looked up in the open folder (proc(5)).
  const root = existsSync(`/proc/self/fd/${handle}/.`) ? `/proc/self/fd/${handle}` : path;
  return {
    mark: `${dev}:${ino}`,
    at: (name) => `${root}/${name}`,
    sync: () => {
      fsyncSync(handle);
    },
    close: () => {
      closeSync(handle);
    },
  };
}

function markAt(folder: HeldFolder, name: string): string | undefined {
  const found = lstatSync(folder.at(name), { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function refuseOther(handle: number, path: string): void {
  if (!fstatSync(handle).isFile()) throw new Error(`${path} is not a plain file`);
}

/** By what comes, not by what the size says: it may grow, and some files of the system have none. */
function readAll(handle: number, path: string, bytesMax: number): Buffer {
  const chunks: Buffer[] = [];
  for (let bytes = 0; bytes <= bytesMax;) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const count = readSync(handle, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    bytes += count;
  }
  throw new Error(`${path} has more than ${bytesMax} bytes`);
}
