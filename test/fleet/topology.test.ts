import { afterEach, describe, expect, it } from 'vitest';
import {
  discoverTopology,
  parseTarget,
  type DiscoveryOptions,
  type Reply,
  type Target,
  type Topology,
} from '../../src/fleet/index.ts';
import { startPuppet } from './puppet.ts';
import type { RogueServer } from './rogue-server.ts';

const OPTIONS: DiscoveryOptions = {
  limits: { connectMs: 1000, commandMs: 1000 },
  sleep: () => Promise.resolve(),
};
const open: RogueServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** What one puppet says: text by command, everything else is an unknown command. */
type Script = Readonly<Record<string, Reply>>;

async function play(script: Script | (() => Script)): Promise<number> {
  const server = await startPuppet((argv) => {
    const said = (typeof script === 'function' ? script() : script)[argv.join(' ')];
    return said ?? { error: `ERR unknown command '${argv[0]}'` };
  });
  open.push(server);
  return server.port;
}

function at(port: number, host = '127.0.0.1'): Target {
  return parseTarget(`${host}:${port}`).target ?? expect.fail('no target');
}

function server(runId: string, mode: string, replication: readonly string[] = []): Script {
  return {
    'INFO server': `redis_mode:${mode}\r\nrun_id:${runId.padEnd(40, '0')}\r\n`,
    'INFO replication': replication.join('\r\n'),
  };
}

function id(letter: string): string {
  return letter.repeat(40);
}

function lines({ nodes }: Topology): readonly string[] {
  return nodes.map(({ role, id: name, reachable, primary }) =>
    [role, name, typeof reachable === 'string' ? reachable : reachable.code, primary ?? ''].join(' ').trim(),
  );
}

