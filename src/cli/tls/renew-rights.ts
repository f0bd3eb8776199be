/**
 * Whether who runs the timer may write what it renews, and by which capabilities (capabilities(7), chown(2), proc(5) on
 * protected_hardlinks, Linux). The next file gets the owner of the one before, so that root needs them where that is
 * somebody else, and nobody but root can give a file away. Asks the file system and id(1); changes nothing.
 */

import { execFileSync } from 'node:child_process';
import { realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** Absolute paths. */
export interface WantedFiles {
  /** Certificates and keys that are written anew. */
  readonly renewed: readonly string[];
  readonly stateFolder: string;
  /** Programs, policies, passwords. */
  readonly read: readonly string[];
}

export type UnitRights =
  /** Of the bounding set of root; empty: everything is root's own. Anybody else gets none. */
  | { readonly kind: 'enough'; readonly capabilities: readonly string[] }
  /** One sentence a file. */
  | { readonly kind: 'refused'; readonly why: readonly string[] }
  /** This machine has no such user: not known. */
  | { readonly kind: 'unknown-user' };

/** Reading and writing what is another's; giving a file its owner; its mode then, and a second name for it. */
export const FOR_OTHERS = ['CAP_DAC_OVERRIDE', 'CAP_CHOWN', 'CAP_FOWNER'] as const;
const ASK_MS = 5000;

export function judgeRights(user: string, files: WantedFiles): UnitRights {
  const identity = identityOf(user);
  if (identity === undefined) return { kind: 'unknown-user' };
  if (identity.uid === 0) {
    return { kind: 'enough', capabilities: isRootsOwn(files) ? [] : FOR_OTHERS };
  }
  const why = [
    ...unlessOwned(files.stateFolder, user, identity),
    ...[...new Set(files.renewed)].flatMap((path) => refusalsOf(path, user, identity)),
  ];
  return why.length === 0
    ? { kind: 'enough', capabilities: [] }
    : { kind: 'refused', why: [...new Set(why)] };
}

interface Identity {
  readonly uid: number;
  readonly gids: readonly number[];
}

/** By id(1), which knows users of directories too; undefined: there is none of that name. */
function identityOf(user: string): Identity | undefined {
  if (user === 'root') return { uid: 0, gids: [0] };
  const ask = (option: string): readonly number[] =>
    execFileSync('id', [option, user], {
      encoding: 'utf8',
      timeout: ASK_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/)
      .map(Number);
  try {
    const [uid] = ask('-u');
    return uid === undefined || !Number.isInteger(uid) ? undefined : { uid, gids: ask('-G') };
  } catch {
    return undefined;
  }
}

/** Files, and every folder on the way to them; a group that is not root's has to be given too. */
function isRootsOwn({ renewed, stateFolder, read }: WantedFiles): boolean {
  const written = [stateFolder, ...renewed].map((path) => lookAt(path).found);
  if (written.some((found) => found !== undefined && found.gid !== 0)) return false;
  return [stateFolder, ...renewed, ...read]
    .flatMap(wayTo)
    .every((path) => (lookAt(path).found?.uid ?? 0) === 0);
}

function wayTo(path: string): readonly string[] {
  const real = lookAt(path).real;
  const way = [real];
  for (let last = real; dirname(last) !== last; last = dirname(last)) way.push(dirname(last));
  return way;
}

function refusalsOf(path: string, user: string, identity: Identity): readonly string[] {
  const { real, found } = lookAt(path);
  const folder = dirname(real);
  return [
    ...unlessOwned(path, user, identity),
    ...(found !== undefined && found.uid === identity.uid && !identity.gids.includes(found.gid)
      ? [`${path} has a group that ${user} is not in: it cannot be given to the next one`]
      : []),
    ...(mayWriteIn(lookAt(folder).found, identity) ? [] : [`${user} may not write in ${folder}`]),
  ];
}

function unlessOwned(path: string, user: string, { uid }: Identity): readonly string[] {
  const { found } = lookAt(path);
  return found === undefined || found.uid === uid ? [] : [`${path} is not ${user}’s`];
}

function mayWriteIn(folder: Stats | undefined, { uid, gids }: Identity): boolean {
  if (folder === undefined) return true;
  const bits = folder.uid === uid ? 0o300 : gids.includes(folder.gid) ? 0o030 : 0o003;
  return (folder.mode & bits) === bits;
}

/** What is not there yet is in nobody's way. */
function lookAt(path: string): { readonly real: string; readonly found: Stats | undefined } {
  try {
    const real = realpathSync(path);
    return { real, found: statSync(real) };
  } catch {
    return { real: path, found: undefined };
  }
}
