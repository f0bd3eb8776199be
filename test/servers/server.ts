/**
 * Starts real servers for tests: each on free loopback ports, in a directory of its own, watched until it answers, and
 * ended with the process at the latest. What a configuration says about places on the machine (ports, directory, log,
 * pid file, sockets, addresses that are not loopback or any) is overridden; everything else is the server's own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findServers } from '../../scripts/servers.mjs';
import { openConnection, talk } from './talk.ts';

/** A server that this machine can run, found by `npm run servers`. */
export type Server = ReturnType<typeof findServers>[number];

export interface StartOptions {
  /** Id such as `redis-7.0`, or a server of `availableServers()`. */
  readonly server: string | Server;
  /** Text of the configuration file. Without `bind` the server listens on 127.0.0.1 only. */
  readonly conf?: string;
  /** Text of the ACL file, written as `users.acl` beside the configuration, which must not name one itself. */
  readonly aclfile?: string;
  /** More files for the directory, by name: certificates, includes. The configuration may name them without a path. */
  readonly files?: Readonly<Record<string, string>>;
  /** More options for the command line, such as `--maxclients`, `10`; they win over everything. */
  readonly args?: readonly string[];
  /** Directory to run in, kept afterwards. Default: a temporary one, removed by `stop()`. */
  readonly dir?: string;
  /** Directives of `conf` to leave as they are although they name places on the machine, such as `bind`, `logfile`. */
  readonly keep?: readonly string[];
  /** How long it may take to answer, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Address to ask whether it answers, for one that listens elsewhere. Default 127.0.0.1. */
  readonly host?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RunningServer {
  readonly server: Server;
  /** The plaintext port, or 0 where the configuration turns it off. */
  readonly port: number;
  /** The TLS port, where the configuration has one. */
  readonly tlsPort?: number;
  readonly socketPath?: string;
  readonly dir: string;
  readonly confPath: string;
  readonly pid: number;
  /** What the server printed so far. */
  readonly log: () => string;
  /** Ends it, and removes its directory unless the caller gave it. */
  readonly stop: () => Promise<Exit>;
  readonly exited: Promise<Exit>;
}

/** How an attempt to start went: a refused configuration is a result, not an error. */
export type Attempt =
  | { readonly started: true; readonly server: RunningServer }
  | { readonly started: false; readonly code: number | null; readonly log: string };

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
const POLL_MS = 15;
const PORT_TRIES_MAX = 50;
const START_TRIES_MAX = 3;
const LOG_BYTES_MAX = 4 * 1024 * 1024;
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const LOOPBACK_OR_ANY = /^-?(?:127\.[\d.]+|::1|localhost|\*|::\*|0\.0\.0\.0|::)$/;

/** Where Linux offers it, a server ends with the process that started it, even one that is killed outright. */
const TIED = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : [];

const running = new Set<RunningServer>();
const children = new Set<ChildProcess>();
const temporaryDirs = new Set<string>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const dir of temporaryDirs) rmSync(dir, { recursive: true, force: true });
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

/** Every server that this machine can run, without touching the network. */
export function availableServers(): readonly Server[] {
  return findServers();
}

/** Starts a server and waits until it answers; throws with its log when it does not. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  return expectStarted(await attemptStart(options, 'server'), options);
}

/** Starts a Sentinel from `conf`; its directory keeps the configuration that it rewrites. */
export async function startSentinel(options: StartOptions): Promise<RunningServer> {
  return expectStarted(await attemptStart(options, 'sentinel'), options);
}

/** Starts a server whose configuration may be refused. A started one must be stopped by the caller. */
export function tryStart(options: StartOptions): Promise<Attempt> {
  return attemptStart(options, 'server');
}

