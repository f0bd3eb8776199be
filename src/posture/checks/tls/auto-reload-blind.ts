/** TLS-029: the automatic reload of Valkey 9.1 looks at the first CA only. */

import type { Check } from '../../check.ts';
import { exampleAuthority, exampleFiles, tlsConf } from '../../example.ts';
import { readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { readCertificateFile, reload } from './server-certificate.ts';

export const autoReloadBlind: Check = {
  id: 'TLS-029',
  area: 'tls',
  title: 'The automatic TLS reload does not notice a change of the second CA',
  goal: 'A change of any trusted CA takes effect',
  severity: 'low',
  rationale:
    'tls-auto-reload-interval (Valkey 9.1) watches the server certificate and the first certificate of the CA file. Adding or removing a second CA went unnoticed, so a CA that was taken out of the file stays trusted.',
  appliesWhen: (snapshot) =>
    !snapshot.product.known ||
    snapshot.settings.has('tls-auto-reload-interval') ||
    'this version has no automatic reload',
  evaluate: (snapshot) =>
    readSettings(
      snapshot,
      ['tls-auto-reload-interval', 'tls-ca-cert-file'],
      ({ 'tls-auto-reload-interval': interval, 'tls-ca-cert-file': { value: path } }) => {
        if (interval.value === '0') return notApplicable('tls-auto-reload-interval is 0');
        if (path === '') return notApplicable('no tls-ca-cert-file is set');
        return readCertificateFile(snapshot, path, (certificates, from) =>
          certificates.length > 1
            ? fail(
                [
                  evidence(
                    `${path} holds ${certificates.length} CAs, tls-auto-reload-interval ${interval.value}`,
                    from,
                  ),
                ],
                [reload(snapshot)],
                'A CA that was removed from the file may still be trusted.',
              )
            : pass(`${path} holds one CA`, from),
        );
      },
    ),
  remedy:
    'After every change of the CA file run CONFIG SET tls-cert-file with the path that it already has; that takes the whole file.',
  references: [REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'valkey-9.1',
      conf: tlsConf({ 'tls-auto-reload-interval': '60' }),
      facts: exampleFiles({
        '/etc/redis/tls/ca.crt': [exampleAuthority(), exampleAuthority({ serial: '02' })],
      }),
    },
    good: {
      server: 'valkey-9.1',
      conf: tlsConf({ 'tls-auto-reload-interval': '60' }),
      facts: exampleFiles({ '/etc/redis/tls/ca.crt': [exampleAuthority()] }),
    },
  },
};
