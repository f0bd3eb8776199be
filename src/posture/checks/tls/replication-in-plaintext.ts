/** TLS-004: the links that this node opens to its primary. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSetting, notApplicable } from '../../verdict.ts';

export const replicationInPlaintext: Check = {
  id: 'TLS-004',
  area: 'tls',
  title: 'Replication links that this node opens are not encrypted',
  goal: 'Replication uses TLS',
  severity: 'high',
  rationale:
    'A replica fetches every key and value, and logs in with masterauth. With tls-replication no both cross the network in clear. Any node may become a replica after a failover.',
  evaluate: (snapshot, context) =>
    context.expected.tls.required
      ? judgeSetting(
          snapshot,
          context,
          'tls-replication',
          'The whole data set and the replication password travel in clear.',
        )
      : notApplicable('TLS is not asked for at this level and exposure'),
  remedy: 'Set tls-replication yes on every node, Sentinels included, after their certificates are in place.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-03'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-replication': 'no' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