/** Ends every server that is still running. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

/** A port on 127.0.0.1 that nothing listens on, whose bus port (10,000 higher) is free as well. */
export async function findFreePort(): Promise<number> {
  for (let i = 0; i < PORT_TRIES_MAX; i += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
  throw new Error('found no free port');
}

function expectStarted(attempt: Attempt, options: StartOptions): RunningServer {
  if (attempt.started) return attempt.server;
  const name = typeof options.server === 'string' ? options.server : options.server.id;
  throw new Error(`${name} did not start (exit ${attempt.code}):\n${attempt.log}`);
}

async function attemptStart(options: StartOptions, role: 'server' | 'sentinel'): Promise<Attempt> {
  for (let i = 1; ; i += 1) {
    const attempt = await startOnce(options, role);
    const taken = !attempt.started && attempt.log.includes('Address already in use');
    if (!taken || i >= START_TRIES_MAX) return attempt;
  }
}

async function startOnce(options: StartOptions, role: 'server' | 'sentinel'): Promise<Attempt> {
  const server = typeof options.server === 'string' ? findServer(options.server) : options.server;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'wardis-'));
  const confPath = join(dir, role === 'sentinel' ? 'sentinel.conf' : `${server.product}.conf`);
  writeFileSync(confPath, withoutPlaces(options.conf ?? '', options.keep ?? []), { mode: 0o600 });
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFileSync(join(dir, name), text, { mode: 0o600 });
  const places = await choosePlaces(options, server, dir, role);
  const command = [
    ...TIED,
    ...(role === 'sentinel' ? server.sentinel : server.command),
    confPath,
    ...places.args,
    ...(options.args ?? []),
  ];
  const child = spawn(String(command[0]), command.slice(1), {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let text = '';
  const collect = (chunk: Buffer): void => {
    if (text.length < LOG_BYTES_MAX) text += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      text += `${error.message}\n`;
      resolve({ code: null, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => children.delete(child));
  if (options.dir === undefined) temporaryDirs.add(dir);
  const removeDir = (): void => {
    if (temporaryDirs.delete(dir)) rmSync(dir, { recursive: true, force: true });
  };
  const instance: RunningServer = {
    server,
    port: places.port,
    ...(places.tlsPort === undefined ? {} : { tlsPort: places.tlsPort }),
    ...(places.socketPath === undefined ? {} : { socketPath: places.socketPath }),
    dir,
    confPath,
    pid: child.pid ?? 0,
    log: () => text,
    exited,
    stop: async () => {
      running.delete(instance);
      await endChild(child, exited);
      removeDir();
      return exited;
    },
  };
  const host = options.host ?? '127.0.0.1';
  const outcome = await waitUntilReady(instance, host, exited, options.timeoutMs ?? START_TIMEOUT_MS);
  if (outcome === 'ready') {
    running.add(instance);
    return { started: true, server: instance };
  }
  await endChild(child, exited);
  removeDir();
  const code = outcome === 'timeout' ? null : outcome.code;
  return { started: false, code, log: outcome === 'timeout' ? `${text}\n(no answer in time)\n` : text };
}

function findServer(id: string): Server {
  const server = findServers().find((candidate) => candidate.id === id);
  if (!server) throw new Error(`${id} is not on this machine: run npm run servers`);
  return server;
}

interface Places {
  readonly port: number;
  readonly tlsPort?: number;
  readonly socketPath?: string;
  readonly args: readonly string[];
}

async function choosePlaces(
  options: StartOptions,
  server: Server,
  dir: string,
  role: 'server' | 'sentinel',
): Promise<Places> {
  const said = readDirectives(options.conf ?? '');
  const kept = new Set([
    ...(options.keep ?? []),
    ...(options.args ?? []).map((arg) => arg.replace(/^--/, '')),
  ]);
  const args: string[] = [];
  const override = (name: string, ...values: string[]): void => {
    if (!kept.has(name)) args.push(`--${name}`, ...values);
  };
  const port = said.get('port') === '0' ? 0 : await findFreePort();
  const given = optionValue(options.args, '--port') ?? (kept.has('port') ? said.get('port') : undefined);
  if (port !== 0) override('port', String(port));
  const wantsTls = Number(said.get('tls-port') ?? optionValue(options.args, '--tls-port') ?? 0) > 0;
  const tlsPort = wantsTls ? await findFreePort() : undefined;
  const givenTls =
    optionValue(options.args, '--tls-port') ?? (kept.has('tls-port') ? said.get('tls-port') : undefined);
  if (tlsPort !== undefined) override('tls-port', String(tlsPort));
  const socketPath = (said.get('unixsocket') ?? '') === '' ? undefined : join(dir, 'server.sock');
  if (socketPath !== undefined) override('unixsocket', socketPath);
  const bind = (said.get('bind') ?? '').split(/\s+/).filter((address) => address !== '');
  if (bind.length === 0 || !bind.every((a) => LOOPBACK_OR_ANY.test(a))) override('bind', '127.0.0.1');
  const busPort = chooseBusPort(said, server, port);
  if (busPort !== 'default') override('cluster-port', String(await findFreePort()));
  override('dir', dir);
  override('daemonize', 'no');
  if (said.has('logfile')) override('logfile', '');
  if (said.has('pidfile')) override('pidfile', join(dir, 'server.pid'));
  if (said.has('supervised')) override('supervised', 'no');
  if (options.aclfile !== undefined && role === 'server') {
    const path = join(dir, 'users.acl');
    writeFileSync(path, options.aclfile, { mode: 0o600 });
    chmodSync(path, 0o600);
    override('aclfile', path);
  }
  return {
    port: given === undefined ? port : Number(given),
    ...(tlsPort === undefined ? {} : { tlsPort: givenTls === undefined ? tlsPort : Number(givenTls) }),
    ...(socketPath === undefined
      ? {}
      : { socketPath: kept.has('unixsocket') ? String(said.get('unixsocket')) : socketPath }),
    args,
  };
}

/**
 * `dir` and `logfile` act while the file is read (every version for the first, 6.0 for the second), so an override
 * comes too late for a path that is not there: they become comments, which keeps the line numbers.
 */
function withoutPlaces(conf: string, keep: readonly string[]): string {
  return conf.replace(/^[ \t]*(dir|logfile)\b.*$/gim, (line: string, name: string) =>
    keep.includes(name.toLowerCase()) ? line : `# ${line}`,
  );
}

/**
 * The bus listens 10,000 above the port that it speaks on, and `findFreePort` sees to it that this one is free. With
 * `port 0` and no `tls-cluster` that is port 10,000 for every server, and from 7.0 on it can be named.
 */
function chooseBusPort(said: ReadonlyMap<string, string>, server: Server, port: number): 'default' | 'named' {
  if (said.get('cluster-enabled') !== 'yes' || server.version.startsWith('6.')) return 'default';
  if (Number(said.get('cluster-port') ?? 0) > 0) return 'named';
  return port === 0 && said.get('tls-cluster') !== 'yes' ? 'named' : 'default';
}

/** The last value of each directive: enough to choose places, not a parser of the language. */
function readDirectives(conf: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const line of conf.split(/\r?\n/)) {
    const match = /^\s*([a-z][\w-]*)(?:\s+(.*?))?\s*$/i.exec(line);
    if (match?.[1] !== undefined)
      directives.set(match[1].toLowerCase(), (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
  }
  return directives;
}

function optionValue(args: readonly string[] | undefined, name: string): string | undefined {
  const at = args?.lastIndexOf(name) ?? -1;
  return at === -1 ? undefined : args?.[at + 1];
}

async function waitUntilReady(
  server: RunningServer,
  host: string,
  exited: Promise<Exit>,
  timeoutMs: number,
): Promise<'ready' | 'timeout' | Exit> {
  const deadline = Date.now() + timeoutMs;
  let gone: Exit | undefined;
  void exited.then((exit) => (gone = exit));
  while (Date.now() < deadline) {
    if (gone) return gone;
    if (await answers(server, host)) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return gone ?? 'timeout';
}

/** Any answer but LOADING will do, a refusal included; behind TLS the open port and the log are enough. */
async function answers(
  { port, tlsPort, socketPath, log, pid }: RunningServer,
  host: string,
): Promise<boolean> {
  if (!log().includes(`${pid}:`) && port === 0) return false;
  try {
    if (port === 0 && socketPath === undefined) {
      (await openConnection({ host, port: tlsPort ?? 0 })).close();
      return true;
    }
    const [reply] = await talk(port === 0 ? { socketPath: String(socketPath) } : { host, port }, [['PING']]);
    return !JSON.stringify(reply).includes('LOADING');
  } catch {
    return false;
  }
}

async function endChild(child: ChildProcess, exited: Promise<Exit>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
