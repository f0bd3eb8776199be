import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FleetError,
  parseTarget,
  readNodeState,
  readNodeStates,
  type NodeAddress,
  type Reply,
  type Target,
} from '../../src/fleet/index.ts';
import { fingerprintOf } from '../../src/fleet/node-state-fingerprint.ts';
import { findOwnSession, readCommandStats, readSessions } from '../../src/fleet/node-state-sessions.ts';
import { startPuppet } from './puppet.ts';
import type { RogueServer } from './rogue-server.ts';

const open: RogueServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function at(port: number): Target {
  return parseTarget(`127.0.0.1:${port}`).target ?? expect.fail('no target');
}

function line(id: number, user: string, command: string): string {
  return `id=${id} addr=10.0.0.${id % 250}:4${id} laddr=10.0.0.5:6379 fd=8 name=app age=9 idle=0 flags=N db=0 cmd=${command} user=${user} redir=-1`;
}

const same = (word: string): string => word;

describe('sessions', () => {
  it('say who is logged in from where, and on which address of ours', () => {
    expect(readSessions(`${line(7, 'orders', 'get')}\n`, 10, same)).toMatchObject({
      cut: 0,
      sessions: [
        {
          id: '7',
          address: '10.0.0.7:47',
          localAddress: '10.0.0.5:6379',
          user: 'orders',
          lastCommand: 'get',
        },
      ],
    });
  });

  it('beyond the limit are cut, but never the only one of its user and command', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('get', 'set')), { maxLength: 60 }),
        fc.integer({ min: 6, max: 20 }),
        (clients, most) => {
          const text = clients.map(([user, command], index) => line(index, user, command)).join('\n');
          const read = readSessions(text, most, same) ?? expect.fail('not read');
          expect(read.sessions.length + read.cut).toBe(clients.length);
          expect(read.sessions.length).toBe(Math.min(most, clients.length));
          const kinds = new Set(read.sessions.map(({ user, lastCommand }) => `${user},${lastCommand}`));
          expect(kinds).toEqual(new Set(clients.map(String)));
          const ids = read.sessions.map(({ id }) => Number(id));
          expect(ids).toEqual(ids.toSorted((one, other) => one - other));
        },
      ),
    );
  });

  it('keep to the limit even where every one is of its own kind', () => {
    const text = Array.from({ length: 50 }, (_, index) => line(index, `user-${index}`, 'get')).join('\n');
    expect(readSessions(text, 10, same)).toMatchObject({ cut: 40, sessions: { length: 10 } });
  });

  it('are not read from anything else', () => {
    expect(readSessions({ error: 'NOPERM' }, 10, same)).toBeUndefined();
    expect(readSessions(7, 10, same)).toBeUndefined();
    expect(readSessions('rubbish\nid\n', 10, same)).toEqual({ sessions: [], cut: 0 });
  });

  it('of ours is the one that asks, where only one does', () => {
    const sessionsOf = (text: string): NonNullable<ReturnType<typeof readSessions>>['sessions'] =>
      readSessions(text, 10, same)?.sessions ?? [];
    const one = sessionsOf(`${line(1, 'a', 'get')}\n${line(2, 'a', 'client')}\n${line(3, 'b', 'client')}`);
    expect(findOwnSession(one, 'a')).toBe('2');
    const two = sessionsOf(`${line(1, 'a', 'client|list')}\n${line(2, 'a', 'client')}`);
    expect(findOwnSession(two, 'a')).toBeUndefined();
  });
});

describe('what was run', () => {
  it('is counted by command and subcommand', () => {
    const info = new Map([
      ['cmdstat_get', 'calls=17,usec=100,usec_per_call=5.88'],
      ['cmdstat_config|set', 'calls=2,usec=1'],
      ['cmdstat_GEOADD', 'usec=1,calls=3'],
      ['cmdstat_odd', 'calls=many'],
      ['used_memory', '1'],
    ]);
    expect([...readCommandStats(info)]).toEqual([
      ['get', 17],
      ['config|set', 2],
      ['geoadd', 3],
    ]);
  });
});

