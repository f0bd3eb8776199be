/** A throw-away server for the demo: found, started on loopback in a folder of its own, and always ended. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { ServerVersion } from '../../conf/index.ts';
import { FleetError, openConnection, type Target } from '../../fleet/index.ts';
import { CommandFailure } from '../failure.ts';

/** A server that has not answered by then will not. */
const START_TIMEOUT_MS = 15_000;
const POLL_MS = 50;
/** Lines of the server's log shown when it does not start. */
const LOG_LINES_MAX = 8;

export interface ServerBinary {
  readonly path: string;
  readonly version: ServerVersion;
  /** Whom it runs as; empty: as we are. */
  readonly account: Account;
}

export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export interface DemoServer {
  readonly stop: () => Promise<void>;
}

/** The binary to use: the one named, else redis-server or valkey-server on PATH; undefined when there is none. */
export function findServerBinary(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ServerBinary | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates =
    named === undefined
      ? ['redis-server', 'valkey-server'].flatMap((name) => folders.map((folder) => join(folder, name)))
      : [named];
  for (const path of candidates) {
    if (!isExecutable(path)) continue;
    for (const account of accounts()) {
      const version = askVersion(path, account);
      if (version !== undefined) return { path, version, account };
    }
  }
  if (named === undefined) return undefined;
  throw new CommandFailure({
    code: 'E_DEMO_SERVER',
    what: 'this is not a redis-server or valkey-server that runs here',
    target: named,
    next: 'name another one with --server, or leave the option out',
  });
}

/** Start a server and wait until it takes connections at `target`. */
export async function startServer(
  binary: ServerBinary,
  args: readonly string[],
  folder: string,
  target: Target,
): Promise<DemoServer> {
  const child = spawnPrivate(binary, args, folder);
  const log: string[] = [];
  child.once('error', (error) => log.push(error.message));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => log.push(...chunk.toString('utf8').split('\n')));
  }
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = () => end(child).finally(() => process.removeListener('exit', kill));
  try {
    await answers(child, target);
    return { stop };
  } catch (error) {
    await stop();
    throw new CommandFailure(
      {
        code: 'E_DEMO_START',
        what: 'the throw-away server did not start',
        target: binary.path,
        cause:
          log
            .filter((line) => line.trim() !== '')
            .slice(-LOG_LINES_MAX)
            .join('\n         ') || String(error),
        next: 'try another one with --server PATH',
      },
      { cause: error },
    );
  }
}

/** A port of loopback that is free now. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Root runs the server as nobody where nobody can reach the binary: a demo of security starts no server as root. */
function accounts(): readonly Account[] {
  return process.getuid?.() === 0 ? [{ uid: NOBODY_ID, gid: NOBODY_ID }, {}] : [{}];
}

const NOBODY_ID = 65_534;

/** With the umask of the compiled systemd unit: nothing that the server makes is readable to others. */
function spawnPrivate(binary: ServerBinary, args: readonly string[], folder: string): ChildProcess {
  const before = process.umask(0o077);
  try {
    return spawn(binary.path, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...binary.account });
  } finally {
    process.umask(before);
  }
}

async function answers(child: ChildProcess, target: Target): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('it ended at once');
    try {
      const connection = await openConnection(target, { connectMs: 2000, commandMs: 2000 });
      connection.close();
      return;
    } catch (error) {
      const early = error instanceof FleetError && (error.code === 'refused' || error.code === 'reset');
      if (!early || Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(forced);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function askVersion(path: string, account: Account): ServerVersion | undefined {
  try {
    const text = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
      ...account,
    });
    const match = /^(redis|valkey) server v=(\d+\.\d+\.\d+)/im.exec(text);
    if (match === null) return undefined;
    return { product: match[1]?.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version: match[2] ?? '' };
  } catch {
    return undefined;
  }
}
