/** TLS-002: what the certificate may be used for, as clients see it. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates, reload } from './server-certificate.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export const missingServerUsage: Check = {
  id: 'TLS-002',
  area: 'tls',
  title: 'The server certificate is not meant for servers',
  goal: 'The server certificate is a leaf for server use',
  severity: 'medium',
  rationale:
    'Replicas accept any certificate of the CA for a primary, even one of a client; other clients check the usage and fail. A CA certificate used as the server’s own puts the key that signs everything onto the data host.',
  evaluate: (snapshot) =>
    judgeCertificates(
      snapshot,
      ({ isCa, selfSigned, extendedKeyUsages }) => {
        if (isCa && !selfSigned) return 'is a CA certificate';
        return extendedKeyUsages.length === 0 || extendedKeyUsages.some(({ oid }) => oid === SERVER_AUTH)
          ? undefined
          : 'its extended key usage lacks serverAuth';
      },
      [byHand('Issue a leaf certificate with serverAuth and clientAuth.'), reload(snapshot)],
      'Clients that check the usage cannot connect, or check nothing.',
    ),
  remedy: 'Issue a leaf certificate with serverAuth, and clientAuth where the node replicates.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(
        exampleCertificate({ extendedKeyUsages: [{ oid: '1.3.6.1.5.5.7.3.2', name: 'clientAuth' }] }),
      ),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
