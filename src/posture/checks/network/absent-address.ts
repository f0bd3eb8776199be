/** NET-013: `bind` names an address without a dash: the server does not start on a host that lacks it. */

import type { Check } from '../../check.ts';
import { bindAddresses, isLoopback, isWildcard } from '../../exposure.ts';
import { readFact, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const absentAddress: Check = {
  id: 'NET-013',
  area: 'network',
  title: 'bind names the same address twice',
  goal: 'The server can listen on every address that bind names',
  severity: 'medium',
  rationale:
    'From 6.2 on an address that the host lacks, or that is taken already, stops the start: Failed listening on port ' +
    '6379 (TCP), aborting. 6.0 starts on the rest without a word. The same address twice fails on every start; one that ' +
    'is missing cannot be seen in a file, so each named address is for a person to confirm.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['bind'], ({ bind }) =>
      readFact(snapshot.product, 'the server version', () => {
        const addresses = bindAddresses(bind.value);
        const twice = addresses.filter((address, at) => addresses.indexOf(address) !== at);
        if (twice.length > 0)
          return fail(
            [evidence(`bind ${bind.value}: ${twice.join(' ')} stands there twice`, bind.from)],
            [setAndRestart('bind', [...new Set(addresses)].join(' '))],
            'The second attempt to listen fails, and the server with it.',
          );
        const named = addresses.filter(
          (address) => !address.startsWith('-') && !isLoopback(address) && !isWildcard(address),
        );
        if (snapshot.origin === 'live' || named.length === 0)
          return pass(`bind ${bind.value || '""'}`, bind.from);
        return {
          status: 'manual',
          instruction: `Confirm that the host has ${named.join(' ')} before the server starts (ip addr), or write -${named[0] ?? ''}`,
        };
      }),
    ),
  remedy: 'Name each address once; put a dash before one that may be missing at start (6.2 and later).',
  references: [REFERENCES.admin],
  examples: {
    bad: { server: 'redis-7.2', conf: 'bind 127.0.0.1 10.0.0.5 10.0.0.5\n' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1 -10.0.0.5\n' },
  },
};
