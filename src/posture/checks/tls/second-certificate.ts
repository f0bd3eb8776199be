/** TLS-020: of several certificates in one file only the first is served. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleAuthority, exampleCertificate, exampleFiles } from '../../example.ts';
import { byHand, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readCertificateFile, whereTlsIsOn } from './server-certificate.ts';

export const secondCertificate: Check = {
  id: 'TLS-020',
  area: 'tls',
  title: 'The certificate file holds a second server certificate that is never served',
  goal: 'The certificate file holds one server certificate and its chain',
  severity: 'low',
  rationale:
    'Two certificates and two keys in one file are accepted, but only the first pair is served on every version. Whoever relies on the second, for example for a second algorithm or a rotation, relies on nothing.',
  evaluate: (snapshot) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-cert-file'], ({ 'tls-cert-file': { value: path } }) => {
        if (path === '') return notApplicable('no tls-cert-file is set');
        return readCertificateFile(snapshot, path, (certificates, from) => {
          const leaves = certificates.filter((certificate) => !certificate.isCa);
          return leaves.length > 1
            ? fail(
                [
                  evidence(
                    `${path}: ${leaves.map(({ subject, serial }) => `${subject} (${serial})`).join(', ')}`,
                    from,
                  ),
                ],
                [
                  byHand(
                    `Keep only ${leaves[0]?.subject ?? 'the first certificate'} and its chain in ${path}.`,
                  ),
                ],
              )
            : pass(`${path} holds one server certificate`, from);
        });
      }),
    ),
  remedy: 'Keep one server certificate, followed by its intermediate CAs, in tls-cert-file.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleFiles({
        '/etc/redis/tls/redis.crt': [exampleCertificate(), exampleCertificate({ serial: '0B' })],
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleFiles({ '/etc/redis/tls/redis.crt': [exampleCertificate(), exampleAuthority()] }),
    },
  },
};
