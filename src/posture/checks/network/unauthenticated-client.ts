/** NET-008: a client without credentials was let in when it was tried. */

import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { rows } from '../../rights.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const unauthenticatedClient: Check = {
  id: 'NET-008',
  area: 'network',
  title: 'A client without credentials got in',
  goal: 'Every listening address asks for credentials',
  severity: 'high',
  rationale:
    'Tried, not read: a fresh connection without AUTH was answered. Worms that look for such servers (P2PInfect, ' +
    'HeadCrab, Migo) need no more than this.',
  evaluate: (snapshot) =>
    readFact(snapshot.listeners, 'how a client without credentials is answered', (listeners, from) => {
      const open = listeners.filter(({ answer }) => answer === 'open');
      if (open.length === 0 && listeners.length === 0)
        return {
          status: 'unknown',
          missing: 'listeners',
          why: 'no address was tried',
          look: 'redis-cli -h HOST PING',
        };
      if (open.length === 0) return pass('no address answered a client without credentials', from);
      const verdict = fail(
        rows(open, ({ address, transport, vantage }) =>
          evidence(`${address} (${transport}) lets anyone in, tried from ${vantage}`, {
            kind: 'probe',
            address,
            what: 'PING without AUTH',
          }),
        ),
        [{ kind: 'harden', options: '' }, byHand('Until then close the port to other hosts at the firewall')],
      );
      const remote = open.some(({ vantage }) => vantage === 'remote');
      if (verdict.status !== 'fail' || !remote) return verdict;
      return { ...verdict, severity: { value: 'critical', because: 'it was open from another host' } };
    }),
  remedy: 'Switch the default user off (`user default off resetpass`) after every client has its own user.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-06', 'AP-14'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: {
        listeners: exampleFact([
          { address: '127.0.0.1:6379', transport: 'plaintext', vantage: 'loopback', answer: 'open' },
        ] as const),
      },
    },
    good: {
      server: 'redis-7.2',
      conf: 'requirepass 6f1c0b5f9a7e4d38b2c1\n',
      facts: {
        listeners: exampleFact([
          {
            address: '127.0.0.1:6379',
            transport: 'plaintext',
            vantage: 'loopback',
            answer: 'authentication-required',
          },
        ] as const),
      },
    },
  },
};
