/**
 * CLUSTER NODES (cluster.c clusterGenNodeDescription, Redis 6.0 to 8.0 and Valkey 8.0 to 9.1): a line for each node,
 * `<id> <ip:port@cport[,hostname[,key=value…]]> <flags> <primary> <ping> <pong> <epoch> <link> <slot>…`. The port is
 * that of the connection that asks, where nodes have one for plaintext and one for TLS (`tls-cluster yes`, or from 7.2).
 */

import type { AnnouncedAddress } from './announced-address.ts';

export interface ClusterNode {
  /** 40 hexadecimal digits. */
  readonly id: string;
  /** Best first: address, then host name; empty when the others know none (`noaddr`). */
  readonly addresses: readonly AnnouncedAddress[];
  /** The host name that the node announces; empty: none. */
  readonly hostname: string;
  readonly isMyself: boolean;
  readonly role: 'primary' | 'replica' | 'unknown';
  /** `id` of the primary that a replica follows. */
  readonly primary: string | undefined;
  /** Everything but the role and `myself`: `fail`, `fail?`, `noaddr`, `handshake`, `nofailover`. */
  readonly flags: readonly string[];
}

export interface ClusterView {
  readonly nodes: readonly ClusterNode[];
  /** Lines that are no description of a node. */
  readonly unread: number;
  /** Lines beyond the limit. */
  readonly cut: number;
}

const ID = /^[0-9a-f]{40}$/;
const FLAG = /^[a-z_]{1,32}\??$/;
const ROLE_FLAGS: ReadonlySet<string> = new Set([
  'myself',
  'master',
  'slave',
  'primary',
  'replica',
  'noflags',
]);

/** Reads at most `most` lines. */
export function parseClusterNodes(text: string, most: number): ClusterView {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const read = lines.slice(0, most).map(parseLine);
  const nodes = read.filter((node) => node !== undefined);
  return { nodes, unread: read.length - nodes.length, cut: Math.max(0, lines.length - most) };
}

function parseLine(line: string): ClusterNode | undefined {
  const [id = '', place = '', flagText = '', primary = ''] = line.trimEnd().split(' ');
  if (!ID.test(id) || flagText === '') return undefined;
  const flags = flagText.split(',').filter((flag) => FLAG.test(flag));
  const [address = '', hostname = ''] = place.split(',');
  const bus = address.lastIndexOf('@');
  const client = bus < 0 ? address : address.slice(0, bus);
  const colon = client.lastIndexOf(':');
  if (colon < 0) return undefined;
  const port = Number(client.slice(colon + 1));
  const hosts = [client.slice(0, colon), hostname].filter((host) => host !== '');
  // A node without an address shows `:0@0`; one that just started knows its own port only.
  const addresses = flags.includes('noaddr') ? [] : hosts.map((host) => ({ host, port }));
  return {
    id,
    addresses,
    hostname,
    isMyself: flags.includes('myself'),
    role: roleOf(flags),
    primary: ID.test(primary) ? primary : undefined,
    flags: flags.filter((flag) => !ROLE_FLAGS.has(flag)),
  };
}

function roleOf(flags: readonly string[]): ClusterNode['role'] {
  if (flags.includes('master') || flags.includes('primary')) return 'primary';
  return flags.includes('slave') || flags.includes('replica') ? 'replica' : 'unknown';
}
