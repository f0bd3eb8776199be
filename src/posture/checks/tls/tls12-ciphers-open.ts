/** TLS-007: `tls-ciphersuites` is for TLS 1.3 only; `tls-ciphers` is the list for 1.2. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, judgeSetting, notApplicable, pass } from '../../verdict.ts';
import { whereTlsIsOn } from './server-certificate.ts';

export const tls12CiphersOpen: Check = {
  id: 'TLS-007',
  area: 'tls',
  title: 'The cipher list leaves TLS 1.2 to the library',
  goal: 'TLS 1.2 ciphers are listed too',
  severity: 'medium',
  rationale:
    'tls-ciphersuites binds TLS 1.3 alone. With tls-ciphers empty TLS 1.2 keeps the defaults of OpenSSL: ECDHE-ECDSA-AES128-SHA, a CBC cipher with SHA-1, was accepted by every version tested.',
  evaluate: (snapshot, context) =>
    whereTlsIsOn(snapshot, () =>
      readSettings(snapshot, ['tls-ciphers', 'tls-ciphersuites', 'tls-protocols'], (seen) => {
        const protocols = seen['tls-protocols'].value.toLowerCase();
        if (protocols !== '' && !protocols.includes('tlsv1.2'))
          return pass(`tls-protocols ${protocols}`, seen['tls-protocols'].from);
        const { value, from } = seen['tls-ciphers'];
        if (value !== '') {
          return context.expected.settings.has('tls-ciphers')
            ? judgeSetting(snapshot, context, 'tls-ciphers')
            : pass(`tls-ciphers ${value}`, from);
        }
        const suites = seen['tls-ciphersuites'].value;
        if (suites === '' && !context.expected.settings.has('tls-ciphers'))
          return notApplicable('no cipher list is asked for here');
        const text = suites === '' ? 'tls-ciphers ""' : `tls-ciphersuites ${suites} with tls-ciphers ""`;
        return fail([evidence(text, from)], [set('tls-ciphers', context.expected.tls.ciphers)]);
      }),
    ),
  remedy: 'Set tls-ciphers to ECDHE with AES-GCM or ChaCha20-Poly1305, or allow TLS 1.3 only.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: tlsConf({ 'tls-ciphers': undefined, 'tls-ciphersuites': 'TLS_AES_256_GCM_SHA384' }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
