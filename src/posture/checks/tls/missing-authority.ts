/** TLS-027: what the server wants before it starts with TLS. */

import type { Check } from '../../check.ts';
import { TLS_CONF } from '../../example.ts';
import { readSettings, setAndRestart, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const missingAuthority: Check = {
  id: 'TLS-027',
  area: 'tls',
  title: 'The server will not start with this TLS configuration',
  goal: 'The TLS configuration is complete',
  severity: 'high',
  rationale:
    'tls-auth-clients defaults to yes, and then a CA is required: "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!" on every version. Without tls-cert-file or tls-key-file the TLS port cannot start either.',
  evaluate: (snapshot) =>
    readSettings(
      snapshot,
      [
        'tls-port',
        'tls-cert-file',
        'tls-key-file',
        'tls-ca-cert-file',
        'tls-ca-cert-dir',
        'tls-auth-clients',
        'tls-replication',
      ],
      (seen) => {
        const port = seen['tls-port'];
        if (port.value === '0') return notApplicable('no TLS port is open');
        const missing: string[] = [];
        if (seen['tls-cert-file'].value === '') missing.push('tls-cert-file');
        if (seen['tls-key-file'].value === '') missing.push('tls-key-file');
        const verifies =
          seen['tls-auth-clients'].value !== 'no' ||
          seen['tls-replication'].value === 'yes' ||
          settingValue(snapshot, 'tls-cluster') === 'yes';
        if (verifies && seen['tls-ca-cert-file'].value === '' && seen['tls-ca-cert-dir'].value === '')
          missing.push('tls-ca-cert-file');
        return missing.length === 0
          ? pass(`tls-port ${port.value} with certificate, key and CA`, port.from)
          : fail(
              [evidence(`tls-port ${port.value} without ${missing.join(', ')}`, port.from)],
              missing.map((name) =>
                setAndRestart(
                  name,
                  `/etc/redis/tls/${name === 'tls-ca-cert-file' ? 'ca.crt' : name === 'tls-key-file' ? 'redis.key' : 'redis.crt'}`,
                ),
              ),
              'The next start fails.',
            );
      },
    ),
  remedy: 'Set tls-cert-file, tls-key-file and tls-ca-cert-file.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'tls-port 6380\ntls-cert-file /etc/redis/tls/redis.crt\ntls-key-file /etc/redis/tls/redis.key\n',
    },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
