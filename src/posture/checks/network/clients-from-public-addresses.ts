/** NET-014: clients are connected from addresses of the internet, and the request does not say public. */

import type { Check } from '../../check.ts';
import { exampleClient, exampleFact } from '../../example.ts';
import { isPublicAddress } from '../../exposure.ts';
import { rows } from '../../rights.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const clientsFromPublicAddresses: Check = {
  id: 'NET-014',
  area: 'network',
  title: 'Clients are connected from public addresses',
  goal: 'Clients connect from the networks that were declared',
  severity: 'high',
  rationale:
    'Whatever bind and the firewall say, CLIENT LIST shows sessions from addresses of the internet: the server is ' +
    'reachable from there.',
  appliesWhen: (_snapshot, context) =>
    context.expected.request.exposure !== 'public' || 'public exposure is declared',
  evaluate: (snapshot) =>
    readFact(snapshot.clients, 'CLIENT LIST', (clients, from) => {
      const strangers = clients.filter(({ address }) => isPublicAddress(hostOf(address)));
      if (strangers.length === 0) return pass(`${clients.length} clients, all from private addresses`, from);
      return fail(
        rows(strangers, ({ address, user, ageSeconds }) =>
          evidence(`${address} as ${user}, for ${ageSeconds} s`, from),
        ),
        [
          byHand(
            'Limit the port to the declared client ranges at the firewall, then CLIENT KILL these sessions',
          ),
        ],
      );
    }),
  remedy:
    'Close the port to the internet at the firewall, end those sessions, and rotate the passwords they used.',
  references: [REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: { clients: exampleFact([exampleClient({ address: '8.8.4.4:50000' })]) },
    },
    good: {
      server: 'redis-7.2',
      conf: '',
      facts: { clients: exampleFact([exampleClient({ address: '10.0.0.9:50000' })]) },
    },
  },
};

/** The host of `10.0.0.9:40000` and of `[2001:db8::1]:40000`. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
