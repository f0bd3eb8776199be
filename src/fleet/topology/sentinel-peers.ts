/**
 * SENTINEL MASTERS, REPLICAS and SENTINELS (sentinel.c addReplySentinelRedisInstance): a flat list of names and values
 * for each instance. `runid` of a Sentinel is its SENTINEL MYID, which is not the run_id of its INFO.
 */

import { isList, readPairs, textOf } from '../reply-fact.ts';
import type { Reply } from '../resp.ts';
import type { AnnouncedAddress } from './announced-address.ts';

/** An instance that a Sentinel knows. */
export interface SentinelPeer {
  /** Of a primary: the name of its group. */
  readonly name: string;
  readonly address: AnnouncedAddress;
  readonly identity: string | undefined;
  /** Everything but the kind: `s_down`, `o_down`, `disconnected`, `master_down`. */
  readonly flags: readonly string[];
  /** The primary that a replica says to follow. */
  readonly primary: AnnouncedAddress | undefined;
}

export interface SentinelView {
  readonly peers: readonly SentinelPeer[];
  /** Entries that are no description of an instance, and those beyond the limit. */
  readonly unread: number;
}

const RUN_ID = /^[0-9a-f]{40}$/;
const FLAG = /^[a-z_]{1,32}$/;
const KINDS: ReadonlySet<string> = new Set(['master', 'slave', 'sentinel', 'primary', 'replica']);

/** Undefined when the reply is no list; reads at most `most` entries. */
export function readSentinelPeers(reply: Reply | undefined, most: number): SentinelView | undefined {
  if (!isList(reply)) return undefined;
  const read = reply.slice(0, most).map(readPeer);
  const peers = read.filter((peer) => peer !== undefined);
  return { peers, unread: reply.length - peers.length };
}

function readPeer(entry: Reply): SentinelPeer | undefined {
  const pairs = readPairs(entry);
  if (pairs === undefined) return undefined;
  const text = (name: string): string => textOf(pairs.get(name));
  const address = addressOf(text('ip'), text('port'));
  if (address === undefined) return undefined;
  const identity = text('runid');
  return {
    name: text('name'),
    address,
    identity: RUN_ID.test(identity) ? identity : undefined,
    flags: text('flags')
      .split(',')
      .filter((flag) => FLAG.test(flag) && !KINDS.has(flag)),
    // A replica that was never asked shows `?` and 0.
    primary: addressOf(text('master-host'), text('master-port')),
  };
}

function addressOf(host: string, port: string): AnnouncedAddress | undefined {
  if (host === '' || host === '?' || !/^[0-9]{1,5}$/.test(port)) return undefined;
  return { host, port: Number(port) };
}
