/** TLS-041: nodes of one fleet that let in the clients of different authorities. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleLook } from '../../example.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { peersOf, readLook } from './fleet-look.ts';

const NODES_SHOWN = 4;

export const trustDiffers: Check = {
  id: 'TLS-041',
  area: 'tls',
  title: 'Nodes of one fleet trust different CAs',
  goal: 'All nodes of a fleet trust the same CAs',
  severity: 'medium',
  rationale:
    'Trust is a file on each host and travels nowhere. Where it differs, a client is let in by one node and refused by the next, after a failover above all; and a CA that was dropped on some nodes still opens the others.',
  evaluate: (snapshot) =>
    readLook(snapshot, (look, from) => {
      if (peersOf(snapshot, look).length === 0) return notApplicable('there is no other node');
      const { trustGroups } = look;
      const own = trustGroups.find(({ nodes }) => nodes.includes(snapshot.subject));
      if (own === undefined) {
        return {
          status: 'unknown',
          missing: 'what this node trusts',
          why: 'its CA file was not read',
          look: 'wardis tls inspect --files, here or on its host',
          reason: 'not-asked',
        };
      }
      const seen = trustGroups.reduce((sum, { nodes }) => sum + nodes.length, 0);
      if (seen < 2) return notApplicable('of no other node it is known what it trusts');
      const others = trustGroups.filter((group) => group !== own);
      return others.length === 0
        ? pass(`${seen} nodes trust ${own.authorities.join(', ')}`, from)
        : fail(
            [own, ...others].map(({ authorities, nodes }) =>
              evidence(`${printNodes(nodes)} trust ${authorities.join(', ') || 'nobody'}`, from),
            ),
            [byHand('Bring the CA file of all nodes to the same content: wardis tls rotate ca.')],
          );
    }),
  remedy: 'Place the same CA file on every node and reload; a Sentinel needs a restart.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: exampleLook({
        trustGroups: [
          { authorities: ['CN=Example private CA'], nodes: ['redis.conf'] },
          { authorities: ['CN=New CA'], nodes: ['10.0.0.6:6379'] },
        ],
      }),
    },
    good: { server: 'redis-7.2', conf: TLS_CONF, facts: exampleLook() },
  },
};

function printNodes(nodes: readonly string[]): string {
  const rest = nodes.length - NODES_SHOWN;
  return `${nodes.slice(0, NODES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
