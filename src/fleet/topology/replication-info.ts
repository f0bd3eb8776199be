/**
 * INFO replication (server.c genRedisInfoString): the primary that a replica follows, and the replicas of a node, which
 * may themselves be followed. Their port is the one that they announce: `replica-announce-port`, else the TLS port where
 * `tls-replication` is on, else the plaintext port.
 */

import type { AnnouncedAddress } from './announced-address.ts';

export interface Replication {
  readonly role: 'primary' | 'replica' | 'unknown';
  /** Whom a replica follows. */
  readonly primary: AnnouncedAddress | undefined;
  readonly replicas: readonly AnnouncedAddress[];
  /** Lines about replicas that name no address. */
  readonly unread: number;
}

/** Reads the fields of INFO; at most `most` replicas. */
export function readReplication(info: ReadonlyMap<string, string>, most: number): Replication {
  const said = info.get('role');
  const role = said === 'master' ? 'primary' : said === 'slave' ? 'replica' : 'unknown';
  const lines = [...info].filter(([name]) => /^slave[0-9]+$/.test(name));
  const read = lines.slice(0, most).map(([, line]) => {
    const fields = new Map(line.split(',').map((pair): [string, string] => cut(pair)));
    return addressOf(fields.get('ip'), fields.get('port'));
  });
  const replicas = read.filter((address) => address !== undefined);
  return {
    role,
    primary: role === 'replica' ? addressOf(info.get('master_host'), info.get('master_port')) : undefined,
    replicas,
    unread: lines.length - replicas.length,
  };
}

function cut(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function addressOf(host: string | undefined, port: string | undefined): AnnouncedAddress | undefined {
  if (host === undefined || host === '' || !/^[0-9]{1,5}$/.test(port ?? '')) return undefined;
  return { host, port: Number(port) };
}
