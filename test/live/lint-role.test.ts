/**
 * What the users of replicas and Sentinels need, seen on real servers: with these rights a replica attaches and a Sentinel
 * watches and fails over without one refusal; without one of them it is refused, and the lint said so.
 */
import { describe, expect, it } from 'vitest';
import { tableFor, type CommandTable } from '../../src/acl/index.ts';
import { roleNeed, SENTINEL_CHANNEL } from '../../src/acl/lint/role-need.ts';
import { lint, readLintFile } from '../../src/acl/lint/lint.ts';
import { ROLE_RULES } from '../../src/acl/lint/rules/role.ts';
import {
  forEachServer,
  SERVER_IDS,
  startSentinel,
  startServer,
  talk,
  type Reply,
  type RunningServer,
  type Server,
} from '../servers/index.ts';

const ADMIN = 'the-password-of-default';
const SECRET = 'the-password-of-the-role';
const HASH = '#0994faa4efca9a770e4e1891a7843baaab211fa79983247142af93b47a8e1000';
const WAIT_MS = 15_000;
/** One of each kind: a command taken away costs seconds. */
const THOROUGH = ['redis-6.0', 'redis-8.0', 'valkey-9.1'];

describe('the users of roles', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('replicate with what the lint asks for, and not without', async () => {
      const primary = await startNode(server, '');
      const table = tableFor(server);
      const { commands } = roleNeed('replica');
      const admin = login(primary);
      await admin.send(['SET', 'known', 'value']);

      const whole = commands.map(([first = '']) => first);
      expect(lintsLack(table, 'replica', whole)).toBe(false);
      await setUser(admin, 'replica', whole, server);
      const replica = await attach(server, primary);
      const copy = login(replica);
      await until(async () => (await copy.send(['GET', 'known'])) === 'value');
      await until(async () => (await acknowledged(primary)) === 1);
      expect(await refusals(admin)).toEqual([]);
      await replica.stop();

      for (const missing of whole) {
        const rest = whole.filter((name) => name !== missing);
        expect(lintsLack(table, 'replica', rest), missing).toBe(true);
        await setUser(admin, 'replica', rest, server);
        await admin.send(['ACL', 'LOG', 'RESET']);
        const crippled = await attach(server, primary);
        await until(async () => (await refusals(admin)).includes(missing));
        // Without REPLCONF the data come, but nobody learns how far the replica is.
        expect(await acknowledged(primary), missing).toBe(0);
        await crippled.stop();
      }
      await primary.stop();
    });

    it.skipIf(server.product !== 'valkey')('replicate by two channels only with SYNC as well', async () => {
      const conf = 'dual-channel-replication-enabled yes\nrepl-diskless-sync yes\n';
      const primary = await startNode(server, conf);
      const admin = login(primary);
      await admin.send(['SET', 'known', 'value']);
      await setUser(admin, 'replica', ['psync', 'replconf'], server);
      const replica = await attach(server, primary, conf);
      const copy = login(replica);
      await until(async () => (await refusals(admin)).includes('sync'));
      expect(await copy.send(['GET', 'known'])).toBe(null);
      await setUser(admin, 'replica', ['psync', 'replconf', 'sync'], server);
      await until(async () => (await copy.send(['GET', 'known'])) === 'value');
      await replica.stop();
      await primary.stop();
    });

    it('watch and fail over with what the lint asks for', async () => {
      const table = tableFor(server);
      const need = roleNeed('sentinel');
      const commands = [...need.commands.map(([first = '']) => first), 'client|setname'];
      expect(lintsLack(table, 'sentinel', commands)).toBe(false);
      const fleet = await startFleet(server, commands);
      await failOver(fleet);
      expect(await fleetRefusals(fleet)).toEqual([]);

      for (const missing of THOROUGH.includes(server.id) ? need.commands.map(([first = '']) => first) : []) {
        const rest = commands.filter((name) => name !== missing);
        expect(lintsLack(table, 'sentinel', rest), missing).toBe(true);
        for (const admin of fleet.admins) {
          await setUser(admin, 'sentinel', rest, server);
          await admin.send(['ACL', 'LOG', 'RESET']);
        }
        await until(async () => {
          await provoke(fleet, missing);
          return (await fleetRefusals(fleet)).includes(missing);
        }, missing);
      }
      await fleet.stop();
    }, 120_000);
  });
});

interface Fleet {
  readonly nodes: readonly RunningServer[];
  readonly admins: readonly Admin[];
  readonly sentinel: RunningServer;
  readonly stop: () => Promise<void>;
}

/** Two servers and one Sentinel that watches them. */
async function startFleet(server: Server, commands: readonly string[]): Promise<Fleet> {
  const first = await startNode(server, '');
  const second = await startNode(server, `replicaof 127.0.0.1 ${first.port}\n`);
  const nodes = [first, second];
  const admins = nodes.map(login);
  for (const admin of admins) {
    await setUser(admin, 'replica', ['psync', 'replconf', 'sync'], server);
    await setUser(admin, 'sentinel', commands, server);
  }
  // It asks for replicas once in ten seconds: they should be there when it comes.
  await until(
    async () => JSON.stringify(await admins[0]?.send(['ROLE'])).includes(`"${second.port}"`),
    'the replica',
  );
  const sentinel = await startSentinel({
    server,
    conf: [
      `sentinel monitor primary 127.0.0.1 ${first.port} 1`,
      'sentinel auth-user primary sentinel',
      `sentinel auth-pass primary ${SECRET}`,
      'sentinel down-after-milliseconds primary 2000',
      'sentinel failover-timeout primary 1500',
    ].join('\n'),
  });
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel.stop(), ...nodes.map((node) => node.stop())]);
  };
  await until(async () => {
    const [state] = await talk(sentinel.port, [['SENTINEL', 'REPLICAS', 'primary']]);
    return JSON.stringify(state).includes(`127.0.0.1:${second.port}`);
  }, 'the Sentinel finds the replica');
  return { nodes, admins, sentinel, stop };
}

