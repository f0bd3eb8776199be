/** TLS-017: a node shows its server certificate as a client, unless tls-client-cert-file (6.2 and later) names another. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand, readSettings, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable, pass } from '../../verdict.ts';
import { judgeCertificates, reload } from './server-certificate.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export const missingClientUsage: Check = {
  id: 'TLS-017',
  area: 'tls',
  title: 'The node’s certificate may not be used as a client, yet replication uses it so',
  goal: 'The certificate of a node is good for both server and client use',
  severity: 'high',
  rationale:
    'Extended key usage is checked: a replica with a serverAuth-only certificate was refused with "unsupported certificate" on every version, and 6.x shows only "Error reply to PING from master". The link breaks at the next reconnect, often long after the certificate changed.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-replication'], ({ 'tls-replication': link }) => {
      if (link.value !== 'yes' && settingValue(snapshot, 'tls-cluster') !== 'yes')
        return notApplicable('this node opens no TLS links');
      if ((settingValue(snapshot, 'tls-client-cert-file') ?? '') !== '')
        return pass('tls-client-cert-file names a certificate for client use');
      return judgeCertificates(
        snapshot,
        ({ extendedKeyUsages }) =>
          extendedKeyUsages.length === 0 || extendedKeyUsages.some(({ oid }) => oid === CLIENT_AUTH)
            ? undefined
            : `extended key usage ${extendedKeyUsages.map(({ oid, name }) => name ?? oid).join(', ')} lacks clientAuth`,
        [
          byHand(
            'Issue the certificate with serverAuth and clientAuth, or name another by tls-client-cert-file.',
          ),
          reload(snapshot),
        ],
        'Replication and cluster links are refused at the next reconnect.',
      );
    }),
  remedy:
    'Issue node certificates with both serverAuth and clientAuth, or set tls-client-cert-file and tls-client-key-file (6.2 and later).',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(
        exampleCertificate({ extendedKeyUsages: [{ oid: '1.3.6.1.5.5.7.3.1', name: 'serverAuth' }] }),
      ),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
