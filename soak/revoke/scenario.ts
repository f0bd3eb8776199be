/** One random revocation: which nodes, what is wrong with each, who tries to get in, and who works against it. */
import type { Random } from '../acl/random.ts';
import { HABITS } from './intruder.ts';
import type { WireFault } from './wire.ts';

/** What is wrong with a node. */
export type NodeFault =
  | { readonly kind: 'none' }
  /** Stopped before it begins, and going on after so long; undefined: only when it is over. */
  | { readonly kind: 'paused'; readonly forMs: number | undefined }
  | { readonly kind: 'killed'; readonly forMs: number | undefined }
  /** Stopped in the middle. */
  | { readonly kind: 'paused-later'; readonly afterMs: number; readonly forMs: number | undefined }
  | { readonly kind: 'killed-later'; readonly afterMs: number; readonly forMs: number | undefined }
  | { readonly kind: 'wire'; readonly wire: WireFault };

/** Another administrator who brings the user back: so long after the start, so often. */
export interface Adversary {
  readonly node: number;
  readonly afterMs: number;
  readonly times: number;
  readonly everyMs: number;
}

export interface Scenario {
  readonly fleet: number;
  /** Of each node of the fleet. */
  readonly faults: readonly NodeFault[];
  /** Habits of the sessions at each node. */
  readonly sessions: readonly (readonly (readonly string[])[])[];
  readonly adversaries: readonly Adversary[];
  readonly account: 'delete' | 'keep-off';
  readonly knowsSecret: boolean;
  readonly deadlineMs: number;
  /** Whether nodes are killed and started again before the observer looks. */
  readonly restart: boolean;
}

const SESSIONS_MAX = 4;

/** `sizes` are the numbers of nodes of the fleets to choose from. */
export function randomScenario(random: Random, sizes: readonly number[]): Scenario {
  const fleet = random.below(sizes.length);
  const nodes = Array.from({ length: sizes[fleet] ?? 1 }, (_, at) => at);
  const calm = random.chance(1, 5);
  return {
    fleet,
    faults: nodes.map(() => (calm || random.chance(3, 5) ? { kind: 'none' } : randomFault(random))),
    sessions: nodes.map(() =>
      Array.from({ length: random.below(SESSIONS_MAX + 1) }, () => random.pick(HABITS)),
    ),
    adversaries: calm || random.chance(2, 3) ? [] : [randomAdversary(random, nodes.length)],
    account: random.chance(1, 4) ? 'keep-off' : 'delete',
    knowsSecret: random.chance(2, 3),
    deadlineMs: random.pick([0, 300, 1200]),
    restart: random.chance(1, 4),
  };
}

function randomFault(random: Random): NodeFault {
  const forMs = random.chance(1, 2) ? undefined : 100 + random.below(700);
  const afterMs = random.below(60);
  switch (random.below(6)) {
    case 0:
      return { kind: 'paused', forMs };
    case 1:
      return { kind: 'killed', forMs };
    case 2:
      return { kind: 'paused-later', afterMs, forMs };
    case 3:
      return { kind: 'killed-later', afterMs, forMs };
    case 4:
      return { kind: 'wire', wire: { delayMs: 1 + random.below(40), cutAfter: undefined, cuts: 0 } };
    default:
      return {
        kind: 'wire',
        wire: {
          delayMs: random.below(5),
          cutAfter: random.below(9000),
          cuts: random.chance(1, 3) ? 1000 : 1 + random.below(3),
        },
      };
  }
}

function randomAdversary(random: Random, nodes: number): Adversary {
  return {
    node: random.below(nodes),
    afterMs: random.below(120),
    times: random.chance(1, 4) ? 200 : 1 + random.below(3),
    everyMs: 1 + random.below(20),
  };
}
