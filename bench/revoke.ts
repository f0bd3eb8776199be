/**
 * Revocation across many nodes: real servers, some sessions on each, and the time until the last session has ended as
 * the sessions themselves see it, in a process of their own. Against a shell loop over redis-cli that does the same at
 * one node after the other, one command at a time as runbooks have it; and, as the best a shell does, with all commands
 * of a node on the standard input of one redis-cli.
 */

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers } from '../scripts/servers.mjs';
import { createRun, lockState, makeRunId, openRevocation } from '../src/change/index.ts';
import { Secret } from '../src/conf/index.ts';
import type { FleetNode } from '../src/fleet/index.ts';
import { startServer, type RunningServer } from '../test/servers/server.ts';
import { talk } from '../test/servers/talk.ts';
import { median, printFigure, quick } from './record/line.ts';

const NODES = quick ? 20 : 100;
const SESSIONS = 5;
const ROUNDS = quick ? 1 : 3;
const STARTS_AT_A_TIME = 8;
const ADMIN = { user: 'wardis', password: 'bench-admin-secret' };
const OLD = 'bench-old-secret';
const USER = 'ops-temp';

interface Holder {
  /** Opens the sessions; resolves when all are logged in. */
  readonly open: (ports: readonly number[]) => Promise<void>;
  /** When the last of them ended, in ms of the epoch. */
  readonly ended: () => Promise<number>;
  readonly stop: () => void;
}

if (process.argv.includes('--sessions')) holdSessions();
else await main();

