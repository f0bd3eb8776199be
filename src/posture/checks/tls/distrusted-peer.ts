/** TLS-040: what a node trusts against what its peers serve. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleFact, exampleLook } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { peersOf, readLook } from './fleet-look.ts';
import { reload } from './server-certificate.ts';

export const distrustedPeer: Check = {
  id: 'TLS-040',
  area: 'tls',
  title: 'This node does not trust the certificate of another node',
  goal: 'Every node trusts the certificates of all others',
  severity: 'high',
  rationale:
    'Open links live on through any change of files, so a node that no longer trusts its peers shows nothing until the next reconnect: a restart, a failover, a cut. Then replication or the cluster bus stays down. It is how a change of CA that reached only some of the nodes ends.',
  evaluate: (snapshot) =>
    readLook(snapshot, (look) => {
      const peers = peersOf(snapshot, look);
      if (peers.length === 0) return notApplicable('there is no other node');
      return readFact(look.distrusted, 'what this node trusts', (distrusted, from) =>
        distrusted.length === 0
          ? pass(`it trusts what its ${peers.length} peers serve`, from)
          : fail(
              distrusted.map(({ node, why }) => evidence(`${node}: ${why}`, from)),
              [
                byHand(
                  'If that CA is meant, as in a change of authorities: put it beside its own in tls-ca-cert-file; wardis tls rotate ca does it in the safe order. Else give the other node a certificate of the CA that this one trusts (wardis tls rotate leaf): whoever trusts a CA lets in every client of it.',
                ),
                reload(snapshot),
              ],
              'Links to them fail at the next reconnect.',
            ),
      );
    }),
  remedy:
    'Trust old and new CA together on every node first, reload, and only then reissue; drop the old CA last. wardis tls rotate ca keeps that order.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        distrusted: exampleFact([
          {
            node: '10.0.0.6:6379',
            why: 'the CA CN=New CA that signed CN=redis-2.example is not in the CA file',
          },
        ]),
      }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleLook() },
  },
};
