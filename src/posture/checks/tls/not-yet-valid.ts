/** TLS-010: valid only later, by the server's clock or by that of its clients. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { byWhoseClock, judgeCertificates, momentsOf } from './server-certificate.ts';

export const notYetValid: Check = {
  id: 'TLS-010',
  area: 'tls',
  title: 'The server certificate is not yet valid',
  goal: 'The server certificate is already valid',
  severity: 'high',
  rationale:
    'A certificate from the future is loaded without a word at start. Either it was issued for later, or the clock of the server is behind; a drift of minutes does no harm, only leaving the time of validity does.',
  evaluate: (snapshot, context) => {
    const moments = momentsOf(snapshot, context);
    return judgeCertificates(
      snapshot,
      ({ notBefore }) => {
        const whose = byWhoseClock(moments, (at) => new Date(notBefore) > at);
        return whose === undefined ? undefined : `not valid before ${notBefore} ${whose}`;
      },
      [byHand('Set the clock right, or issue a certificate that is valid now.')],
      'Replicas and clients that verify are refused. They recover by themselves once the clock is right; do not promote them.',
    );
  },
  remedy: 'Correct the clock of the server, or issue the certificate again with an earlier start.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(exampleCertificate({ notBefore: '2026-12-01T00:00:00.000Z' })),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
