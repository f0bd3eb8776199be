/** CLUS-007: members of the cluster that the fleet does not declare. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check, Evidence } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, inMode, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const stranger: Check = {
  id: 'CLUS-007',
  area: 'cluster',
  title: 'The cluster has a member that the fleet does not know',
  goal: 'Every member of the cluster is a declared node',
  severity: 'high',
  rationale:
    'Whoever reaches the bus may join. A member that is not in the inventory is either an intruder or a node that nobody patches, whose users nobody revokes.',
  comparesNodes: true,
  evaluate: (snapshot, { fleet }) =>
    inMode(snapshot, 'cluster', () =>
      readFact(snapshot.cluster, 'CLUSTER NODES', ({ nodes }, from) => {
        const others = nodes.filter(({ flags }) => !flags.includes('myself'));
        const found: Evidence[] = others
          .filter(({ flags }) => flags.includes('handshake'))
          .map(({ id, address }) => evidence(`node ${id.slice(0, 8)} at ${address} is trying to join`, from));
        const alone =
          fleet.subjects.size === 0 || (fleet.subjects.size === 1 && fleet.subjects.has(snapshot.subject));
        if (!alone) {
          for (const { id, address } of others) {
            const client = address.split('@')[0] ?? address;
            if (!fleet.names.has(client))
              found.push(
                evidence(`node ${id.slice(0, 8)} at ${client} was not among the audited nodes`, from),
              );
          }
        }
        if (found.length > 0)
          return fail(found, [
            byHand(
              'Audit the node, or remove it: CLUSTER FORGET on every node, then close the bus port to it.',
            ),
          ]);
        if (!alone || others.length === 0) return pass(`${nodes.length} members, all of them audited`, from);
        return {
          status: 'manual',
          instruction: `Compare the ${nodes.length} members with your inventory, or audit the whole fleet in one run.`,
        };
      }),
    ),
  remedy:
    'Add the node to the inventory and audit it, or CLUSTER FORGET it everywhere and close the bus port.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  attackPaths: ['AP-08'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\n',
      facts: { cluster: members(['myself', 'master'], ['handshake']) },
    },
    good: {
      server: 'redis-7.2',
      conf: 'cluster-enabled yes\n',
      facts: { cluster: members(['myself', 'master']) },
    },
  },
};

function members(...flags: readonly (readonly string[])[]): Snapshot['cluster'] {
  return exampleFact({
    state: 'ok',
    nodes: flags.map((each, at) => ({
      id: String(at).repeat(40),
      address: `10.0.0.${at + 5}:6379@16379`,
      flags: each,
      linkUp: true,
    })),
  });
}
