/**
 * What a cluster node and a Sentinel say about the others: CLUSTER INFO, CLUSTER NODES, SENTINEL MASTERS and
 * SENTINEL CONFIG GET (cluster.c, sentinel.c).
 */

import { isList, readPairs, textOf } from './reply-fact.ts';
import type { Reply } from './resp.ts';
import type { ClusterFact, SentinelFact } from './snapshot.ts';

/** `state` comes from CLUSTER INFO, the nodes from CLUSTER NODES. */
export function readCluster(info: Reply | undefined, nodes: Reply): ClusterFact | undefined {
  if (typeof nodes !== 'string') return undefined;
  const state = typeof info === 'string' ? (/^cluster_state:(\S+)/m.exec(info)?.[1] ?? '') : '';
  return {
    state,
    nodes: nodes
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        // <id> <ip:port@cport[,hostname]> <flags> <primary> <ping> <pong> <epoch> <link> <slot>…
        const [id = '', address = '', flags = '', , , , , link = ''] = line.split(' ');
        return {
          id,
          address: address.replace(/@.*$/, ''),
          flags: flags.split(','),
          linkUp: link === 'connected',
        };
      }),
  };
}

export function readSentinelMasters(masters: Reply): SentinelFact | undefined {
  if (!isList(masters)) return undefined;
  const primaries = masters.flatMap((entry) => {
    const pairs = readPairs(entry);
    if (pairs === undefined) return [];
    const text = (name: string): string => textOf(pairs.get(name));
    return [
      {
        name: text('name'),
        address: `${text('ip')}:${text('port')}`,
        quorum: Number(text('quorum')),
        otherSentinels: Number(text('num-other-sentinels')),
        // No reply shows whether auth-pass is set; the configuration file does.
        authenticates: undefined,
      },
    ];
  });
  return { primaries, denyScriptsReconfig: undefined };
}
