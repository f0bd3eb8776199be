/** Applying to every version: users that servers rewrite are left as they are, and every server starts again afterwards. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { run, type Answer } from '../cli/run.ts';
import {
  forEachServer,
  SERVER_IDS,
  startSentinelFleet,
  startStandalone,
  TOPOLOGY_LOGINS,
  type Access,
  type Server,
  type Topology,
  type TopologyNode,
} from '../servers/index.ts';

const { admin, replication } = TOPOLOGY_LOGINS;
const BASE = [`{ name: ${admin.user}, role: admin }`, `{ name: ${replication.user}, role: replication }`];
const TIMEOUT_MS = 60_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-versions-'));
  mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
  for (const { user, password } of [admin, replication, { user: 'cart', password: 'cart-secret-1' }])
    writeFileSync(join(folder, 'secrets', user), `${password}\n`, { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writePolicy({ server, data, sentinels }: Topology, users: readonly string[]): void {
  const text = [
    'version: 1',
    'security_level: basic',
    'network_exposure: localhost',
    `server: { product: ${server.product}, version: '${server.version}' }`,
    'fleet:',
    '  prod:',
    `    seeds: ['${(sentinels[0] ?? data[0])?.address ?? ''}']`,
    `    auth: { user: ${admin.user}, password: { file: ${join(folder, 'secrets', admin.user)} } }`,
    '    files: { via: local }',
    'users:',
    ...[...BASE, ...users].map((user) => `  - ${user}`),
    '',
  ];
  writeFileSync(join(folder, 'wardis.yaml'), text.join('\n'));
}

function wardis(...argv: readonly string[]): Promise<Answer> {
  return run([...argv, '--policy', join(folder, 'wardis.yaml')]);
}

const start = (server: Server, access: Access): Promise<Topology> =>
  startStandalone({ server, access, conf: ['protected-mode yes'] });

/** Order of single commands in a line follows the hash table of the process: words are sorted. */
async function usersOf(node: TopologyNode): Promise<readonly string[]> {
  const lines = (await node.command('ACL', 'LIST')) as readonly string[];
  return lines
    .map((line) => line.replaceAll(' sanitize-payload', '').split(' ').toSorted().join(' '))
    .toSorted();
}

const expectLogin = async (node: TopologyNode, password: string): Promise<void> => {
  expect(await node.commandAs({ user: 'cart', password }, 'GET', 'cart:1')).toBeNull();
};

describe('users of every role', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('are applied, hold after a restart, and go without a trace', { timeout: TIMEOUT_MS }, async () => {
      const hasSelectors = server.id !== 'redis-6.0';
      const topology = await start(server, 'aclfile');
      const [node] = topology.data;
      if (node === undefined) throw new Error('no node');
      for (const rules of [
        ['many', 'on', ...Array.from({ length: 30 }, (_, at) => `>pw${at}`), '~a:*', '+get'],
        ['anyone', 'on', 'nopass', '~*', '+@all', '-@dangerous'],
        ['Ünï→cødé', 'on', '>x', '~ключ:*', '~a[b-c]*?\\*\\[', '~{tag}', '~"q"', "~'", '+get'],
        ['first', 'on', '>x', '~*', '+select|0', '+@read', '-get', '+config|get'],
        ...(hasSelectors
          ? [
              ['skip', 'on', '>x', '~*', '+@all', 'skip-sanitize-payload'],
              ['parts', 'on', '>x', '%R~r:*', '%W~w:*', '&c:*', '+get', '(~s:* +@all -flushall &x)'],
              ['declared', 'on', '>x', '>y', '%R~r:*', '(~s:* +get)', '+@all', 'skip-sanitize-payload'],
            ]
          : [['declared', 'on', '>x', '>y', '~r:*', '+@all', '-@dangerous', '+keys']]),
        ...(server.id === 'valkey-9.1'
          ? [['based', 'on', '>x', '~*', '+@all', 'db=1,2', '(~q +get db=3)']]
          : []),
      ])
        expect(await node.command('ACL', 'SETUSER', ...rules)).toBe('OK');
      await node.command('ACL', 'SAVE');
      const before = await usersOf(node);
      writePolicy(topology, [
        '{ name: declared, role: readwrite, keys: ["s:*", "[ab]*"] }',
        '{ name: cart, role: readwrite, keys: ["cart:*", "it\'s:*"], channels: ["n:*"], commands: ["+scan"] }',
        '{ name: reads, role: readonly, keys: ["*"] }',
        '{ name: writes, role: writeonly, keys: ["w:*"] }',
        '{ name: hears, role: pubsub, channels: ["a.*", "b?"] }',
        '{ name: watches, role: monitor }',
        '{ name: saves, role: backup }',
        '{ name: guards, role: sentinel }',
        '{ name: own, role: custom, keys: ["a\\\\*b", "~x", "%R~y"], commands: ["+@all", "-@dangerous", "+config|get", "-get"] }',
        ...(server.id === 'valkey-9.1'
          ? ['{ name: numbered, role: readwrite, keys: ["*"], databases: [0, 3] }']
          : []),
      ]);
      const applied = await wardis('apply', '--yes');
      expect([applied.exit, applied.err]).toEqual([0, expect.not.stringContaining('E_')]);
      await node.restart();
      await expectLogin(node, 'cart-secret-1');
      const plan = await wardis('plan', '--check');
      expect([plan.exit, plan.out]).toEqual([0, expect.stringContaining('No changes. 1 of 1 node holds')]);
      expect((await wardis('apply', '--undo', '--yes')).exit).toBe(0);
      await node.restart();
      expect(await usersOf(node)).toEqual(before);
      await topology.stop();
    });
  });
});

