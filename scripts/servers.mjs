/**
 * The servers that the tests and the demo run: Redis and Valkey as Debian's suites ship them, unpacked into the user's
 * cache and started with their own loader and libraries, so that nothing is installed and versions stand side by side.
 * `npm run servers` fetches what is missing and prints what this machine can run (`--json`, `--refresh`).
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
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findMirror, hasApt, unpack } from './apt.mjs';

/**
 * @typedef {'redis' | 'valkey'} Product
 * @typedef {object} Server
 * @property {string} id such as `redis-7.0`
 * @property {Product} product
 * @property {string} version such as `7.0.15`
 * @property {string} suite the Debian suite it comes from, or `path` for one found on PATH
 * @property {string} program the same as one executable, for whoever takes a path
 * @property {readonly string[]} command starts the server: append the conf file and options
 * @property {readonly string[]} sentinel starts Sentinel: append the conf file
 * @property {readonly string[]} [cli] redis-cli or valkey-cli
 * @property {readonly string[]} [benchmark] redis-benchmark or valkey-benchmark
 *
 * @typedef {{ readonly slot: string, readonly product: Product, readonly suites: readonly string[], readonly required: boolean }} Slot
 * @typedef {{ readonly slot: string, readonly reason: string, readonly required: boolean }} Skipped
 * @typedef {{ readonly dir: string } | { readonly reason: string, readonly at: number }} Outcome
 * @typedef {{ readonly slots: Record<string, Outcome> }} Index
 */

/** Raised when the layout of the cache changes. */
const CACHE_VERSION = 2;
/** A slot that could not be had is not asked for again within this time. */
const RETRY_AFTER_MS = 3_600_000;
const STALE_AFTER_MS = 3_600_000;
const VERSION_TIMEOUT_MS = 10_000;

const UNREACHABLE =
  /Could not (?:resolve|connect)|Temporary failure|timed out|Unable to connect|Connection failed|no answer/i;

/** Every suite whose server the tests know, oldest first; the last of `suites` is the one that the server comes from.
 * @type {readonly Slot[]} */
export const SLOTS = [
  { slot: 'bullseye/redis', product: 'redis', suites: ['bullseye'], required: false },
  { slot: 'bookworm/redis', product: 'redis', suites: ['bookworm'], required: true },
  {
    slot: 'bookworm-backports/valkey',
    product: 'valkey',
    suites: ['bookworm', 'bookworm-backports'],
    required: true,
  },
  { slot: 'trixie/redis', product: 'redis', suites: ['trixie'], required: true },
  { slot: 'trixie/valkey', product: 'valkey', suites: ['trixie'], required: true },
  { slot: 'forky/redis', product: 'redis', suites: ['forky'], required: false },
  { slot: 'forky/valkey', product: 'valkey', suites: ['forky'], required: false },
];

/**
 * Where everything that is fetched lives: `$XDG_CACHE_HOME/wardis`, or `~/.cache/wardis`. Root's home is closed to
 * others, and servers run as nobody there, so root uses `/var/cache/wardis`.
 */
export function cacheDir() {
  const given = process.env['XDG_CACHE_HOME'];
  const standard = process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache');
  return join(given !== undefined && given !== '' ? given : standard, 'wardis');
}

/**
 * The servers in the cache, and one on PATH when its version is not among them. Never uses the network.
 * An id is `product-major.minor`; a second server of the same minor has its full version instead.
 * @returns {readonly Server[]}
 */
export function findServers() {
  const { slots } = readIndex();
  /** @type {Server[]} */
  const servers = [];
  for (const { slot } of SLOTS) {
    const outcome = slots[slot];
    if (!outcome || !('dir' in outcome)) continue;
    const server = readServer(outcome.dir);
    if (server) servers.push(withId(server, servers));
  }
  const local = servers.length === 0 ? findOnPath() : undefined;
  return local ? [local] : servers;
}

/**
 * Fetches the servers that are not in the cache yet, at most two suites at a time.
 * @param {{ readonly slots?: readonly Slot[], readonly refresh?: boolean, readonly retryAfterMs?: number, readonly log?: (line: string) => void }} [options]
 * @returns {Promise<{ readonly servers: readonly Server[], readonly skipped: readonly Skipped[] }>}
 */
export async function fetchServers(options = {}) {
  const slots = options.slots ?? SLOTS;
  const log = options.log ?? (() => {});
  const now = Date.now();
  const waiting = slots.filter(({ slot }) => {
    const outcome = readIndex().slots[slot];
    if (!outcome || options.refresh === true) return true;
    return 'dir' in outcome
      ? !existsSync(outcome.dir)
      : now - outcome.at >= (options.retryAfterMs ?? RETRY_AFTER_MS);
  });
  if (waiting.length > 0) mkdirSync(serversDir(), { recursive: true });
  /** @type {string | undefined} */
  let unreachable;
  const workers = [0, 1].map(async () => {
    for (let slot = waiting.shift(); slot; slot = waiting.shift()) {
      const reason = unreachable ?? (await fillSlot(slot, log));
      if (reason !== undefined) recordFailure(slot.slot, reason);
      // One slow answer is enough: the other suites come from the same place.
      if (reason !== undefined && UNREACHABLE.test(reason)) unreachable = reason;
    }
  });
  await Promise.all(workers);
  const index = readIndex();
  const skipped = slots.flatMap(({ slot, required }) => {
    const outcome = index.slots[slot];
    return outcome && 'reason' in outcome ? [{ slot, reason: outcome.reason, required }] : [];
  });
  return { servers: findServers(), skipped };
}