describe('the nodes of a fleet', () => {
  it('are dialled where the map of addresses leads', async () => {
    let ports: readonly number[] = [];
    const clusterNodes = (myself: number): string =>
      ['a', 'b']
        .map(
          (letter, index) =>
            `${id(letter)} 172.17.0.${index + 2}:6379@16379 ${index === myself ? 'myself,' : ''}${index === 0 ? 'master -' : `slave ${id('a')}`} 0 0 0 connected`,
        )
        .join('\n');
    ports = await Promise.all(
      [0, 1].map((myself) =>
        play({
          ...server(`${myself}f`, 'cluster', [myself === 0 ? 'role:master' : 'role:slave']),
          'CLUSTER NODES': clusterNodes(myself),
        }),
      ),
    );
    const addressMap = new Map(
      ports.map((port, index) => [`172.17.0.${index + 2}:6379`, `127.0.0.1:${port}`]),
    );
    const found = await discoverTopology([at(ports[0] ?? 0)], { ...OPTIONS, addressMap });
    expect(lines(found)).toEqual([
      `primary 127.0.0.1:${ports[0]} yes`,
      `replica 127.0.0.1:${ports[1]} yes 127.0.0.1:${ports[0]}`,
    ]);
    expect(found.notes).toEqual([]);
  });

  it('are one where two addresses lead to one server', async () => {
    const port = await play(server('a', 'standalone', ['role:master']));
    const found = await discoverTopology([at(port), at(port, 'localhost'), at(port)], OPTIONS);
    expect(lines(found)).toEqual([`primary 127.0.0.1:${port} yes`]);
  });

  it('are one where a Sentinel is announced by an address that does not answer from here', async () => {
    const peer = (name: string, port: number, runid: string, flags: string): Reply => [
      'name',
      name,
      'ip',
      '127.0.0.1',
      'port',
      String(port),
      'runid',
      runid,
      'flags',
      flags,
    ];
    const sentinel = (me: string, others: readonly Reply[]): Script => ({
      ...server(me, 'sentinel'),
      'SENTINEL MYID': id(me),
      'SENTINEL MASTERS': [peer('main', 1, id('e'), 'master')],
      'SENTINEL REPLICAS main': [],
      'SENTINEL SENTINELS main': others,
    });
    const second = await play(sentinel('b', [peer('a', 2, id('a'), 'sentinel')]));
    const first = await play(sentinel('a', [peer('b', second, id('b'), 'sentinel')]));
    const found = await discoverTopology([at(first)], OPTIONS);
    expect(found.kind).toBe('sentinel');
    expect(lines(found)).toEqual([
      'primary 127.0.0.1:1 refused',
      ...[first, second]
        .toSorted((one, other) => one - other)
        .map((port) => `sentinel 127.0.0.1:${port} yes`),
    ]);
  });

  it('are tried by their host name where the address does not answer', async () => {
    const other = await play({ ...server('b', 'cluster', ['role:slave']), 'CLUSTER NODES': '' });
    const seed = await play({
      ...server('a', 'cluster', ['role:master']),
      'CLUSTER NODES': [
        `${id('a')} 127.0.0.1:1@2 myself,master - 0 0 0 connected`,
        // Nothing listens on this address of the loopback network.
        `${id('b')} 127.99.99.99:${other}@2,localhost slave ${id('a')} 0 0 0 connected`,
      ].join('\n'),
    });
    const found = await discoverTopology([at(seed)], OPTIONS);
    expect(lines(found)).toEqual([
      `primary 127.0.0.1:${seed} yes`,
      `replica localhost:${other} yes 127.0.0.1:${seed}`,
    ]);
  });

  it('come in the same order whoever answers first', async () => {
    const ports = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        play(server(`${index}a`, 'standalone', ['role:slave', 'master_host:127.0.0.1'])),
      ),
    );
    const primary = await play(
      server('f', 'standalone', [
        'role:master',
        ...ports.map((port, index) => `slave${index}:ip=127.0.0.1,port=${port},state=online`),
      ]),
    );
    const expected = [
      `primary 127.0.0.1:${primary} yes`,
      ...ports.toSorted((a, b) => a - b).map((port) => `replica 127.0.0.1:${port} yes 127.0.0.1:${primary}`),
    ];
    for (const concurrency of [1, 3, 16]) {
      expect(lines(await discoverTopology([at(primary)], { ...OPTIONS, concurrency }))).toEqual(expected);
    }
  });

  it('are in the list with the reason when they do not answer, the seeds too', async () => {
    const found = await discoverTopology([at(1), at(1, '127.0.0.2')], OPTIONS);
    expect(lines(found)).toEqual(['unknown 127.0.0.1:1 refused', 'unknown 127.0.0.2:1 refused']);
  });

  it('are in the list without an address', async () => {
    const seed = await play({
      ...server('a', 'cluster', ['role:master']),
      'CLUSTER NODES': [
        `${id('a')} :0@0 myself,master - 0 0 0 connected`,
        `${id('b')} :0@0 slave,fail,noaddr ${id('a')} 0 0 0 disconnected`,
      ].join('\n'),
    });
    const found = await discoverTopology([at(seed)], OPTIONS);
    expect(lines(found)).toEqual([
      `primary 127.0.0.1:${seed} yes`,
      `replica ${id('b')} unasked 127.0.0.1:${seed}`,
    ]);
    expect(found.nodes[1]?.flags).toEqual(['fail', 'noaddr']);
    expect(found.notes).toEqual([
      `127.0.0.1:${seed} names ${id('b')}, which was not asked: it names no address`,
    ]);
  });

  it('are not mixed up when another node answers at the address of one', async () => {
    const other = await play({
      ...server('b', 'cluster', ['role:master']),
      'CLUSTER NODES': `${id('c')} 127.0.0.1:3@4 myself,master - 0 0 0 connected`,
    });
    const seed = await play({
      ...server('a', 'cluster', ['role:master']),
      'CLUSTER NODES': [
        `${id('a')} 127.0.0.1:1@2 myself,master - 0 0 0 connected`,
        `${id('b')} 127.0.0.1:${other}@2 slave ${id('a')} 0 0 0 connected`,
      ].join('\n'),
    });
    const found = await discoverTopology([at(seed)], OPTIONS);
    expect(
      found.nodes.map(({ identity, reachable }) => `${identity} ${String(reachable)}`).toSorted(),
    ).toEqual([`${id('a')} yes`, `${id('b')} unasked`, `${id('c')} yes`]);
    expect(found.notes.join('\n')).toContain('another node answers at its address');
    expect(found.notes.join('\n')).toContain('belong to different clusters');
  });

  it('are as many as allowed and no more, and it is said', async () => {
    const replicas = Array.from(
      { length: 50 },
      (_, index) => `slave${index}:ip=127.0.0.1,port=${index + 1},state=online`,
    );
    const seed = await play(server('a', 'standalone', ['role:master', ...replicas]));
    const found = await discoverTopology([at(seed)], { ...OPTIONS, nodesMax: 20 });
    const asked = found.nodes.filter(({ reachable }) => reachable !== 'unasked');
    expect(asked).toHaveLength(20);
    expect(found.notes.join('\n')).toMatch(/more than 20 nodes|names 30 replicas/);
  });
});