describe('users in a conf file that CONFIG REWRITE would break', () => {
  const expectRefused = async (topology: Topology, why: string): Promise<void> => {
    const [node] = topology.data;
    if (node === undefined) throw new Error('no node');
    const conf = readFileSync(node.confPath, 'utf8');
    const applied = await wardis('apply', '--yes');
    expect(applied.out).toContain(why);
    expect(applied.exit).toBe(3);
    expect(readFileSync(node.confPath, 'utf8')).toBe(conf);
    expect((await wardis('apply', '--undo', '--yes')).exit).toBe(0);
    await node.restart();
    expect(await usersOf(node)).not.toContainEqual(expect.stringContaining('cart'));
    await topology.stop();
  };

  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    it('are not saved with a quote in a pattern', { timeout: TIMEOUT_MS }, async () => {
      const topology = await start(server, 'conf');
      writePolicy(topology, ['{ name: cart, role: readwrite, keys: ["it\'s:*"] }']);
      await expectRefused(topology, 'writes the quote in the rules of cart');
    });

    it('are not saved where an included file holds users', { timeout: TIMEOUT_MS }, async () => {
      const topology = await start(server, 'conf');
      const [node] = topology.data;
      if (node === undefined) throw new Error('no node');
      const lines = readFileSync(node.confPath, 'utf8').split('\n');
      const path = join(node.folder, 'included.conf');
      writeFileSync(path, lines.filter((line) => line.startsWith('user ')).join('\n'));
      const others = lines.filter((line) => !line.startsWith('user '));
      writeFileSync(node.confPath, [...others, `include ${path}`, ''].join('\n'));
      await node.restart();
      writePolicy(topology, ['{ name: cart, role: readwrite, keys: ["cart:*"] }']);
      const applied = await wardis('apply', '--yes');
      expect([applied.exit, applied.out]).toEqual([3, expect.stringContaining(`users are in ${path}`)]);
      const revoked = await wardis('user', 'revoke', 'app', '--yes', '--deadline', '0');
      expect([revoked.exit, revoked.out]).toEqual([3, expect.stringContaining('NOT REVOKED')]);
      await node.restart();
      expect(await usersOf(node)).not.toContainEqual(expect.stringContaining('cart'));
      await topology.stop();
    });
  });

  forEachServer(['redis-6.0'], (server) => {
    it('are not saved in lines of more than 1023 bytes', { timeout: TIMEOUT_MS }, async () => {
      const topology = await start(server, 'conf');
      const keys = Array.from({ length: 60 }, (_, at) => `"tenant-${at}:cart:*"`).join(', ');
      writePolicy(topology, [`{ name: cart, role: readwrite, keys: [${keys}] }`]);
      await expectRefused(topology, 'breaks lines of more than 1023 bytes, such as that of cart');
    });
  });
});

describe('a server whose ACL command was renamed', () => {
  forEachServer(['redis-7.0'], (server) => {
    it('is not taken for one without users', { timeout: TIMEOUT_MS }, async () => {
      const topology = await startStandalone({ server, access: 'conf', conf: ['rename-command ACL ""'] });
      writePolicy(topology, []);
      const plan = await wardis('plan', '--check');
      expect([plan.exit, plan.out]).toEqual([1, expect.stringContaining('Its users could not be read')]);
      expect(plan.out).toMatch(/\nPlan refused: what it would change on 1 node is not known\.\n$/);
      await topology.stop();
    });
  });
});

describe('Sentinels with an ACL file', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    it('keep their users in it', { timeout: TIMEOUT_MS }, async () => {
      const topology = await startSentinelFleet({ server, conf: ['protected-mode yes'] });
      writePolicy(topology, [`{ name: ops, role: admin }`]);
      const applied = await wardis('apply', '--yes');
      expect([applied.exit, applied.out]).toEqual([0, expect.stringMatching(/on 6 nodes\.\n$/)]);
      for (const sentinel of topology.sentinels) {
        expect(readFileSync(sentinel.aclfilePath ?? '', 'utf8')).toContain('user ops ');
        await sentinel.restart();
        expect(await usersOf(sentinel)).toContainEqual(expect.stringContaining(' ops'));
      }
      await topology.stop();
    });
  });
});

describe('the login of Sentinels', () => {
  forEachServer(['redis-7.0'], (server) => {
    it('never gets a password that no Sentinel could read again', { timeout: TIMEOUT_MS }, async () => {
      const topology = await startSentinelFleet({ server, conf: ['protected-mode yes'] });
      const [seed] = topology.sentinels;
      writeFileSync(join(folder, 'new'), 'two words\n', { mode: 0o600 });
      const rotated = await run(
        [
          ['user', 'rotate', 'sentinel', seed?.address ?? '', '--user', admin.user, '--password-file'],
          [join(folder, 'secrets', admin.user), '--new-password-file', join(folder, 'new'), '--to'],
          [`file:${join(folder, 'out')}`, '--state', join(folder, 'state'), '--deadline', '0', '--yes'],
          ['--confirm', 'sentinel'],
        ].flat(),
      );
      expect(rotated.exit).not.toBe(0);
      expect(rotated.out + rotated.err).toContain('a blank, quote, backslash or control character');
      for (const sentinel of topology.sentinels) await sentinel.restart();
      await topology.settle();
      await topology.stop();
    });
  });
});