/**
 * A server for the demo: one on PATH, else the first in the cache.
 * @returns {Server | undefined}
 */
export function findLocalServer() {
  return findOnPath() ?? findServers().find((server) => server.suite === 'bookworm') ?? findServers()[0];
}

/** @returns {Server | undefined} */
function findOnPath() {
  for (const product of /** @type {const} */ (['redis', 'valkey'])) {
    const program = findProgram(`${product}-server`);
    const version = program && readVersion([program]);
    if (!program || !version) continue;
    const sentinel = findProgram(`${product}-sentinel`);
    const cli = findProgram(`${product}-cli`);
    const benchmark = findProgram(`${product}-benchmark`);
    return {
      id: minorId(product, version),
      product,
      version,
      suite: 'path',
      program,
      command: [program],
      sentinel: sentinel ? [sentinel] : [program, '--sentinel'],
      ...(cli ? { cli: [cli] } : {}),
      ...(benchmark ? { benchmark: [benchmark] } : {}),
    };
  }
  return undefined;
}

/**
 * @param {Slot} slot @param {(line: string) => void} log
 * @returns {Promise<string | undefined>} why it could not be had
 */
async function fillSlot(slot, log) {
  const parent = serversDir();
  removeStale(parent);
  const work = mkdtempSync(join(parent, '.work-'));
  try {
    const mirror = hasApt() ? findMirror() : undefined;
    if (!hasApt()) throw new Error('needs apt-get and dpkg-deb');
    if (!mirror) throw new Error('no signed Debian archive among the apt sources of this machine');
    log(`fetching ${slot.product} of Debian ${slot.suites.at(-1)}`);
    const root = join(work, 'root');
    const target = String(slot.suites.at(-1));
    await unpack(
      mirror,
      { suites: slot.suites, target, packages: [`${slot.product}-tools`] },
      join(work, 'apt'),
      root,
    );
    recordOutcome(slot.slot, { dir: assemble(slot, root, work) });
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(`${slot.slot}: ${reason}`);
    return reason;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Working directories of runs that were killed. @param {string} parent */
function removeStale(parent) {
  for (const name of readdirSync(parent).filter((n) => n.startsWith('.work-'))) {
    const dir = join(parent, name);
    const age = Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_AFTER_MS) rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Keeps of the unpacked packages the programs and just the libraries that they load. The server's program is shipped
 * under the name of its checker and picks its role by the name it was started with, hence the copies.
 * @param {Slot} slot @param {string} root @param {string} work
 */
function assemble(slot, root, work) {
  const { product } = slot;
  const bin = join(work, 'kept/bin');
  const lib = join(work, 'kept/lib');
  mkdirSync(bin, { recursive: true });
  mkdirSync(lib, { recursive: true });
  for (const [from, to] of [
    ['check-rdb', 'server'],
    ['check-rdb', 'sentinel'],
    ['cli', 'cli'],
    ['benchmark', 'benchmark'],
  ]) {
    copyFileSync(realpathSync(join(root, 'usr/bin', `${product}-${from}`)), join(bin, `${product}-${to}`));
    chmodSync(join(bin, `${product}-${to}`), 0o755);
  }
  const libraries = findLibraries(root);
  const dirs = [...new Set(libraries.map((path) => path.slice(0, path.lastIndexOf('/'))))];
  const loader = libraries.find((path) => /\/ld-[\w-]+\.so\.\d$/.test(path));
  if (!loader) throw new Error('the packages hold no loader');
  for (const program of readdirSync(bin)) {
    const listed = execFileSync(loader, ['--library-path', dirs.join(':'), '--list', join(bin, program)], {
      encoding: 'utf8',
    });
    for (const [, name, path] of listed.matchAll(/^\s*(\S+) => (\S+)/gm)) {
      if (name && !name.includes('/') && path?.startsWith(root))
        copyFileSync(realpathSync(path), join(lib, name));
    }
  }
  // Loaded by name at run time, so the list does not show them: host name lookup, and the unwinder of pthread_cancel.
  for (const path of libraries.filter((p) =>
    /\/(?:libnss_(?:files|dns)|libresolv|libgcc_s)\.so\.\d$/.test(p),
  )) {
    copyFileSync(realpathSync(path), join(lib, basename(path)));
  }
  copyFileSync(realpathSync(loader), join(lib, basename(loader)));
  chmodSync(join(lib, basename(loader)), 0o755);
  return keep(slot, join(work, 'kept'), basename(loader));
}

/** One executable for each program, which stays good when the folder moves. @param {string} kept @param {string} loader */
function writeWrappers(kept, loader) {
  const run = join(kept, 'run');
  mkdirSync(run);
  for (const name of readdirSync(join(kept, 'bin'))) {
    const lines = [
      '#!/bin/sh',
      'here=$(dirname "$(readlink -f "$0")")/..',
      `exec "$here/lib/${loader}" --library-path "$here/lib" "$here/bin/${name}" "$@"`,
    ];
    writeFileSync(join(run, name), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
}

/** Moves a finished server to its place in one rename. @param {Slot} slot @param {string} kept @param {string} loader */
function keep(slot, kept, loader) {
  const suite = String(slot.suites.at(-1));
  const { product } = slot;
  const version = readVersion([
    join(kept, 'lib', loader),
    '--library-path',
    join(kept, 'lib'),
    join(kept, 'bin', `${product}-server`),
  ]);
  writeWrappers(kept, loader);
  if (!version) throw new Error('the unpacked server does not run here');
  writeFileSync(join(kept, 'server.json'), `${JSON.stringify({ product, version, suite, loader })}\n`);
  const dir = join(serversDir(), `${product}-${version}-${suite}`);
  rmSync(dir, { recursive: true, force: true });
  renameSync(kept, dir);
  return dir;
}

/** @param {string} root @returns {readonly string[]} */
function findLibraries(root) {
  return ['lib', 'lib64', 'usr/lib', 'usr/lib64'].flatMap((top) => {
    const dir = join(root, top);
    if (!existsSync(dir)) return [];
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(dir, name))
      .filter((path) => /\.so(?:\.[\d.]+)?$/.test(path) && existsSync(path) && statSync(path).isFile());
  });
}

/** @param {string} dir @returns {Server | undefined} */
function readServer(dir) {
  const note = join(dir, 'server.json');
  if (!existsSync(note)) return undefined;
  const { product, version, suite, loader } = JSON.parse(readFileSync(note, 'utf8'));
  /** @param {string} role */
  const command = (role) => [
    join(dir, 'lib', loader),
    '--library-path',
    join(dir, 'lib'),
    join(dir, 'bin', `${product}-${role}`),
  ];
  return {
    id: minorId(product, version),
    product,
    version,
    suite,
    program: join(dir, 'run', `${product}-server`),
    command: command('server'),
    sentinel: command('sentinel'),
    cli: command('cli'),
    benchmark: command('benchmark'),
  };
}

/** @param {Server} server @param {readonly Server[]} earlier @returns {Server} */
function withId(server, earlier) {
  if (!earlier.some(({ id }) => id === server.id)) return server;
  const full = `${server.product}-${server.version}`;
  return { ...server, id: earlier.some(({ id }) => id === full) ? `${full}-${server.suite}` : full };
}

/** @param {Product} product @param {string} version */
function minorId(product, version) {
  return `${product}-${version.split('.').slice(0, 2).join('.')}`;
}

/** @param {readonly string[]} command */
function readVersion(command) {
  const [program, ...args] = command;
  try {
    const text = execFileSync(String(program), [...args, '--version'], {
      encoding: 'utf8',
      timeout: VERSION_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /server v=([\d.]+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** @param {string} name */
function findProgram(name) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
}

function serversDir() {
  return join(cacheDir(), 'servers', `v${CACHE_VERSION}-${process.arch}`);
}

/** @returns {Index} */
function readIndex() {
  try {
    return JSON.parse(readFileSync(join(serversDir(), 'index.json'), 'utf8'));
  } catch {
    return { slots: {} };
  }
}

/** A server that is there stays, whatever became of its renewal. @param {string} slot @param {string} reason */
function recordFailure(slot, reason) {
  const kept = readIndex().slots[slot];
  if (!kept || 'reason' in kept || !existsSync(kept.dir)) recordOutcome(slot, { reason, at: Date.now() });
}

/** @param {string} slot @param {Outcome} outcome */
function recordOutcome(slot, outcome) {
  const next = { slots: { ...readIndex().slots, [slot]: outcome } };
  const path = join(serversDir(), 'index.json');
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(next, null, 2)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}

/** @param {readonly string[]} argv */
async function main(argv) {
  const { servers, skipped } = await fetchServers({
    refresh: argv.includes('--refresh'),
    retryAfterMs: 0,
    log: (line) => console.error(line),
  });
  if (argv.includes('--json')) {
    console.log(JSON.stringify({ servers, skipped }, null, 2));
    return;
  }
  for (const server of servers) {
    console.log(
      `${server.id.padEnd(14)} ${server.version.padEnd(8)} ${server.suite.padEnd(19)} ${server.program}`,
    );
  }
  for (const { slot, reason } of skipped) console.log(`skipped        ${slot.padEnd(28)} ${reason}`);
  const missing = skipped.filter(({ required }) => required).length;
  console.log(
    `${servers.length} servers, ${skipped.length} skipped${missing > 0 ? `, ${missing} of them required` : ''}`,
  );
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
