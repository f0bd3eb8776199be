/** TLS-026: without session caching, clients that resume fail. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const sessionCachingOff: Check = {
  id: 'TLS-026',
  area: 'tls',
  title: 'Clients that resume TLS sessions fail, because session caching is off',
  goal: 'Clients may resume TLS sessions',
  severity: 'low',
  rationale:
    'With tls-session-caching no and client certificates in use, a client that resumes is refused on every version: "session id context uninitialized" in the log, an internal error alert at the client. It works with tls-auth-clients no.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-port', 'tls-auth-clients', 'tls-session-caching'], (seen) => {
      if (seen['tls-port'].value === '0') return notApplicable('no TLS port is open');
      if (seen['tls-auth-clients'].value === 'no')
        return notApplicable('client certificates are not looked at');
      const { value, from } = seen['tls-session-caching'];
      return value === 'no'
        ? fail(
            [evidence('tls-session-caching no', from)],
            [set('tls-session-caching', 'yes')],
            'Connections fail now and then, depending on the client library.',
          )
        : pass(`tls-session-caching ${value}`, from);
    }),
  remedy: 'Set tls-session-caching yes and shorten tls-session-cache-timeout instead.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ 'tls-session-caching': 'no' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