describe('a fingerprint', () => {
  const base: Parameters<typeof fingerprintOf>[0] = {
    server: { product: 'redis', version: '7.0.15' },
    mode: 'standalone',
    runId: 'a',
    role: { known: false, reason: 'denied', detail: '', look: '' },
    users: { known: false, reason: 'denied', detail: '', look: '' },
    settings: new Map(),
    secrets: new Map(),
  };

  it('is hex, and does not depend on the order of users and settings', () => {
    const setting = (
      value: string,
    ): { known: true; value: string; from: { kind: 'host'; what: string } } => ({
      known: true,
      value,
      from: { kind: 'host', what: 'x' },
    });
    const one = fingerprintOf(
      {
        ...base,
        settings: new Map([
          ['a', setting('1')],
          ['b', setting('2')],
        ]),
      },
      ['user a', 'user b'],
    );
    const other = fingerprintOf(
      {
        ...base,
        settings: new Map([
          ['b', setting('2')],
          ['a', setting('1')],
        ]),
      },
      ['user b', 'user a'],
    );
    expect(one).toBe(other);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(
      fingerprintOf(
        {
          ...base,
          settings: new Map([
            ['a', setting('2')],
            ['b', setting('1')],
          ]),
        },
        [],
      ),
    ).not.toBe(
      fingerprintOf(
        {
          ...base,
          settings: new Map([
            ['a', setting('1')],
            ['b', setting('2')],
          ]),
        },
        [],
      ),
    );
  });

  it('tells too little of a password to find it by trying', () => {
    const seen = new Set(
      Array.from({ length: 70_000 }, (_, guess) => fingerprintOf(base, [`user a on #${guess}`])),
    );
    // More guesses than 16 bits can tell apart: some of them look alike.
    expect(seen.size).toBeLessThanOrEqual(65_536);
    expect(seen.size).toBeGreaterThan(30_000);
  });
});

/** Answers by the words of the command; everything else is unknown to it. */
async function play(said: Readonly<Record<string, Reply>>): Promise<RogueServer> {
  const server = await startPuppet(
    (argv) => said[argv.join(' ')] ?? { error: `ERR unknown command '${argv[0]}'` },
  );
  open.push(server);
  return server;
}

const INFO = 'redis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:abc\r\nconfig_file:\r\nrole:master\r\n';

describe('the state of a node', () => {
  it('leaves CLIENT LIST out when it is larger than is read', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => line(index, 'a', 'get')).join('\n');
    const server = await play({
      'INFO all': INFO,
      'CLIENT LIST': many,
      'ACL LIST': [],
      'COMMAND COUNT': 240,
    });
    const state = await readNodeState(at(server.port), { limits: { replyBytes: 64 * 1024 } });
    expect(state.clients).toMatchObject({ known: false });
    expect(state.runId).toBe('abc');
    const whole = await readNodeState(at(server.port), { clientsMax: 100 });
    expect(whole).toMatchObject({ clientsCut: 1900, clients: { known: true, value: { length: 100 } } });
  });

  it('is unknown fact by fact where the server denies, and empty of guesses', async () => {
    const denied: Reply = { error: 'NOPERM this user has no permissions' };
    const server = await play({
      'INFO all': denied,
      'ACL LIST': denied,
      'CONFIG GET *': denied,
      'CLIENT LIST': denied,
    });
    const state = await readNodeState(at(server.port));
    expect(state).toMatchObject({
      users: { known: false, reason: 'denied' },
      clients: { known: false, reason: 'denied' },
      commandStats: { known: false, reason: 'denied' },
      role: { known: false, reason: 'missing' },
      persistence: { by: 'unknown' },
      runId: '',
    });
    expect(state.settings.get('bind')).toMatchObject({ known: false, reason: 'denied' });
  });

  it('says that users outlast nothing where the server was started without a file', async () => {
    const server = await play({ 'INFO all': INFO, 'CONFIG GET *': ['aclfile', ''] });
    expect((await readNodeState(at(server.port))).persistence).toEqual({ by: 'nothing' });
  });

  it('is asked of many nodes, one result each in their order, one that has no address too', async () => {
    const server = await play({ 'INFO all': INFO, 'CONFIG GET *': ['aclfile', '/etc/users.acl'] });
    const nodes: readonly NodeAddress[] = [
      { id: 'gone', target: at(1), role: 'replica', reachable: 'yes' },
      { id: 'here', target: at(server.port), role: 'primary', reachable: 'yes' },
      { id: 'nowhere', target: at(1), role: 'unknown', reachable: 'unasked' },
    ];
    const done: string[] = [];
    const results = await readNodeStates(nodes, {
      onProgress: (_, total, last) => done.push(`${last.node} of ${total}`),
    });
    expect(results).toMatchObject([
      { node: 'gone', ok: false, error: { code: 'refused' } },
      {
        node: 'here',
        ok: true,
        state: { node: 'here', persistence: { by: 'aclfile', path: '/etc/users.acl' } },
      },
      { node: 'nowhere', ok: false, error: { code: 'unreachable' } },
    ]);
    expect(done.toSorted()).toEqual(['gone of 3', 'here of 3', 'nowhere of 3']);
  });

  it('is not asked for with credentials that were refused before', async () => {
    const server = await play({ 'INFO all': INFO });
    const error = new FleetError('wrongpass', 'here', 'here refused the credentials');
    const [result] = await readNodeStates([
      { id: 'here', target: at(server.port), role: 'unknown', reachable: error },
    ]);
    expect(result).toEqual({ node: 'here', ok: false, error });
    expect(server.connections()).toBe(0);
  });

  it('is no state when the server refuses us', async () => {
    const server = await play({ 'INFO all': { error: 'NOAUTH Authentication required.' } });
    await expect(readNodeState(at(server.port))).rejects.toMatchObject({ code: 'noauth' });
  });
});
