import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOrder,
  readNetworks,
  resolveAddress,
  show,
  type AddressRules,
} from '../../src/fleet/topology/announced-address.ts';
import { parseClusterNodes } from '../../src/fleet/topology/cluster-nodes.ts';
import { readReplication } from '../../src/fleet/topology/replication-info.ts';
import { readSentinelPeers } from '../../src/fleet/topology/sentinel-peers.ts';
import { readInfo } from '../../src/fleet/info-reply.ts';
import type { Reply } from '../../src/fleet/index.ts';

const A = 'd29823f413ed353b7783bfe78affdd141132cfd0';
const B = '375a9d81b23e66ab170c65a3b54faf6f8a87a61e';
const C = 'fe11f8af0d5ad57dc9336bb9ae3d81d61bf5a7aa';

/** Redis 7.0.15, a node down, another with a host name, slots on the move. */
const NODES_7_0 = `${B} 127.0.0.1:26868@36868,node1.example master,fail - 1795328083207 1795328082799 2 disconnected
${C} 127.0.0.1:30270@40270 slave ${A} 0 1795328085427 1 connected
${A} 127.0.0.1:23080@33080 myself,master - 0 1795328084000 1 connected 1-2 5 [77->-${B}] [93-<-${B}]
`;

function nodes(text: string): ReturnType<typeof parseClusterNodes>['nodes'] {
  return parseClusterNodes(text, 100).nodes;
}

describe('CLUSTER NODES', () => {
  it('names each node with its role, its primary and what the others say of it', () => {
    expect(nodes(NODES_7_0)).toEqual([
      {
        id: B,
        addresses: [
          { host: '127.0.0.1', port: 26_868 },
          { host: 'node1.example', port: 26_868 },
        ],
        hostname: 'node1.example',
        isMyself: false,
        role: 'primary',
        primary: undefined,
        flags: ['fail'],
      },
      {
        id: C,
        addresses: [{ host: '127.0.0.1', port: 30_270 }],
        hostname: '',
        isMyself: false,
        role: 'replica',
        primary: A,
        flags: [],
      },
      {
        id: A,
        addresses: [{ host: '127.0.0.1', port: 23_080 }],
        hostname: '',
        isMyself: true,
        role: 'primary',
        primary: undefined,
        flags: [],
      },
    ]);
  });

  it('keeps a node that nobody has an address of', () => {
    const [node] = nodes(`${B} :0@0 slave,fail?,noaddr ${A} 1 2 3 disconnected`);
    expect(node).toMatchObject({ addresses: [], role: 'replica', primary: A, flags: ['fail?', 'noaddr'] });
  });

  it('keeps a node that is still shaking hands', () => {
    const [node] = nodes(`${B} 10.0.0.9:7001@17001 handshake - 0 0 0 connected`);
    expect(node).toMatchObject({ role: 'unknown', flags: ['handshake'] });
  });

  it('reads IPv6 addresses, and more fields after the host name', () => {
    const [node] = nodes(
      `${B} 2001:db8::7:7001@17001,db.example,shard-id=abc myself,slave ${A} 0 0 0 connected`,
    );
    expect(node?.addresses).toEqual([
      { host: '2001:db8::7', port: 7001 },
      { host: 'db.example', port: 7001 },
    ]);
  });

  it('takes a node that does not know its own address yet by its host name only', () => {
    expect(nodes(`${B} :7001@17001 myself,master - 0 0 0 connected`)[0]?.addresses).toEqual([]);
    expect(nodes(`${B} :7001@17001,db.example myself,master - 0 0 0 connected`)[0]?.addresses).toEqual([
      { host: 'db.example', port: 7001 },
    ]);
  });

  it('counts lines that describe no node, and lines beyond the limit', () => {
    const view = parseClusterNodes(`${NODES_7_0}nonsense\n${'x'.repeat(40)} h:1@2 master -\n`, 4);
    expect(view.nodes).toHaveLength(3);
    expect(view).toMatchObject({ unread: 1, cut: 1 });
  });

  it('reads anything without failing, and nothing but ids, roles and plain flags comes out', () => {
    const word = fc.oneof(
      fc.constantFrom(
        A,
        B,
        'master',
        'slave',
        'myself,master',
        'fail',
        '-',
        '10.0.0.1:6379@16379',
        ':0@0',
        '\u001b[2J',
      ),
      fc.string(),
    );
    const line = fc.array(word, { maxLength: 10 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const { nodes: read, unread, cut } = parseClusterNodes(lines.join('\n'), 5);
        const given = lines
          .join('\n')
          .split('\n')
          .filter((each) => each.trim() !== '');
        expect(read.length + unread + cut).toBe(given.length);
        for (const node of read) {
          expect(node.id).toMatch(/^[0-9a-f]{40}$/);
          for (const flag of node.flags) expect(flag).toMatch(/^[a-z_]{1,32}\??$/);
        }
      }),
    );
  });
});

