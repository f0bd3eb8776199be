/** TLS-009: the server loads an expired certificate in silence. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { byWhoseClock, judgeCertificates, momentsOf, renewal } from './server-certificate.ts';

export const expired: Check = {
  id: 'TLS-009',
  area: 'tls',
  title: 'The server certificate has expired',
  goal: 'The server certificate is valid now',
  severity: 'critical',
  rationale:
    'Every version accepts an expired certificate without a word, at start and at reload. Nothing is logged and open connections live on; new clients that verify are refused, and people then switch verification off.',
  evaluate: (snapshot, context) => {
    const moments = momentsOf(snapshot, context);
    return judgeCertificates(
      snapshot,
      ({ notAfter }) => {
        const whose = byWhoseClock(moments, (at) => new Date(notAfter) < at);
        return whose === undefined ? undefined : `expired on ${notAfter.slice(0, 10)} ${whose}`;
      },
      renewal(snapshot),
      'New connections fail, or their clients do not verify.',
    );
  },
  remedy:
    'Write the new certificate and key over the old files, then CONFIG SET tls-cert-file to the same path; one option reloads certificate, key and CA.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ notAfter: '2026-11-20T00:00:00.000Z' })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