describe('a server that announces nonsense', () => {
  it('leads nobody anywhere, and nothing of it acts on a terminal', async () => {
    const seed = await play({
      ...server('a', 'standalone', [
        'role:master',
        'slave0:ip=\u001b[2Jevil,port=6379,state=online',
        'slave1:ip=host/../x,port=6379,state=online',
        'slave2:ip=127.0.0.1,port=99999,state=online',
        'slave3:nothing',
      ]),
      'PUBSUB NUMSUB __sentinel__:hello': ['__sentinel__:hello', 2],
    });
    const found = await discoverTopology([at(seed)], OPTIONS);
    expect(found.nodes.map(({ reachable }) => reachable)).toEqual(['yes', 'unasked', 'unasked', 'unasked']);
    const text = JSON.stringify({ ids: found.nodes.map(({ id: name }) => name), notes: found.notes });
    expect(text).not.toMatch(/\\u001b|\\u00/);
    expect(found.notes.join('\n')).toContain('names 1 replicas in a way that Wardis cannot read');
    expect(found.notes.join('\n')).toContain(`2 Sentinels watch 127.0.0.1:${seed}`);
  });

  it('leads nobody out of the networks that nodes may be in', async () => {
    const stranger = await startPuppet(() => ({ error: 'ERR no' }));
    open.push(stranger);
    const seed = await play(
      server('a', 'standalone', ['role:master', `slave0:ip=127.0.0.1,port=${stranger.port},state=online`]),
    );
    const found = await discoverTopology([at(seed)], { ...OPTIONS, networks: ['10.0.0.0/8'] });
    expect(lines(found)).toEqual([
      `primary 127.0.0.1:${seed} yes`,
      `replica 127.0.0.1:${stranger.port} unasked 127.0.0.1:${seed}`,
    ]);
    expect(stranger.connections()).toBe(0);
    expect(found.notes.join('\n')).toContain('outside of the networks');
  });

  it('ends no discovery by a circle of replicas', async () => {
    let ports: readonly number[] = [];
    const follow = (letter: string, next: number) => (): Script =>
      server(letter, 'standalone', ['role:slave', 'master_host:127.0.0.1', `master_port:${ports[next]}`]);
    ports = [await play(follow('a', 1)), await play(follow('b', 0))];
    const found = await discoverTopology([at(ports[0] ?? 0)], OPTIONS);
    expect(found.kind).toBe('replicated');
    expect(lines(found)).toHaveLength(2);
  });

  it('is known by what it does not answer', async () => {
    const denied: Reply = { error: 'NOPERM this user has no permissions' };
    const seed = await play({ ...server('a', 'cluster', ['role:master']), 'CLUSTER NODES': denied });
    const found = await discoverTopology([at(seed)], OPTIONS);
    expect(found).toMatchObject({ kind: 'cluster', nodes: [{ role: 'primary' }] });
    expect(found.notes.join('\n')).toContain('does not answer CLUSTER NODES');
    expect(found.notes.join('\n')).toContain('+cluster|nodes');
    const silent = await play({ 'INFO server': denied, 'INFO replication': denied });
    const unseen = await discoverTopology([at(silent)], OPTIONS);
    expect(unseen.nodes).toMatchObject([{ role: 'unknown', reachable: 'yes' }]);
    expect(unseen.notes.join('\n')).toContain('+info');
  });
});

describe('Sentinels that disagree', () => {
  it('are noticed by two primaries of one group', async () => {
    const ports = await Promise.all(
      ['c', 'd'].map((letter) => play(server(letter, 'standalone', ['role:master']))),
    );
    const peer = (name: string, port: number | undefined, flags: string): Reply => [
      'name',
      name,
      'ip',
      '127.0.0.1',
      'port',
      String(port),
      'runid',
      '',
      'flags',
      flags,
    ];
    const seed = await play({
      ...server('a', 'sentinel'),
      'SENTINEL MYID': id('a'),
      'SENTINEL MASTERS': [peer('main', ports[0], 'master')],
      'SENTINEL REPLICAS main': [peer('x', ports[1], 'slave')],
      'SENTINEL SENTINELS main': [],
    });
    const found = await discoverTopology([at(seed)], OPTIONS);
    const [first, second] = ports.toSorted((one, other) => one - other);
    expect(found.notes).toEqual([
      `127.0.0.1:${first} and 127.0.0.1:${second} both say that they are the primary of main`,
    ]);
  });

  it('are quoted', async () => {
    const peer = (name: string, port: number, runid: string): Reply => [
      'name',
      name,
      'ip',
      '127.0.0.1',
      'port',
      String(port),
      'runid',
      runid,
      'flags',
      '',
    ];
    const sentinel = (me: string, primary: number): Script => ({
      ...server(me, 'sentinel'),
      'SENTINEL MYID': id(me),
      'SENTINEL MASTERS': [peer('main', primary, '')],
      'SENTINEL REPLICAS main': [],
      'SENTINEL SENTINELS main': [],
    });
    const seeds = [await play(sentinel('a', 1)), await play(sentinel('b', 2))];
    const found = await discoverTopology(
      seeds.map((port) => at(port)),
      OPTIONS,
    );
    expect(found.notes).toEqual([
      `the Sentinels do not agree on the primary of main: 127.0.0.1:${seeds[0]} says 127.0.0.1:1, 127.0.0.1:${seeds[1]} says 127.0.0.1:2`,
    ]);
  });
});
