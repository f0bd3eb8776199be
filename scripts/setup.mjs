/**
 * Makes a fresh clone ready with nothing but Node and npm: dependencies, build, Debian packages, test servers. Every
 * step looks first and does nothing, quietly, when there is nothing to do.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { cacheDir } from './servers.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMPS = join(ROOT, 'node_modules/.cache/wardis');

/** The oldest Node that the program runs on, as `engines` in package.json says. */
const NODE_MIN = /** @type {const} */ ([20, 19]);
const INSTALL_TIMEOUT_MS = 600_000;
const APT_TIMEOUT_MS = 300_000;
const APT_TRIES_MAX = 3;
const ERROR_LINES_MAX = 20;

/** Programs that some tests check their results with, and the Debian packages that hold them. */
const TOOLS = [
  { program: 'openssl', package: 'openssl' },
  { program: 'testssl', package: 'testssl.sh' },
  { program: 'nft', package: 'nftables' },
  { program: 'iptables-restore', package: 'iptables' },
  { program: 'chromium', package: 'chromium' },
];

/** Ends the program with a plain message when this Node is too old. */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  console.error(
    `Wardis needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node} (${process.execPath}).`,
  );
  process.exit(2);
}

/** Runs `npm ci` when what is installed is not what the lockfile says. */
export function installDependencies() {
  if (isInstalled()) return;
  console.error('installing dependencies (npm ci)');
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    timeout: INSTALL_TIMEOUT_MS,
    shell: process.platform === 'win32',
  });
  if (npm.status === 0) return;
  console.error('npm ci failed: see above. Is the package registry reachable?');
  process.exit(2);
}

/**
 * Compiles `src/` when it changed since the last build.
 * @returns {boolean} whether `dist/` is the build of these sources
 */
export function build() {
  const files = listSources();
  const stamp = join(STAMPS, 'build.json');
  const before = readJson(stamp);
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  const dist = join(ROOT, 'dist');
  if (before?.hash === hash && existsSync(join(dist, 'index.js'))) return true;
  const names = new Set(files.map(([name]) => name));
  const isStale =
    !before || !existsSync(dist) || before.names.some((/** @type {string} */ name) => !names.has(name));
  if (isStale) {
    rmSync(dist, { recursive: true, force: true });
    rmSync(join(STAMPS, 'build.tsbuildinfo'), { force: true });
  }
  console.error('building');
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const tsc = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = tsc.stdout.trimEnd().split('\n');
  if (tsc.status !== 0) console.error(lines.slice(0, ERROR_LINES_MAX).join('\n'));
  if (lines.length > ERROR_LINES_MAX) console.error(`and ${lines.length - ERROR_LINES_MAX} more lines`);
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, JSON.stringify({ hash: tsc.status === 0 ? hash : 'failed', names: [...names] }));
  return tsc.status === 0;
}

/**
 * Installs the Debian packages that tests need and this machine lacks: only as root, only with apt. Otherwise it
 * names them, and the tests that need them are skipped.
 * @returns {readonly string[]} the programs that are still missing
 */
export function installTools() {
  const missing = TOOLS.filter(({ program }) => !findProgram(program));
  if (missing.length === 0) return [];
  const packages = missing.map((tool) => tool.package).join(' ');
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) {
    console.error(`some tests are skipped without: ${packages} (as root: apt-get install ${packages})`);
    return missing.map(({ program }) => program);
  }
  console.error(`installing Debian packages: ${packages}`);
  const install = ['install', '--yes', '--no-install-recommends', ...packages.split(' ')];
  for (let attempt = 0; attempt < APT_TRIES_MAX; attempt += 1) {
    // The lists on the machine may do, or be absent or out of date; only then are they fetched.
    if (attempt > 0) runApt(['update']);
    if (runApt(install)) break;
  }
  const still = TOOLS.filter(({ program }) => !findProgram(program)).map(({ program }) => program);
  if (still.length > 0) console.error(`could not install: ${still.join(' ')}`);
  return still;
}

/**
 * A Node of another major version, from the npm package that carries its binary, in the cache.
 * @param {string} major such as `24`
 * @returns {Promise<string | undefined>} the path of the program
 */
export async function fetchNode(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const dir = join(cacheDir(), 'node', `${major}-${process.arch}`);
  const program = join(dir, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return program;
  console.error(`fetching Node ${major}`);
  const work = `${dir}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    await promisify(execFile)(
      'npm',
      [
        'install',
        '--prefix',
        work,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--no-save',
        `${name}@${major}`,
      ],
      { timeout: INSTALL_TIMEOUT_MS, cwd: work, shell: process.platform === 'win32' },
    );
    rmSync(dir, { recursive: true, force: true });
    renameSync(work, dir);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function isRoot() {
  return process.getuid?.() === 0;
}

/** @param {string} name */
function findProgram(name) {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return dirs.map((dir) => join(dir, name)).find((path) => existsSync(path));
}

/** npm notes what it installed beside the packages; platform-dependent ones may be absent. */
function isInstalled() {
  const wanted = readJson(join(ROOT, 'package-lock.json'));
  const installed = readJson(join(ROOT, 'node_modules/.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '' || entry.optional || entry.devOptional) return true;
    const found = installed.packages[path];
    return found?.version === entry.version && found?.integrity === entry.integrity;
  });
}

/** @returns {readonly (readonly [string, number, number])[]} path, size and time of change of everything built from */
function listSources() {
  const src = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|json)$/.test(name))
    .map((name) => join('src', name));
  return [...src, 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].sort().map((name) => {
    const { size, mtimeMs } = statSync(join(ROOT, name));
    return [name, size, mtimeMs];
  });
}

/** @param {readonly string[]} args */
function runApt(args) {
  try {
    execFileSync(
      '/usr/bin/apt-get',
      ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...args],
      {
        timeout: APT_TIMEOUT_MS,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      },
    );
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
