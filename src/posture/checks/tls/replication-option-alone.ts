/** TLS-003: `tls-replication yes` says nothing about what this node accepts. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const replicationOptionAlone: Check = {
  id: 'TLS-003',
  area: 'tls',
  title: 'tls-replication yes is set, yet plaintext replicas and clients are accepted',
  goal: 'Encrypted replication is enforced by closing the plaintext port',
  severity: 'medium',
  rationale:
    'tls-replication only makes the links that this node opens use TLS. On all versions tested plaintext clients and plaintext replicas were still accepted; only port 0 stops them.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-replication', 'port'], ({ 'tls-replication': link, port }) => {
      if (link.value !== 'yes') return notApplicable('tls-replication is no');
      if (port.value === '0') return pass('port 0', port.from);
      return fail(
        [evidence(`tls-replication yes with port ${port.value}`, port.from)],
        [set('port', '0')],
        'A replica without TLS may still fetch the whole data set in clear.',
      );
    }),
  remedy: 'Set port 0 once every replica and client uses tls-port.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-03'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ port: '6380' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
