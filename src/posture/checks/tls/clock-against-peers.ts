/** TLS-035: a node's own clock against the certificates of the nodes that it has to accept. */

import type { Check } from '../../check.ts';
import { TLS_CONF, exampleClock, exampleLook } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';
import { type Look, peersOf, readLook } from './fleet-look.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

export const clockAgainstPeers: Check = {
  id: 'TLS-035',
  area: 'tls',
  title: 'By this node’s clock the certificate of another node is not valid',
  goal: 'The clocks of all nodes lie within the validity of all certificates',
  severity: 'high',
  rationale:
    'Each node judges the certificates of the others by its own clock. A drift of minutes does no harm; once the clock leaves the time of validity, links break at the next reconnect, and a clock that jumps drops the link by itself, since repl-timeout goes by the wall clock. Replicas retry each second and come back by themselves when the clock is right: REPLICAOF NO ONE is not needed.',
  evaluate: (snapshot) =>
    readLook(snapshot, (look) => {
      const peers = peersOf(snapshot, look);
      if (peers.length === 0) return notApplicable('there is no other node');
      return readFact(snapshot.clock, 'TIME', ({ serverMs, localMs, roundTripMs }, from) => {
        const doubtMs = roundTripMs / 2;
        const { from: earliest, to: latest } = commonTime(look.peers);
        const within = serverMs + doubtMs >= earliest && serverMs - doubtMs <= latest;
        const seen = (within ? [] : peers).flatMap(({ node, leaf }) => {
          const early = serverMs + doubtMs < Date.parse(leaf.notBefore);
          const late = serverMs - doubtMs > Date.parse(leaf.notAfter);
          if (!early && !late) return [];
          const bound = early ? `is valid only from ${leaf.notBefore}` : `expired on ${leaf.notAfter}`;
          return [
            evidence(
              `${node}: ${leaf.subject} ${bound}, this node’s clock says ${printMoment(serverMs)}`,
              from,
            ),
          ];
        });
        if (seen.length === 0) return pass(`the clock is ${printOffset(serverMs - localMs)} ours`, from);
        return fail(
          seen,
          [
            byHand(
              `Set the clock of this node right: it is ${printOffset(serverMs - localMs)} ours. Links come back by themselves.`,
            ),
          ],
          'It refuses its peers at the next reconnect.',
        );
      });
    }),
  remedy:
    'Keep the clocks of all nodes in step (chrony, NTP), and issue certificates with a start some minutes in the past. Promote nobody: the links return by themselves.',
  references: [REFERENCES.tls, REFERENCES.tlsValkey],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: { ...exampleLook(), clock: exampleClock(-60 * DAY_MS) },
    },
    good: {
      server: 'redis-7.2',
      conf: TLS_CONF,
      facts: { ...exampleLook(), clock: exampleClock(600 * SECOND_MS) },
    },
  },
};

function printMoment(ms: number): string {
  return new Date(ms).toISOString();
}

/** `2 days behind`, to be followed by whose clock it is compared with. */
function printOffset(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / SECOND_MS);
  const side = ms < 0 ? 'behind' : 'ahead of';
  if (seconds < 120) return `${seconds} s ${side}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes ${side}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours ${side}` : `${Math.round(hours / 24)} days ${side}`;
}

/** When the certificates of all nodes are valid at once; worked out once for a fleet, which shares its list. */
function commonTime(peers: Look['peers']): { readonly from: number; readonly to: number } {
  const known = COMMON_TIMES.get(peers);
  if (known !== undefined) return known;
  const time = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  for (const { leaf } of peers) {
    time.from = Math.max(time.from, Date.parse(leaf.notBefore));
    time.to = Math.min(time.to, Date.parse(leaf.notAfter));
  }
  COMMON_TIMES.set(peers, time);
  return time;
}

const COMMON_TIMES = new WeakMap<Look['peers'], { readonly from: number; readonly to: number }>();