/** Valkey 9.1.2. */
const REPLICA: Reply = [
  ['name', '127.0.0.1:22606', 'ip', '127.0.0.1', 'port', '22606', 'runid', A],
  ['flags', 's_down,slave,disconnected', 'master-link-status', 'err', 'master-host', '127.0.0.1'],
  ['master-port', '31715', 'slave-priority', '100', 'replica-announced', '1'],
].flat();

describe('what a Sentinel says', () => {
  it('names an instance with its group, its id and its state', () => {
    expect(readSentinelPeers([REPLICA], 10)).toEqual({
      peers: [
        {
          name: '127.0.0.1:22606',
          address: { host: '127.0.0.1', port: 22_606 },
          identity: A,
          flags: ['s_down', 'disconnected'],
          primary: { host: '127.0.0.1', port: 31_715 },
        },
      ],
      unread: 0,
    });
  });

  it('has no primary of a replica that was never asked, and no id', () => {
    const fresh = [
      'name',
      'a',
      'ip',
      'db.example',
      'port',
      '6379',
      'runid',
      '',
      'flags',
      'slave',
      'master-host',
      '?',
    ];
    expect(readSentinelPeers([[...fresh, 'master-port', '0']], 10)?.peers).toEqual([
      {
        name: 'a',
        address: { host: 'db.example', port: 6379 },
        identity: undefined,
        flags: [],
        primary: undefined,
      },
    ]);
  });

  it('is read without failing, whatever it is', () => {
    const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<Reply>('name', 'ip', 'port', 'runid', 'flags', A, '6379', '10.0.0.1', null),
        fc.string(),
        fc.integer(),
        fc.record({ error: fc.string() }),
        fc.array(tie('reply'), { maxLength: 12 }),
      ),
    }));
    fc.assert(
      fc.property(reply, (any) => {
        const view = readSentinelPeers(any, 6);
        expect(view === undefined).toBe(!Array.isArray(any));
        if (Array.isArray(any)) expect((view?.peers.length ?? 0) + (view?.unread ?? 0)).toBe(any.length);
      }),
    );
  });

  it('counts what it cannot read and what is beyond the limit', () => {
    const nonsense: Reply = [
      REPLICA,
      'x',
      ['name'],
      ['ip', '', 'port', '1'],
      ['ip', 'h', 'port', '1e9'],
      REPLICA,
    ];
    expect(readSentinelPeers(nonsense, 5)).toMatchObject({ peers: [{ identity: A }], unread: 5 });
    expect(readSentinelPeers({ error: 'NOPERM' }, 5)).toBeUndefined();
    expect(readSentinelPeers(null, 5)).toBeUndefined();
  });
});

function replication(text: string): ReturnType<typeof readReplication> {
  return readReplication(
    readInfo(text.replaceAll('\n', '\r\n'), (word) => word),
    100,
  );
}

describe('INFO replication', () => {
  it('names the replicas of a primary, those that are still loading too', () => {
    const read = replication(
      `role:master
connected_slaves:2
slave0:ip=10.0.0.6,port=6379,state=online,offset=413,lag=0
slave1:ip=2001:db8::7,port=6380,state=wait_bgsave,offset=0,lag=0,type=replica
slave2:state=online`,
    );
    expect(read).toEqual({
      role: 'primary',
      primary: undefined,
      replicas: [
        { host: '10.0.0.6', port: 6379 },
        { host: '2001:db8::7', port: 6380 },
      ],
      unread: 1,
    });
  });

  it('names whom a replica follows, and who follows it', () => {
    const read = replication(
      'role:slave\nmaster_host:db.example\nmaster_port:6379\nslave0:ip=10.0.0.8,port=6379,state=online',
    );
    expect(read).toMatchObject({
      role: 'replica',
      primary: { host: 'db.example', port: 6379 },
      replicas: [{ host: '10.0.0.8', port: 6379 }],
    });
  });
});

