/** TLS-012: key sizes and signatures that no longer protect (RSA below 2048, EC below 224, DSA, MD5, SHA-1). */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { type Certificate, judgeCertificates, renewal } from './server-certificate.ts';

export const weakKey: Check = {
  id: 'TLS-012',
  area: 'tls',
  title: 'The server certificate has a weak key or signature',
  goal: 'The server certificate has a strong key and signature',
  severity: 'high',
  rationale:
    'An RSA key under 2048 bits can be factored, and a certificate signed with MD5 or SHA-1 can be forged. Modern OpenSSL refuses some of them, so clients may fail too.',
  evaluate: (snapshot) =>
    judgeCertificates(
      snapshot,
      weakness,
      [
        byHand('Issue a certificate with an EC P-256 or RSA 2048 key, signed with SHA-256 or better.'),
        ...renewal(snapshot),
      ],
      'The server can be impersonated.',
    ),
  remedy: 'Issue a new certificate: EC P-256 or RSA of at least 2048 bits, signed with SHA-256 or better.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(
        exampleCertificate({
          keyType: 'rsa',
          keyBits: 1024,
          signatureAlgorithm: 'sha1WithRSAEncryption',
          signatureHash: 'sha1',
        }),
      ),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};

function weakness({ keyType, keyBits, signatureHash, signatureAlgorithm }: Certificate): string | undefined {
  if (keyType === 'dsa') return 'DSA key';
  const bits = keyBits ?? Number.POSITIVE_INFINITY;
  if ((keyType === 'rsa' || keyType === 'rsa-pss') && bits < 2048) return `RSA key of ${bits} bits`;
  if (keyType === 'ec' && bits < 224) return `EC key of ${bits} bits`;
  if (signatureHash === 'md5' || signatureHash === 'sha1') return `signed with ${signatureAlgorithm}`;
  return undefined;
}
