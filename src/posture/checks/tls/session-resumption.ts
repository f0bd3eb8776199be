/** TLS-025: a resumed session is not verified again, so an expired client certificate gets back in. */

import type { Check } from '../../check.ts';
import { tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const sessionResumption: Check = {
  id: 'TLS-025',
  area: 'tls',
  title: 'Session resumption lets an expired client certificate back in',
  goal: 'An expired client certificate is locked out soon',
  severity: 'low',
  rationale:
    'A resumed session skips the check of the certificate on every version. With TLS 1.2 an expired client gets in for tls-session-cache-timeout (300 s by default) after its last full handshake; with TLS 1.3 without end if it resumes more often than that, because each resumption hands out a new ticket. Any CONFIG SET that rebuilds the TLS context ends it.',
  evaluate: (snapshot, context) =>
    readSettings(
      snapshot,
      ['tls-port', 'tls-auth-clients', 'tls-session-caching', 'tls-session-cache-timeout', 'tls-protocols'],
      (seen) => {
        if (seen['tls-port'].value === '0') return notApplicable('no TLS port is open');
        if (seen['tls-auth-clients'].value === 'no')
          return notApplicable('client certificates are not looked at');
        if (seen['tls-session-caching'].value === 'no') return notApplicable('sessions are not resumed');
        const { value, from } = seen['tls-session-cache-timeout'];
        const expected = context.expected.settings.get('tls-session-cache-timeout');
        const short =
          expected === undefined ? Number(value) > 0 && Number(value) <= 300 : expected.accepts(value);
        if (!short) {
          const wanted = expected?.accepted ?? '1 to 300 seconds';
          return fail(
            [evidence(`tls-session-cache-timeout ${value}, wanted: ${wanted}`, from)],
            [set('tls-session-cache-timeout', expected?.value ?? '300')],
          );
        }
        const protocols = seen['tls-protocols'].value.toLowerCase();
        if (protocols !== '' && !protocols.includes('tlsv1.3'))
          return pass(`tls-session-cache-timeout ${value}, no TLS 1.3`, from);
        return {
          status: 'manual',
          instruction:
            'When a client certificate expires or must go, run CONFIG SET tls-cert-file with the path it already has, on every node: it ends all resumption. TLS 1.3 clients could otherwise resume without end.',
        };
      },
    ),
  remedy:
    'Shorten tls-session-cache-timeout, and reload TLS (CONFIG SET tls-cert-file to the same path) whenever a client certificate has expired or must go. Do not switch tls-session-caching off: clients that resume then fail.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  attackPaths: ['AP-13'],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-session-cache-timeout': '86400' }) },
    good: {
      server: 'redis-7.2',
      conf: tlsConf({ 'tls-session-cache-timeout': '60', 'tls-protocols': 'TLSv1.2' }),
    },
  },
};
