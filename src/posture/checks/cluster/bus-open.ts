/** CLUS-002: who reaches the bus may join the cluster. */

import type { Check } from '../../check.ts';
import { serverOf } from '../../conf-reading.ts';
import { tlsConf } from '../../example.ts';
import { bindReach } from '../../exposure.ts';
import { byHand, inMode, readSettings, set, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const busOpen: Check = {
  id: 'CLUS-002',
  area: 'cluster',
  title: 'The cluster bus listens to everybody without authentication',
  goal: 'Only nodes reach the cluster bus',
  severity: 'high',
  rationale:
    'The bus (port + 10000 unless cluster-port says otherwise) asks for no password, ACLs do not apply to it, and protected mode does not cover it. Only tls-cluster with a CA of your own, cluster-bus-port-protected-mode (Redis 8.6.7, 8.8.3, 8.10.2 and later, off by default), or a firewall keeps strangers from meeting the cluster and taking slots.',
  evaluate: (snapshot) =>
    inMode(snapshot, 'cluster', () => {
      if (settingValue(snapshot, 'cluster-bus-port-protected-mode') === 'yes')
        return pass('cluster-bus-port-protected-mode yes');
      return readSettings(snapshot, ['tls-cluster', 'bind'], ({ 'tls-cluster': tls, bind }) => {
        if (tls.value === 'yes') return pass('tls-cluster yes', tls.from);
        switch (bindReach(bind.value, serverOf(snapshot))) {
          case 'nowhere':
          case 'loopback':
            return pass(`bind ${bind.value}`, bind.from);
          case 'addresses':
            return {
              status: 'manual',
              instruction:
                'Show the firewall rule that lets only the nodes of this cluster reach the bus port (port + 10000, or cluster-port).',
            };
          case 'everywhere':
            return fail(
              [evidence(`tls-cluster ${tls.value}, bind ${bind.value || '""'}`, bind.from)],
              [set('tls-cluster', 'yes'), byHand('Let only the nodes reach the bus port, by firewall.')],
              'A stranger who reaches the bus may join the cluster and take its slots.',
            );
        }
      });
    }),
  remedy: 'Set tls-cluster yes, bind to the internal address, and let only the nodes reach the bus port.',
  references: [REFERENCES.cluster, REFERENCES.clusterValkey],
  attackPaths: ['AP-08'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'cluster-enabled yes\nbind 0.0.0.0\n' },
    good: { server: 'redis-7.2', conf: tlsConf({ 'cluster-enabled': 'yes', 'tls-cluster': 'yes' }) },
  },
};
