/** TLS-002: TLS beside an open plaintext port protects only those who choose it. */

import type { Check } from '../../check.ts';
import { TLS_CONF, tlsConf } from '../../example.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const plaintextPortOpen: Check = {
  id: 'TLS-002',
  area: 'tls',
  title: 'The plaintext port is still open beside TLS',
  goal: 'The plaintext port is closed where TLS is on',
  severity: 'high',
  rationale:
    'tls-port opens a second port and closes nothing: on every version tested plaintext clients and replicas were still let in. A client that is misconfigured, or made to fall back, sends its password in clear.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['tls-port', 'port'], ({ 'tls-port': tls, port }) => {
      if (tls.value === '0') return notApplicable('no TLS port is open');
      if (port.value === '0') return pass('port 0', port.from);
      return fail(
        [evidence(`port ${port.value} beside tls-port ${tls.value}`, port.from)],
        [set('port', '0')],
        'Clients may still log in without encryption.',
      );
    }),
  remedy:
    'Move the clients, then set port 0. From 6.2 CONFIG SET port 0 works at run time and keeps the connections that are open; 6.0 needs a restart.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: tlsConf({ port: '6380' }) },
    good: { server: 'redis-7.2', conf: TLS_CONF },
  },
};
