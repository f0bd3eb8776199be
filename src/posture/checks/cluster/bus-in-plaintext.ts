/** CLUS-001: the bus carries the layout, the failovers, and every published message. */

import type { Check } from '../../check.ts';
import { tlsConf } from '../../example.ts';
import { inMode, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const busInPlaintext: Check = {
  id: 'CLUS-001',
  area: 'cluster',
  title: 'The cluster bus is not encrypted',
  goal: 'The cluster bus uses TLS',
  severity: 'high',
  rationale:
    'Nodes tell each other who owns which slots over the bus, with no password on any version. Without tls-cluster anybody in the path reads and forges it, and whoever reaches the port may speak on it.',
  evaluate: (snapshot, context) =>
    inMode(snapshot, 'cluster', () => {
      if (!context.expected.tls.required)
        return notApplicable('TLS is not asked for at this level and exposure');
      return readSettings(snapshot, ['tls-cluster'], ({ 'tls-cluster': { value, from } }) =>
        value === 'yes'
          ? pass('tls-cluster yes', from)
          : fail([evidence(`tls-cluster ${value}`, from)], [set('tls-cluster', 'yes')]),
      );
    }),
  remedy:
    'Give every node a certificate for server and client use, then set tls-cluster yes on all nodes within one maintenance window: the bus does not speak both at once.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey, REFERENCES.tls],
  attackPaths: ['AP-08'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'cluster-enabled yes\n' },
    good: { server: 'redis-7.2', conf: tlsConf({ 'cluster-enabled': 'yes', 'tls-cluster': 'yes' }) },
  },
};
