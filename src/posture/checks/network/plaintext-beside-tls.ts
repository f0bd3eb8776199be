/** NET-006: `tls-port` is open and `port` still is too. */

import type { Check } from '../../check.ts';
import { raiseWhenPublic } from '../../exposure.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const plaintextBesideTls: Check = {
  id: 'NET-006',
  area: 'network',
  title: 'The plaintext port is still open beside TLS',
  goal: 'Where TLS is on, the plaintext port is closed',
  severity: 'medium',
  rationale:
    'tls-port adds a port, it does not close one; tls-replication only encrypts what this node sends out. Clients left ' +
    'on the old port keep sending passwords in clear, and client certificates are asked of nobody there. Seen on every ' +
    'version from 6.0 to 9.1: `port 0` is the one thing that closes it.',
  evaluate: (snapshot, context) =>
    readSettings(snapshot, ['port', 'tls-port'], (settings) => {
      const { port } = settings;
      if (settings['tls-port'].value === '0') return notApplicable('no TLS port is open');
      if (port.value === '0') return pass('port 0', port.from);
      const verdict = fail(
        [
          evidence(`port ${port.value}`, port.from),
          evidence(`tls-port ${settings['tls-port'].value}`, settings['tls-port'].from),
        ],
        [set('port', '0')],
      );
      if (verdict.status !== 'fail' || !context.expected.tls.required)
        return raiseWhenPublic(context, verdict, 'high');
      return { ...verdict, severity: { value: 'high', because: 'TLS is required here' } };
    }),
  remedy:
    'Move every client, replica and Sentinel to the TLS port, then set port 0 (at run time from 6.2 on; open plaintext ' +
    'connections stay until they are closed).',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'port 6379\ntls-port 6380\n' },
    good: { server: 'redis-7.2', conf: 'port 0\ntls-port 6380\n' },
  },
};
