/** CLUS-004: nodes that the cluster itself calls failed. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const BAD = ['fail', 'fail?', 'pfail', 'handshake', 'noaddr'];

export const unhealthy: Check = {
  id: 'CLUS-004',
  area: 'cluster',
  title: 'The cluster is not healthy',
  goal: 'Every node of the cluster is up and known',
  severity: 'high',
  rationale:
    'A state other than ok, failed nodes, or nodes stuck in a handshake mean lost slots, a partition, a TLS mismatch on the bus, or somebody trying to join.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      readFact(snapshot.cluster, 'CLUSTER NODES', ({ state, nodes }, from) => {
        const found: Evidence[] = state === 'ok' ? [] : [evidence(`cluster_state:${state}`, from)];
        for (const { id, address, flags, linkUp } of nodes) {
          const bad = flags.filter((flag) => BAD.includes(flag));
          if (bad.length > 0 || (!linkUp && !flags.includes('myself')))
            found.push(
              evidence(
                `node ${id.slice(0, 8)} at ${address}: ${bad.length > 0 ? bad.join(', ') : 'link down'}`,
                from,
              ),
            );
        }
        return found.length === 0
          ? pass(`cluster_state:ok, ${nodes.length} nodes`, from)
          : fail(found, [
              byHand('Look at each node named here; forget those that are gone for good (CLUSTER FORGET).'),
            ]);
      }),
    ),
  remedy: 'Mend or forget the nodes named in the evidence.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  attackPaths: ['AP-08'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\n',
      facts: { cluster: nodes('fail', ['master', 'fail']) },
    },
    good: { server: 'redis-7.2', conf: 'cluster-enabled yes\n', facts: { cluster: nodes('ok', ['master']) } },
  },
};

function nodes(state: string, flags: readonly string[]): Snapshot['cluster'] {
  return exampleFact({
    state,
    nodes: [
      { id: 'a'.repeat(40), address: '10.0.0.5:6379@16379', flags: ['myself', 'master'], linkUp: true },
      { id: 'b'.repeat(40), address: '10.0.0.6:6379@16379', flags, linkUp: !flags.includes('fail') },
    ],
  });
}
