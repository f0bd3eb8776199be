/** TLS-028: new files alone change nothing; only a reload does. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleCertificate, exampleFiles, exampleServed } from '../../example.ts';
import { readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readCertificateFile, reload, servedCertificates } from './server-certificate.ts';

export const staleCertificate: Check = {
  id: 'TLS-028',
  area: 'tls',
  title: 'The server still serves an old certificate: the reload was forgotten',
  goal: 'The server serves the certificate that is on disk',
  severity: 'medium',
  rationale:
    'Writing new files changes nothing and SIGHUP is ignored on every version. CONFIG SET tls-cert-file to the same path reloads certificate, key and CA; a Sentinel needs a restart. Until then the old certificate runs out unnoticed.',
  evaluate: (snapshot) => {
    const served = servedCertificates(snapshot);
    return readSettings(
      snapshot,
      ['tls-cert-file', 'tls-port'],
      ({ 'tls-cert-file': { value: path }, 'tls-port': port }) => {
        if (path === '' || port.value === '0') return notApplicable('no certificate is served');
        return readCertificateFile(snapshot, path, ([filed], from) => {
          if (filed === undefined) return notApplicable(`${path} holds no certificate`);
          if (served.length === 0) {
            return {
              status: 'unknown',
              missing: 'the certificate that is served',
              why: 'no TLS handshake was made',
              look: 'audit the running server, or read: openssl s_client -connect HOST:PORT',
            };
          }
          const old = served.filter(({ leaf }) => leaf.fingerprintSha256 !== filed.fingerprintSha256);
          return old.length === 0
            ? pass(`${path} is what is served`, from)
            : fail(
                old.map(({ leaf, where }) =>
                  evidence(
                    `${where}: serial ${leaf.serial}, until ${leaf.notAfter.slice(0, 10)}; in ${path}: serial ${filed.serial}, until ${filed.notAfter.slice(0, 10)}`,
                    from,
                  ),
                ),
                [reload(snapshot)],
              );
        });
      },
    );
  },
  remedy: 'CONFIG SET tls-cert-file to the path that it already has. Open connections are kept.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: {
        ...exampleFiles({ '/etc/redis/tls/redis.crt': [exampleCertificate()] }),
        ...exampleServed(exampleCertificate({ serial: '09', fingerprintSha256: 'bb'.repeat(32) })),
      },
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: {
        ...exampleFiles({ '/etc/redis/tls/redis.crt': [exampleCertificate()] }),
        ...exampleServed(exampleCertificate()),
      },
    },
  },
};