async function main(): Promise<void> {
  const found = findServers().find((server) => server.id === 'redis-7.0');
  if (found?.cli === undefined) throw new Error('needs Redis 7.0 with redis-cli: npm run servers');
  const { cli } = found;
  const servers: RunningServer[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'wardis-bench-revoke-'));
  const holder = startHolder();
  try {
    while (servers.length < NODES) {
      const some = Array.from({ length: Math.min(STARTS_AT_A_TIME, NODES - servers.length) }, () =>
        startServer({
          server: found,
          conf: 'save ""\naclfile users.acl\n',
          files: { 'users.acl': `user default off\nuser ${ADMIN.user} on >${ADMIN.password} ~* &* +@all\n` },
        }),
      );
      servers.push(...(await Promise.all(some)));
    }
    const ports = servers.map(({ port }) => port);
    const ways = {
      wardis: () => revokeByWardis(ports, folder),
      whole: () => revokeByCommand(ports, folder),
      shell: () => revokeByShell(cli, ports, folder, 'each'),
      piped: () => revokeByShell(cli, ports, folder, 'piped'),
    };
    const times = {
      wardis: [] as number[],
      whole: [] as number[],
      shell: [] as number[],
      piped: [] as number[],
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const way of ['wardis', 'whole', 'shell', 'piped'] as const) {
        await addUser(ports);
        await holder.open(ports);
        const started = Date.now();
        const ended = holder.ended();
        await ways[way]();
        times[way].push((await ended) - started);
      }
    }
    show(times);
  } finally {
    holder.stop();
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function show(times: Readonly<Record<'wardis' | 'whole' | 'shell' | 'piped', readonly number[]>>): void {
  const [wardis, whole, shell, piped] = [
    median(times.wardis),
    median(times.whole),
    median(times.shell),
    median(times.piped),
  ];
  const figure = (metric: string, value: number, unit: string, against?: string): void =>
    printFigure({ bench: 'revoke', metric, value, unit, ...(against === undefined ? {} : { against }) });
  const what = `${NODES} nodes, ${NODES * SESSIONS} sessions`;
  figure(`${what}: last session ended`, wardis, 'ms');
  figure(`${what}: last session ended, from starting the command and finding the nodes`, whole, 'ms');
  figure(`${what}: last session ended, shell loop`, shell, 'ms');
  figure(`${what}: last session ended, shell loop with one redis-cli a node`, piped, 'ms');
  figure('times faster to the last ended session', shell / wardis, 'ratio', 'a shell loop over redis-cli');
  figure(
    'times faster to the last ended session, Node.js and finding nodes included',
    shell / whole,
    'ratio',
    'a shell loop over redis-cli',
  );
  figure(
    'times faster to the last ended session',
    piped / wardis,
    'ratio',
    'a shell loop with one redis-cli a node',
  );
}

async function addUser(ports: readonly number[]): Promise<void> {
  await Promise.all(
    ports.map((port) =>
      talk(port, [
        ['AUTH', ADMIN.user, ADMIN.password],
        ['ACL', 'SETUSER', USER, 'reset', 'on', `>${OLD}`, '~*', '&*', '+@all'],
        ['ACL', 'SAVE'],
      ]),
    ),
  );
}

/** As the command does it once the nodes are known: look, journal, cut, delete, save, prove. */
async function revokeByWardis(ports: readonly number[], folder: string): Promise<void> {
  const nodes = ports.map((port): FleetNode => ({
    id: `127.0.0.1:${port}`,
    target: {
      endpoint: { kind: 'tcp', host: '127.0.0.1', port },
      transport: 'plaintext',
      credentials: { username: ADMIN.user, password: new Secret(ADMIN.password) },
    },
    role: 'primary',
    flags: [],
    reachable: 'yes',
  }));
  const revocation = await openRevocation({
    user: USER,
    account: 'delete',
    secrets: [new Secret(OLD)],
    limits: {},
    nodes,
    topology: 'standalone',
    notSeen: [],
    inventory: { state: 'none', certificates: [] },
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const lock = lockState(join(folder, 'state'), 'bench');
  const now = new Date();
  let close: (() => Promise<void>) | undefined;
  const { receipt } = await revocation.perform({
    run: {
      id: makeRunId('revoke', now),
      startedAt: now.toISOString(),
      actor: 'bench',
      subject: USER,
      facts: {},
    },
    insist: 'no',
    openJournal: async (run) => {
      const journal = await createRun(lock, run);
      close = journal.close;
      return journal;
    },
    deadlineMs: 0,
    fleet: null,
    tool: 'bench',
    continues: null,
    forced: [],
  });
  await close?.();
  lock.release();
  if (!receipt.revoked)
    throw new Error(`not revoked: ${JSON.stringify(receipt.nodes.find(({ open }) => open.length > 0))}`);
}

/** The program as people run it; every node is named, since nothing connects these servers. */
async function revokeByCommand(ports: readonly number[], folder: string): Promise<void> {
  const file = join(folder, 'admin');
  const old = join(folder, 'old');
  writeFileSync(file, `${ADMIN.password}\n`, { mode: 0o600 });
  writeFileSync(old, `${OLD}\n`, { mode: 0o600 });
  const main = join(process.cwd(), 'dist/cli/main.js');
  const nodes = ports.map((port) => `127.0.0.1:${port}`);
  const login = ['--user', ADMIN.user, '--password-file', file, '--old-password-file', old];
  const how = ['--state', join(folder, 'state'), '--yes', '--quiet', '--json'];
  await run(process.execPath, [main, 'user', 'revoke', USER, ...nodes, ...login, ...how]);
}

/** The same steps: look, switch off, kill, delete, save, read back, try the old secret. */
async function revokeByShell(
  cli: readonly string[],
  ports: readonly number[],
  folder: string,
  how: 'each' | 'piped',
): Promise<void> {
  const program = cli.map((word) => `'${word}'`).join(' ');
  const steps = [
    'ACL WHOAMI',
    'ACL LIST',
    'CLIENT LIST',
    'INFO server',
    'INFO replication',
    'CONFIG GET aclfile',
    `ACL SETUSER ${USER} off resetpass`,
    `CLIENT KILL USER ${USER}`,
    'CLIENT LIST',
    `ACL DELUSER ${USER}`,
    'ACL SAVE',
    `ACL GETUSER ${USER}`,
    'CLIENT LIST',
    'INFO replication',
  ];
  const login = `-h 127.0.0.1 -p "$port" --user ${ADMIN.user} --no-auth-warning`;
  const admin = `REDISCLI_AUTH=${ADMIN.password} ${program} ${login}`;
  const each = steps.map((step) => `  ${admin} ${step} >/dev/null`);
  const piped = [`  printf '%s\\n' ${steps.map((step) => `'${step}'`).join(' ')} | ${admin} >/dev/null`];
  const lines = [
    `for port in ${ports.join(' ')}; do`,
    ...(how === 'each' ? each : piped),
    `  ${program} -h 127.0.0.1 -p "$port" AUTH ${USER} ${OLD} >/dev/null 2>&1`,
    'done',
  ];
  const script = join(folder, `revoke-${how}.sh`);
  writeFileSync(script, `${lines.join('\n')}\n`);
  await run('/bin/sh', [script]);
}

function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program} exited ${code}`))));
  });
}

function startHolder(): Holder {
  const child: ChildProcess = fork(process.argv[1] ?? '', ['--sessions'], { execArgv: [] });
  const next = (): Promise<number> =>
    new Promise((resolve) => child.once('message', (at) => resolve(Number(at))));
  return {
    open: async (ports) => {
      const ready = next();
      child.send(ports);
      await ready;
    },
    ended: next,
    stop: () => void child.kill(),
  };
}

/** The other process: logs in SESSIONS times at each port, and tells when all are in and when all have ended. */
function holdSessions(): void {
  process.on('message', (ports: readonly number[]) => {
    let waiting = ports.length * SESSIONS;
    let open = waiting;
    for (const port of ports.flatMap((each) => Array.from({ length: SESSIONS }, () => each))) {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.once('data', () => {
        waiting -= 1;
        if (waiting === 0) process.send?.(0);
      });
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open -= 1;
        if (open === 0) process.send?.(Date.now());
      });
      socket.write(`AUTH ${USER} ${OLD}\r\n`);
    }
  });
  process.once('disconnect', () => process.exit(0));
}
