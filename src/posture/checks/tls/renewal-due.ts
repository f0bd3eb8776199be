/**
 * TLS-042: past two thirds of its life a certificate is due, whatever that life is: the last third is for what goes
 * wrong. Its last days belong to TLS-011.
 */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleServed } from '../../example.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeCertificates, momentOf, renewal } from './server-certificate.ts';

const DAY_MS = 86_400_000;

export const renewalDue: Check = {
  id: 'TLS-042',
  area: 'tls',
  title: 'The server certificate is due for renewal',
  goal: 'Certificates are renewed at two thirds of their life',
  severity: 'low',
  rationale:
    'A renewal that starts in the last days has no room for a CA that does not answer, a host that is down or a person on leave. Two thirds of the issued life is when cert-manager and step renew as well; the last third is the time to notice that it failed.',
  evaluate: (snapshot, context) => {
    const at = momentOf(snapshot, context).getTime();
    const lateMs = context.expected.tls.expiryWarningDays * DAY_MS;
    return judgeCertificates(
      snapshot,
      ({ notBefore, notAfter }) => {
        const start = new Date(notBefore).getTime();
        const end = new Date(notAfter).getTime();
        const due = start + ((end - start) * 2) / 3;
        return at >= due && end - at >= lateMs
          ? `due since ${new Date(due).toISOString().slice(0, 10)}, expires on ${notAfter.slice(0, 10)}`
          : undefined;
      },
      renewal(snapshot),
      'The time to notice a failed renewal has begun.',
    );
  },
  remedy: 'Run wardis tls renew from a timer, or let cert-manager or step renew and reload.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleServed(
        exampleCertificate({ notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2027-01-01T00:00:00.000Z' }),
      ),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleServed(exampleCertificate()) },
  },
};
