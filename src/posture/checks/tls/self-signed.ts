/** TLS-015: a leaf that signs itself cannot be told from an impostor's. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates, reload } from './server-certificate.ts';

export const selfSigned: Check = {
  id: 'TLS-015',
  area: 'tls',
  title: 'The server certificate is signed by itself',
  goal: 'The server certificate is signed by your own CA',
  severity: 'medium',
  rationale:
    'A self-signed certificate can be verified only by pinning that very certificate on every client; where that is too much work clients skip verification, and anybody in the path can pose as the server. It also cannot be rotated without touching every client.',
  evaluate: (snapshot) =>
    judgeCertificates(
      snapshot,
      (certificate) => (certificate.selfSigned ? 'issuer and subject are the same' : undefined),
      [byHand('Create a CA of your own and issue the server certificate from it.'), reload(snapshot)],
      'Clients either pin it or do not verify.',
    ),
  remedy: 'Create a private CA, issue one certificate per node from it, and give clients the CA.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ issuer: 'CN=redis-1.example', selfSigned: true })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
