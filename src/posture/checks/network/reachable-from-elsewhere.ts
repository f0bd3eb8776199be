/** NET-010: other hosts reach a server that is declared to be local. */

import type { Check } from '../../check.ts';
import { tcpReach } from '../../exposure.ts';
import { rows } from '../../rights.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const reachableFromElsewhere: Check = {
  id: 'NET-010',
  area: 'network',
  title: 'Other hosts reach a server declared local',
  goal: 'A server declared local listens on loopback only',
  severity: 'high',
  rationale:
    'The request says localhost, so users, TLS and firewall were judged as if nobody else could connect. An address ' +
    'besides loopback makes all of that wrong.',
  appliesWhen: (_snapshot, context) =>
    context.expected.request.exposure === 'localhost' || 'the server is meant to be reached by other hosts',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['bind'], ({ bind }) => {
      const remote = (snapshot.listeners.known ? snapshot.listeners.value : []).filter(
        ({ vantage, answer }) => vantage === 'remote' && answer !== 'closed' && answer !== 'silent',
      );
      const reach = tcpReach(snapshot, bind.value);
      const local = reach === 'loopback' || reach === 'nowhere';
      if (local && remote.length === 0) return pass(`bind ${bind.value || '""'}`, bind.from);
      const tried = rows(remote, ({ address, answer }) =>
        evidence(`${address} answered from another host: ${answer}`, {
          kind: 'probe',
          address,
          what: 'connection attempt',
        }),
      );
      const seen = local ? tried : [evidence(`bind ${bind.value || '""'}`, bind.from), ...tried];
      return fail(seen, [set('bind', '127.0.0.1 -::1')]);
    }),
  remedy: 'Bind to loopback, or declare the exposure that is really wanted and harden for it.',
  references: [REFERENCES.security],
  attackPaths: ['AP-06'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'bind 127.0.0.1 10.0.0.5\n' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1 -::1\n' },
  },
};
