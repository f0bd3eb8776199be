// Under which hosts a node is handed out to clients and to other nodes: each must stand in its certificate.
import { describe, expect, it } from 'vitest';
import { toldHosts, type Hearing } from '../../src/change/certificates/leaf-told.ts';
import type { FleetNode } from '../../src/fleet/index.ts';

function nodeOf(host: string, port: number, more: Partial<FleetNode> = {}): FleetNode {
  return {
    id: `${host}:${port}`,
    target: { endpoint: { kind: 'tcp', host, port }, transport: 'tls' },
    role: 'primary',
    flags: [],
    reachable: 'yes',
    ...more,
  };
}

function hearingOf(node: FleetNode, more: Partial<Hearing> = {}): Hearing {
  return { node, settings: new Map(), replication: '', clusterNodes: '', groups: [], ...more };
}

function hostsOf(...asked: Parameters<typeof toldHosts>): readonly string[] {
  return toldHosts(...asked).map(({ host }) => host);
}

describe('the hosts of a node', () => {
  it('are the one that is dialled and what it announces itself', () => {
    const node = nodeOf('10.0.0.5', 6380);
    const settings = new Map([
      ['replica-announce-ip', 'cache-1.internal'],
      ['cluster-announce-ip', ''],
    ]);
    expect(hostsOf(node, [hearingOf(node, { settings })])).toEqual(['10.0.0.5', 'cache-1.internal']);
  });

  it('are those of its own line in a Cluster, the host name too, and no extra fields of later versions', () => {
    const node = nodeOf('10.0.0.5', 6380);
    const clusterNodes = [
      'aaa 192.0.2.9:6380@16380,other.example master - 0 0 1 connected 0-1',
      'bbb 192.0.2.7:6380@16380,cache.example,shard-id=1f master,myself - 0 0 2 connected',
      'ccc [2001:db8::1]:6380@16380 slave,fail bbb 0 0 2 connected',
    ];
    const text = clusterNodes.join('\n').replace('master,myself', 'myself,master');
    expect(hostsOf(node, [hearingOf(node, { clusterNodes: text })])).toEqual([
      '10.0.0.5',
      '192.0.2.7',
      'cache.example',
    ]);
    const bare = 'bbb :6380@16380,,shard-id=1f myself,master - 0 0 2 connected';
    expect(hostsOf(node, [hearingOf(node, { clusterNodes: bare })])).toEqual(['10.0.0.5']);
    const six = 'bbb [2001:db8::1]:6380@16380 myself,master - 0 0 2 connected';
    expect(hostsOf(node, [hearingOf(node, { clusterNodes: six })])).toEqual(['10.0.0.5', '2001:db8::1']);
  });

  it('are what replicas follow and Sentinels hand out', () => {
    const primary = nodeOf('10.0.0.5', 6380, { group: 'main' });
    const replica = nodeOf('10.0.0.6', 6380, { role: 'replica', primary: primary.id, group: 'main' });
    const sentinel = nodeOf('10.0.0.8', 26379, { role: 'sentinel' });
    const hearings = [
      hearingOf(primary),
      hearingOf(replica, { replication: 'role:slave\r\nmaster_host:redis-0\r\nmaster_port:6380\r\n' }),
      hearingOf(sentinel, {
        groups: [
          {
            name: 'main',
            primary: { host: 'redis-main', port: 6380 },
            replicas: [{ host: 'redis-1', port: 6380 }],
          },
          { name: 'other', primary: { host: 'elsewhere', port: 6380 }, replicas: [] },
        ],
      }),
    ];
    expect(hostsOf(primary, hearings)).toEqual(['10.0.0.5', 'redis-0', 'redis-main']);
    expect(hostsOf(replica, hearings)).toEqual(['10.0.0.6', 'redis-1']);
    expect(hostsOf(sentinel, hearings)).toEqual(['10.0.0.8']);
  });

  it('are what is announced for it behind a network that translates addresses', () => {
    const node = nodeOf('127.0.0.1', 7001);
    const addresses = new Map([
      ['172.17.0.5:6380', '127.0.0.1:7001'],
      ['172.17.0.6:6380', '127.0.0.1:7002'],
    ]);
    expect(hostsOf(node, [hearingOf(node)], addresses)).toEqual(['127.0.0.1', '172.17.0.5']);
  });

  it('tell on whose word they are, the most trusted first', () => {
    const node = nodeOf('10.0.0.5', 6380);
    const settings = new Map([
      ['replica-announce-ip', '10.0.0.5'],
      ['cluster-announce-hostname', 'cache.example'],
    ]);
    const replica = nodeOf('10.0.0.6', 6380, { role: 'replica', primary: node.id });
    const hearings = [
      hearingOf(node, { settings }),
      hearingOf(replica, { replication: 'master_host:elsewhere.example\r\n' }),
    ];
    const addresses = new Map([['192.0.2.5:6380', '10.0.0.5:6380']]);
    expect(toldHosts(node, hearings, addresses)).toEqual([
      { host: '10.0.0.5', from: 'dialled' },
      { host: '192.0.2.5', from: 'policy' },
      { host: 'cache.example', from: 'told', by: '10.0.0.5:6380' },
      { host: 'elsewhere.example', from: 'told', by: '10.0.0.6:6380' },
    ]);
  });
});
