/** TLS-033: the CAs that the server trusts run out too. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleAuthority, exampleFiles } from '../../example.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { momentOf, readCertificateFile, whereTlsIsOn } from './server-certificate.ts';

const DAY_MS = 86_400_000;

export const authorityExpired: Check = {
  id: 'TLS-033',
  area: 'tls',
  title: 'A trusted CA has expired or expires soon',
  goal: 'Every trusted CA is valid for the coming months',
  severity: 'high',
  rationale:
    'When the CA expires, every client, replica and cluster link that it signed is refused at the next handshake, all at once. Nothing warns of it.',
  evaluate: (snapshot, context) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-ca-cert-file'], ({ 'tls-ca-cert-file': { value: path } }) => {
        if (path === '') return notApplicable('no tls-ca-cert-file is set');
        const until =
          momentOf(snapshot, context).getTime() + 3 * context.expected.tls.expiryWarningDays * DAY_MS;
        return readCertificateFile(snapshot, path, (certificates, from) => {
          const old = certificates.filter(({ notAfter }) => new Date(notAfter).getTime() < until);
          return old.length === 0
            ? pass(
                `${path}: ${certificates.map(({ subject, notAfter }) => `${subject} until ${notAfter.slice(0, 10)}`).join(', ')}`,
                from,
              )
            : fail(
                old.map(({ subject, notAfter }) =>
                  evidence(`${path}: ${subject} until ${notAfter.slice(0, 10)}`, from),
                ),
                [
                  byHand(
                    'Trust old and new CA together, reissue every certificate, then drop the old one: wardis tls rotate ca.',
                  ),
                ],
              );
        });
      }),
    ),
  remedy:
    'Put the new CA beside the old one in the file, reload, reissue all certificates, then take the old one out and reload again.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleFiles({
        '/etc/redis/tls/ca.crt': [exampleAuthority({ notAfter: '2026-12-24T00:00:00.000Z' })],
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleFiles({ '/etc/redis/tls/ca.crt': [exampleAuthority()] }),
    },
  },
};