describe('an announced address', () => {
  const none: AddressRules = { map: new Map(), within: undefined };

  it('is dialled as it stands', () => {
    expect(resolveAddress({ host: '10.0.0.6', port: 6379 }, none, 'remote')).toEqual({
      ok: true,
      endpoint: { kind: 'tcp', host: '10.0.0.6', port: 6379 },
    });
  });

  it('is dialled where the map leads', () => {
    const map = { ...none, map: new Map([['172.17.0.2:6379', 'db.example:16379']]) };
    expect(resolveAddress({ host: '172.17.0.2', port: 6379 }, map, 'remote')).toEqual({
      ok: true,
      endpoint: { kind: 'tcp', host: 'db.example', port: 16_379 },
    });
    const bad = { ...none, map: new Map([['172.17.0.2:6379', 'db.example:99999999']]) };
    expect(resolveAddress({ host: '172.17.0.2', port: 6379 }, bad, 'remote').ok).toBe(false);
  });

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '127.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '::1',
    '::1%lo',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::7f00:1',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'db.localhost',
    'localhost.localdomain',
    'ip6-localhost',
    'ip6-loopback',
  ])('of loopback (%s) is not dialled on this machine when another machine announced it', (host) => {
    expect(resolveAddress({ host, port: 6379 }, none, 'remote').ok).toBe(false);
    expect(resolveAddress({ host, port: 6379 }, none, 'loopback').ok).toBe(true);
  });

  it.each([
    '',
    '?',
    '*',
    '0.0.0.0',
    '::',
    '0',
    '0x0',
    '0:0::0',
    '::ffff:0:0',
    '1.2.3.256',
    'a b',
    'a/b',
    'user@host',
    '\u001b[2J',
    'x'.repeat(300),
    '$(id)',
  ])('that is none (%j) is not dialled', (host) => {
    expect(resolveAddress({ host, port: 6379 }, none, 'loopback').ok).toBe(false);
  });

  it.each(['fe80::1%eth0', '::ffff:10.0.0.6', '12.7.0.1', '128.0.0.1', 'localhost.example', 'node_1'])(
    'of another machine (%s) is dialled wherever it was announced',
    (host) => {
      expect(resolveAddress({ host, port: 6379 }, none, 'remote').ok).toBe(true);
    },
  );

  it.each([0, -1, 65_536, 1.5, Number.NaN])('with port %d is not dialled', (port) => {
    expect(resolveAddress({ host: '10.0.0.6', port }, none, 'loopback').ok).toBe(false);
  });

  it('is dialled within the networks only, where some are named, and by the map all the same', () => {
    const rules: AddressRules = {
      map: new Map([['192.0.2.1:6379', '198.51.100.7:6379']]),
      within: readNetworks(['10.0.1.0/24', '2001:db8::/64', '10.9.9.9']),
    };
    const dialled = (host: string): boolean => resolveAddress({ host, port: 6379 }, rules, 'remote').ok;
    expect(['10.0.1.200', '2001:db8::5', '10.9.9.9', '192.0.2.1'].map(dialled)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['10.0.2.1', '2001:db9::5', '10.9.9.8', 'db.example'].map(dialled)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(readNetworks([])).toBeUndefined();
    for (const bad of ['10.0.0.0/33', 'x/8', '10.0.0/8', '::/129', '10.0.0.0/1.5', '10.0.0.0/-1']) {
      expect(() => readNetworks([bad]), bad).toThrow(RangeError);
    }
  });

  it('sorts as people count', () => {
    const sorted = ['10.0.0.10:6379', '10.0.0.9:6379', '10.0.0.9:700'].toSorted((one, other) =>
      addressOrder(one) < addressOrder(other) ? -1 : 1,
    );
    expect(sorted).toEqual(['10.0.0.9:700', '10.0.0.9:6379', '10.0.0.10:6379']);
  });

  it('is shown without characters that act', () => {
    expect(show('a\u001b[2J\u202e\nb')).toBe('a?[2J??b');
    expect(show('x'.repeat(500))).toHaveLength(121);
  });
});
