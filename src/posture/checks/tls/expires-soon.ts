/** TLS-011: the last days of a certificate. Expired ones belong to TLS-009. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates, momentOf, renewal } from './server-certificate.ts';

const DAY_MS = 86_400_000;

export const expiresSoon: Check = {
  id: 'TLS-011',
  area: 'tls',
  title: 'The server certificate expires soon',
  goal: 'The server certificate is renewed well before it expires',
  severity: 'medium',
  rationale:
    'No version warns before its certificate expires; only Valkey 9.1 shows the date at all (INFO tls). The first sign elsewhere is clients that cannot connect.',
  evaluate: (snapshot, context) => {
    const at = momentOf(snapshot, context).getTime();
    const days = context.expected.tls.expiryWarningDays;
    return judgeCertificates(
      snapshot,
      ({ notBefore, notAfter }) => {
        const end = new Date(notAfter).getTime();
        const left = Math.floor((end - at) / DAY_MS);
        // A certificate made to live a week is not late with six days left: then its last third counts.
        const late = 3 * (end - at) <= end - new Date(notBefore).getTime();
        return left >= 0 && left < days && late
          ? `expires in ${left} ${left === 1 ? 'day' : 'days'}, on ${notAfter.slice(0, 10)}`
          : undefined;
      },
      renewal(snapshot),
      `Fewer than ${days} days are left.`,
    );
  },
  remedy:
    'Renew, write over the old files, and CONFIG SET tls-cert-file to the same path. A Sentinel needs a restart.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ notAfter: '2026-12-01T00:00:00.000Z' })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
