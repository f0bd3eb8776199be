/** TLS-016: how long a stolen key stays good. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates } from './server-certificate.ts';

const DAY_MS = 86_400_000;

export const longLifetime: Check = {
  id: 'TLS-016',
  area: 'tls',
  title: 'The server certificate is valid for too long',
  goal: 'Certificates are short-lived enough to be rotated as a habit',
  severity: 'low',
  rationale:
    'No version checks revocation, neither by CRL nor by OCSP: a stolen key stays good until its certificate expires. A short lifetime is the only limit, and a rotation that is done often is one that works.',
  evaluate: (snapshot, context) => {
    const days = context.expected.tls.lifetimeDaysMax;
    return judgeCertificates(
      snapshot,
      ({ notBefore, notAfter }) => {
        const lifetime = Math.round((new Date(notAfter).getTime() - new Date(notBefore).getTime()) / DAY_MS);
        return lifetime > days ? `valid for ${lifetime} days, wanted: at most ${days}` : undefined;
      },
      [byHand(`Issue certificates for at most ${days} days.`)],
      'A stolen key can be used until the certificate expires.',
    );
  },
  remedy: 'Issue certificates for about a year or less and rotate them in place.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ notAfter: '2036-11-01T00:00:00.000Z' })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
