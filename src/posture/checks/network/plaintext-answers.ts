/** NET-007: a plaintext connection was answered although TLS is required, or although TLS asks for certificates. */

import type { Check } from '../../check.ts';
import type { ListenerFact } from '../../../fleet/index.ts';
import { exampleFact } from '../../example.ts';
import { rows } from '../../rights.ts';
import { readFact, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

const LISTENER = { vantage: 'remote', answer: 'authentication-required' } as const;

export const plaintextAnswers: Check = {
  id: 'NET-007',
  area: 'network',
  title: 'A plaintext client is answered where TLS is required',
  goal: 'No port answers a client that does not speak TLS',
  severity: 'high',
  rationale:
    'The conf file says what was meant; this is what a plaintext connection got. A port that asks for a password in ' +
    'clear gives the password to the network, and a client certificate demanded on the TLS port is worth nothing beside it.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.listeners, 'which ports answer', (listeners) => {
      const tls = listeners.some((listener) => listener.tls !== undefined);
      if (!tls && !context.expected.tls.required) return notApplicable('TLS is not required here');
      const plain = listeners.filter(speaksPlaintext);
      if (plain.length === 0) return pass('no plaintext connection was answered');
      return fail(
        rows(plain, (listener) =>
          evidence(`${listener.address} answers in plaintext: ${listener.answer}`, {
            kind: 'probe',
            address: listener.address,
            what: 'plaintext PING',
          }),
        ),
        [set('port', '0')],
      );
    }),
  remedy:
    'Serve TLS first (TLS-001) and move every client there; then set port 0, and close the plaintext connections that are ' +
    'still open (CLIENT KILL).',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'tls-port 6380\n',
      facts: {
        listeners: exampleFact([
          { ...LISTENER, address: '10.0.0.5:6379', transport: 'plaintext' },
          {
            ...LISTENER,
            address: '10.0.0.5:6380',
            transport: 'tls',
            tls: {
              protocol: 'TLSv1.3',
              cipher: 'TLS_AES_256_GCM_SHA384',
              chain: [],
              clientCertificate: 'required',
              trusted: true,
            },
          },
        ] satisfies ListenerFact[]),
      },
    },
    good: {
      server: 'redis-7.2',
      conf: 'port 0\ntls-port 6380\n',
      facts: {
        listeners: exampleFact([
          { address: '10.0.0.5:6379', transport: 'plaintext', vantage: 'remote', answer: 'closed' },
          {
            ...LISTENER,
            address: '10.0.0.5:6380',
            transport: 'tls',
            tls: {
              protocol: 'TLSv1.3',
              cipher: 'TLS_AES_256_GCM_SHA384',
              chain: [],
              clientCertificate: 'required',
              trusted: true,
            },
          },
        ] satisfies ListenerFact[]),
      },
    },
  },
};

function speaksPlaintext(listener: ListenerFact): boolean {
  const answered: readonly ListenerFact['answer'][] = ['open', 'authentication-required', 'protected-mode'];
  return listener.transport === 'plaintext' && answered.includes(listener.answer);
}
