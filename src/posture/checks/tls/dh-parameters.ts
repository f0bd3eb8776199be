/** TLS-031: parameters of one's own for finite-field Diffie-Hellman are needed by no current OpenSSL. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

export const dhParameters: Check = {
  id: 'TLS-031',
  area: 'tls',
  title: 'Diffie-Hellman parameters of unknown strength are configured',
  goal: 'Key exchange is left to elliptic curves or to OpenSSL’s own groups',
  severity: 'low',
  rationale:
    'tls-dh-params-file serves OpenSSL before 3.0 only; from 3.0 on the library chooses sound groups by itself and the server’s own configuration file advises against the option. A file of 1024 bits weakens every DHE cipher.',
  evaluate: (snapshot) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-dh-params-file'], ({ 'tls-dh-params-file': { value, from } }) =>
        value === ''
          ? pass('tls-dh-params-file ""', from)
          : fail([evidence(`tls-dh-params-file ${value}`, from)], [set('tls-dh-params-file', '')]),
      ),
    ),
  remedy:
    'Remove tls-dh-params-file and list ECDHE ciphers only; with OpenSSL 1.1 keep a file of at least 2048 bits if DHE is needed.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-dh-params-file': '/etc/redis/tls/dh1024.pem' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