/** Asks for a failover and waits until the roles have changed and the old primary follows. */
async function failOver({ admins, sentinel }: Fleet): Promise<void> {
  await until(async () => {
    const [reply] = await talk(sentinel.port, [['SENTINEL', 'FAILOVER', 'primary']]);
    return reply === 'OK';
  }, 'the Sentinel begins');
  await until(async () => {
    const [first, second] = await Promise.all(
      admins.map(async (admin) => roleOf(await admin.send(['ROLE']))),
    );
    return first === 'slave' && second === 'master';
  }, 'the roles change');
}

/** Makes the Sentinel do what takes the command: reconnect, or begin a failover. */
async function provoke({ admins, sentinel }: Fleet, command: string): Promise<void> {
  if (command === 'subscribe' || command === 'ping')
    for (const admin of admins) await admin.send(['CLIENT', 'KILL', 'USER', 'sentinel']);
  await talk(sentinel.port, [['SENTINEL', 'FAILOVER', 'primary']]);
  await pause(300);
}

function startNode(server: Server, conf: string): Promise<RunningServer> {
  return startServer({
    server,
    conf: `requirepass ${ADMIN}\nmasteruser replica\nmasterauth ${SECRET}\nrepl-diskless-sync-delay 0\nacllog-max-len 128\n${conf}`,
  });
}

function attach(server: Server, primary: RunningServer, conf = ''): Promise<RunningServer> {
  return startNode(server, `replicaof 127.0.0.1 ${primary.port}\n${conf}`);
}

/** An administrator who logs in anew for each question: a failover ends every connection. */
function login({ port }: RunningServer): Admin {
  return {
    send: async (argv) => {
      const ask = () => talk(port, [['AUTH', ADMIN], argv]);
      const [, reply = null] = await ask().catch(ask);
      return reply;
    },
  };
}

/** How many replicas say that they have a write that was just made. */
async function acknowledged({ port }: RunningServer): Promise<Reply | undefined> {
  return (
    await talk(port, [
      ['AUTH', ADMIN],
      ['INCR', 'n'],
      ['WAIT', '1', '300'],
    ])
  ).at(-1);
}

interface Admin {
  readonly send: (argv: readonly string[]) => Promise<Reply>;
}

/** The user with these commands and, for Sentinel, its channel. */
async function setUser(
  admin: Admin,
  name: string,
  commands: readonly string[],
  server: Server,
): Promise<void> {
  const rules = [
    'reset',
    'on',
    `>${SECRET}`,
    ...channelsFor(name, server),
    ...commands.map((each) => `+${each}`),
  ];
  expect(await admin.send(['ACL', 'SETUSER', name, ...rules])).toBe('OK');
}

function channelsFor(name: string, server: Server): readonly string[] {
  if (server.version.startsWith('6.0')) return [];
  return ['resetchannels', ...(name === 'sentinel' ? [`&${SENTINEL_CHANNEL}`] : [])];
}

function lintsLack(table: CommandTable, role: 'replica' | 'sentinel', commands: readonly string[]): boolean {
  const channel = role === 'sentinel' && table.dialect.channels ? `&${SENTINEL_CHANNEL} ` : '';
  const text = `user ${role} on ${HASH} ${channel}${commands.map((name) => `+${name}`).join(' ')}`;
  return lint(readLintFile(text, table), ROLE_RULES).some(({ rule }) => rule === `role-${role}-lacks`);
}

/** The commands that the users of roles were refused. */
async function refusals(admin: Admin): Promise<readonly string[]> {
  const log = (await admin.send(['ACL', 'LOG', '128'])) as readonly (readonly Reply[])[];
  return log.flatMap((entry) => {
    const at = (name: string) => textOf(entry[entry.indexOf(name) + 1] ?? '');
    // 7.0 and later name the subcommand, 6.x the command.
    return at('username') === 'default' || at('reason') === 'auth'
      ? []
      : [at('object')].flatMap((name) => [name, ...(WHOLE[name] ?? [])]);
  });
}

const WHOLE: Readonly<Record<string, readonly string[]>> = {
  config: ['config|rewrite'],
  client: ['client|kill'],
  slaveof: ['replicaof'],
};

async function fleetRefusals({ admins }: Fleet): Promise<readonly string[]> {
  return (await Promise.all(admins.map(refusals))).flat();
}

function textOf(reply: Reply): string {
  return typeof reply === 'string' ? reply : JSON.stringify(reply);
}

function roleOf(reply: Reply): Reply {
  return Array.isArray(reply) ? ((reply as readonly Reply[])[0] ?? null) : reply;
}

async function until(holds: () => Promise<boolean>, what = 'it happens'): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error(`waited in vain until ${what}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
