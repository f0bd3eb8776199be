/**
 * One server of a topology that tests can hurt: paused, killed, started again on the same port from the configuration
 * as it stands on disk, which the server or a Sentinel may have rewritten meanwhile.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

import { startSentinel, startServer, type RunningServer, type Server } from './server.ts';
import { talk, type Reply, type Target } from './talk.ts';

/** Whom to log in as; without a user name the old form of AUTH, with a password alone. */
export interface Login {
  readonly user?: string;
  readonly password?: string;
}

export interface NodeRequest {
  /** Unique in its topology, such as `replica-1`; the name of its folder. */
  readonly name: string;
  readonly kind: 'data' | 'sentinel';
  readonly server: Server;
  /** Folder of the topology; the node gets one of its own inside. */
  readonly parent: string;
  readonly host: string;
  /** 0 where plaintext is off. */
  readonly port: number;
  readonly tlsPort?: number;
  /** How to reach it by TLS, where it has a TLS port; asked anew for each connection. */
  readonly tls?: () => ConnectionOptions;
  /** The whole configuration, ports and places included. */
  readonly conf: readonly string[];
  /** Text of `users.acl`; the configuration gets its `aclfile` line from here. */
  readonly aclfile?: string;
  /** Who `command()` is. */
  readonly admin: Login;
  /** Words before the server's own command line, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
}

export interface TopologyNode {
  readonly name: string;
  readonly kind: 'data' | 'sentinel';
  readonly server: Server;
  readonly host: string;
  /** The plaintext port, or 0 where there is none. */
  readonly port: number;
  readonly tlsPort?: number;
  /** `host:port` of the plaintext port, else of the TLS port. */
  readonly address: string;
  /** Changes when it is started again. */
  readonly pid: number;
  readonly folder: string;
  readonly confPath: string;
  readonly aclfilePath?: string;
  /** Program that restarts it as a service manager would, and waits until it answers; exits 1 when it does not start. */
  readonly restartScript: string;
  /** Where a raw client connects to, the plaintext port first. */
  readonly target: Target;
  /** Runs one command as the administrator on a connection of its own; an error of the server is a reply. */
  readonly command: (...argv: readonly string[]) => Promise<Reply>;
  /** The same as somebody else: the reply of the command, or that of AUTH when it is refused. */
  readonly commandAs: (login: Login, ...argv: readonly string[]) => Promise<Reply>;
  /** Stops answering without losing a connection (SIGSTOP). */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends it without warning (SIGKILL). */
  readonly kill: () => Promise<void>;
  /** Starts it again, after `kill()` or without, from the configuration on disk. Ends it by SIGKILL unless told otherwise. */
  readonly restart: (signal?: 'SIGKILL' | 'SIGTERM') => Promise<void>;
  readonly isRunning: () => boolean;
  /** What it printed since it was last started. */
  readonly log: () => string;
}

/** Directives that the node's own configuration settles. */
const KEPT = 'port tls-port unixsocket bind dir daemonize logfile pidfile supervised cluster-port aclfile';

/** Starts a node and waits until it answers; throws with its log when it does not. */
export async function startNode(request: NodeRequest): Promise<TopologyNode> {
  const folder = join(request.parent, request.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const aclfilePath = request.aclfile === undefined ? undefined : join(folder, 'users.acl');
  if (aclfilePath !== undefined) writeFileSync(aclfilePath, String(request.aclfile), { mode: 0o600 });
  const lines = [
    ...request.conf,
    `dir ${folder}`,
    ...(aclfilePath === undefined ? [] : [`aclfile ${aclfilePath}`]),
  ];
  let running = await launch(request, folder, `${lines.join('\n')}\n`);
  let alive = true;
  let dying: Promise<unknown> = Promise.resolve();
  const { host, port, tlsPort = 0, tls } = request;
  const address = `${host}:${port === 0 ? tlsPort : port}`;
  const readTarget = (): Target =>
    port === 0 ? { host, port: tlsPort, tls: tls?.() ?? {} } : { host, port };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (alive) {
      alive = false;
      process.kill(running.pid, signal);
      dying = running.stop();
    }
    await dying;
  };
  const commandAs = async (login: Login, ...argv: readonly string[]): Promise<Reply> => {
    const auth = formatAuth(login);
    const replies = await talk(readTarget(), [...(auth.length === 0 ? [] : [auth]), argv]);
    const refused = auth.length > 0 && isError(replies[0]);
    return (refused ? replies[0] : replies.at(-1)) ?? null;
  };
  return {
    name: request.name,
    kind: request.kind,
    server: request.server,
    host: request.host,
    port: request.port,
    ...(request.tlsPort === undefined ? {} : { tlsPort: request.tlsPort }),
    address,
    get pid() {
      return running.pid;
    },
    folder,
    confPath: running.confPath,
    ...(aclfilePath === undefined ? {} : { aclfilePath }),
    restartScript: join(folder, 'restart.sh'),
    get target() {
      return readTarget();
    },
    command: (...argv) => commandAs(request.admin, ...argv),
    commandAs,
    pause: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
    kill: () => end('SIGKILL'),
    restart: async (signal = 'SIGKILL') => {
      await end(signal);
      running = await launch(request, folder, readFileSync(running.confPath, 'utf8'));
      alive = true;
    },
    isRunning: () => alive,
    log: () => running.log(),
  };
}

export function isError(reply: Reply | undefined): reply is { readonly error: string } {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

/** A reply that is text; throws what the server said instead. */
export function readText(reply: Reply | undefined): string {
  if (typeof reply === 'string') return reply;
  throw new Error(isError(reply) ? reply.error : `not text: ${JSON.stringify(reply)}`);
}

function launch(request: NodeRequest, folder: string, conf: string): Promise<RunningServer> {
  const { server, launcher = [] } = request;
  const start = request.kind === 'sentinel' ? startSentinel : startServer;
  return start({
    server: {
      ...server,
      command: [...launcher, ...server.command],
      sentinel: [...launcher, ...server.sentinel],
    },
    conf,
    dir: folder,
    keep: KEPT.split(' '),
    host: request.host,
  });
}

function formatAuth({ user, password }: Login): readonly string[] {
  if (password === undefined) return [];
  return user === undefined ? ['AUTH', password] : ['AUTH', user, password];
}
