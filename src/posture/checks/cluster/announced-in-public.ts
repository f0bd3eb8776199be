/** CLUS-003: the address that nodes and clients are sent to. */

import type { Check, Evidence } from '../../check.ts';
import { isPublicAddress } from '../../exposure.ts';
import { byHand, inMode, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass, unknownFrom } from '../../verdict.ts';

export const announcedInPublic: Check = {
  id: 'CLUS-003',
  area: 'cluster',
  title: 'The cluster announces a public address',
  goal: 'Nodes announce internal addresses',
  severity: 'high',
  rationale:
    'Clients are redirected to the announced addresses, and the nodes use them for the bus, which asks for no password. A public address means that both ports are reachable from outside.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () =>
      readSettings(snapshot, ['cluster-announce-ip'], ({ 'cluster-announce-ip': announced }) => {
        const found: Evidence[] = [];
        if (isPublicAddress(announced.value))
          found.push(evidence(`cluster-announce-ip ${announced.value}`, announced.from));
        if (snapshot.cluster.known) {
          const { value, from } = snapshot.cluster;
          for (const { id, address } of value.nodes) {
            const host = address.split('@')[0]?.replace(/:\d+$/, '') ?? '';
            if (isPublicAddress(host)) found.push(evidence(`node ${id.slice(0, 8)} at ${host}`, from));
          }
        }
        if (found.length > 0)
          return fail(found, [byHand('Set cluster-announce-ip to the internal address of each node.')]);
        if (announced.value === '' && !snapshot.cluster.known)
          return unknownFrom(snapshot.cluster, 'addresses of the cluster nodes');
        return pass(
          announced.value === ''
            ? 'every node is at an internal address'
            : `cluster-announce-ip ${announced.value}`,
          announced.from,
        );
      }),
    ),
  remedy: 'Announce internal addresses; let outside clients come through a proxy or a private link.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  attackPaths: ['AP-06', 'AP-08'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'cluster-enabled yes\ncluster-announce-ip 8.9.10.11\n' },
    good: { server: 'redis-7.2', conf: 'cluster-enabled yes\ncluster-announce-ip 10.0.0.5\n' },
  },
};
