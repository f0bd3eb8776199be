/** NET-012: `-::1` in `bind` on 6.0, which takes the dash as part of a host name and does not start. */

import type { Check } from '../../check.ts';
import { before } from '../../conf-reading.ts';
import { bindAddresses } from '../../exposure.ts';
import { readFact, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const optionalAddress: Check = {
  id: 'NET-012',
  area: 'network',
  title: 'bind has a form that this version cannot start with',
  goal: 'bind is written in the words of the version',
  severity: 'high',
  rationale:
    'An address with a dash means "if it exists" from 6.2 on. 6.0 refuses to start: Could not create server TCP ' +
    'listening socket -::1:6379: Name or service not known (seen on 6.0.16).',
  appliesWhen: before({ redis: '6.2', valkey: '7.2' }, 'this version knows optional addresses'),
  evaluate: (snapshot) =>
    readSettings(snapshot, ['bind'], ({ bind }) => {
      const addresses = bindAddresses(bind.value);
      const odd = addresses.filter((address) => address.startsWith('-') || address === '*');
      // A default of the version is one that it starts with.
      if (odd.length === 0 || bind.from.kind === 'default')
        return pass(`bind ${bind.value || '""'}`, bind.from);
      const kept = addresses.filter((address) => !odd.includes(address));
      return readFact(snapshot.product, 'the server version', () =>
        fail(
          [evidence(`bind ${bind.value}`, bind.from)],
          [setAndRestart('bind', kept.join(' ') || '127.0.0.1')],
          'The server does not start.',
        ),
      );
    }),
  remedy: 'Write the addresses without a dash, or run 6.2 or later.',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-6.0', conf: 'bind 127.0.0.1 -::1\n' },
    good: { server: 'redis-6.0', conf: 'bind 127.0.0.1\n' },
  },
};
