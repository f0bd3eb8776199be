/**
 * An ssh server for tests, unpacked from the Debian package into the cache and never installed: nothing of this machine
 * listens, and no account is made. It runs with this machine's own libraries; the few that are missing lie beside it.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

import { findMirror, hasApt, unpack } from './apt.mjs';
import { cacheDir } from './servers.mjs';

/** @typedef {{ readonly program: string, readonly libraries: string | undefined }} Sshd */

const INSTALLED = '/usr/sbin/sshd';

/**
 * The ssh server that is installed, or the one in the cache. Never uses the network.
 * @returns {Sshd | undefined}
 */
export function findSshd() {
  if (existsSync(INSTALLED)) return { program: INSTALLED, libraries: undefined };
  const program = join(sshdDir(), 'sshd');
  return existsSync(program) ? { program, libraries: join(sshdDir(), 'lib') } : undefined;
}

/**
 * Fetches it where it is missing. Never throws: the tests that need it are skipped then, and say so.
 * @param {(line: string) => void} [log]
 * @returns {Promise<Sshd | undefined>}
 */
export async function fetchSshd(log = () => {}) {
  const found = findSshd();
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readText('/etc/os-release'))?.[1];
  const mirror = hasApt() ? findMirror() : undefined;
  if (found || !mirror || suite === undefined) return found;
  const parent = join(cacheDir(), 'sshd');
  mkdirSync(parent, { recursive: true });
  const work = mkdtempSync(join(parent, '.work-'));
  try {
    log(`fetching sshd of Debian ${suite}`);
    const root = join(work, 'root');
    const wanted = { suites: [suite], target: suite, packages: ['openssh-server'] };
    await unpack(mirror, wanted, join(work, 'apt'), root);
    keep(root, join(work, 'kept'));
    rmSync(sshdDir(), { recursive: true, force: true });
    renameSync(join(work, 'kept'), sshdDir());
    return findSshd();
  } catch (error) {
    log(`sshd: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The program, and of the libraries those that this machine lacks. @param {string} root @param {string} kept */
function keep(root, kept) {
  const lib = join(kept, 'lib');
  mkdirSync(lib, { recursive: true });
  const program = join(kept, 'sshd');
  copyFileSync(join(root, 'usr/sbin/sshd'), program);
  chmodSync(program, 0o755);
  const listed = execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' });
  const missing = new Set([...listed.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name));
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (!missing.delete(base)) continue;
    copyFileSync(realpathSync(join(root, name)), join(lib, base));
  }
  if (missing.size > 0) throw new Error(`the packages lack ${[...missing].join(' ')}`);
}

function sshdDir() {
  return join(cacheDir(), 'sshd', process.arch);
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
