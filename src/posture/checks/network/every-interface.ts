/** NET-001: `bind` with a wildcard, or none at all, listens on every address of the host. */

import type { Check } from '../../check.ts';
import { hasTcpPort, raiseWhenPublic, tcpReach } from '../../exposure.ts';
import { readSettings, set, byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const everyInterface: Check = {
  id: 'NET-001',
  area: 'network',
  title: 'Listens on every interface',
  goal: 'The server listens only on addresses that were named',
  severity: 'high',
  rationale:
    'A wildcard in bind, the default since 6.2 and what an empty bind means up to 6.2, also covers addresses that the ' +
    'host gets later: a VPN, a container network, a public address. Only protected mode and the users stand between.',
  evaluate: (snapshot, context) =>
    readSettings(snapshot, ['bind'], ({ bind }) => {
      const reach = tcpReach(snapshot, bind.value);
      const shown = bind.value === '' ? 'bind is empty' : `bind ${bind.value}`;
      if (!hasTcpPort(snapshot)) return notApplicable('no TCP port is open');
      if (reach !== 'everywhere') return pass(shown, bind.from);
      const wanted = context.expected.settings.get('bind');
      const fix =
        wanted === undefined
          ? byHand('Set bind to the addresses that clients use, for example: bind 127.0.0.1 -::1')
          : set('bind', wanted.value);
      return raiseWhenPublic(context, fail([evidence(shown, bind.from)], [fix]), 'critical');
    }),
  remedy:
    'Name the addresses: bind 127.0.0.1 -::1 for local clients, and the one private address that the others use. A dash ' +
    'lets the server start when the address is absent (6.2 and later).',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'bind * -::*\n' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1 -::1\n' },
  },
};
