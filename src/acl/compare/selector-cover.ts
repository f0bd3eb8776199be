/** The parts of one selector's rights, and what a set of other selectors misses of them. */
import { toText } from '../bytes.ts';
import { DATABASES_DEFAULT } from '../decision/database-check.ts';
import type { KeyNeed } from '../decision/key-spec.ts';
import type { Selector } from '../selector.ts';
import { automatonOf } from './glob-automaton.ts';
import type { Automaton } from './glob-automaton.ts';
import { findMissed, STEPS_MAX } from './glob-inclusion.ts';
import type { Budget } from './glob-inclusion.ts';
import { sampleOf } from './glob-overlap.ts';
import type { Reached } from './right.ts';

/** What is missed of a set; `unknown` when a bound was met. */
export interface Missed {
  readonly reached: readonly Reached[];
  readonly unknown: boolean;
}

/** Keys or channels of a selector: everything, or patterns. */
interface Reach {
  readonly all: boolean;
  readonly patterns: readonly string[];
}

/** Reads patterns once, and compares the same sets once. Made for one comparison. */
export interface Coverage {
  /** Keys of `selector` that a need allows, and that no selector of `others` gives for the need. */
  readonly keysMissed: (selector: Selector, others: readonly Selector[], need: KeyNeed) => Missed;
  /** The same of channels that are matched by pattern. */
  readonly channelsMissed: (selector: Selector, others: readonly Selector[]) => Missed;
}

export function openCoverage(): Coverage {
  const automata = new Map<string, Automaton>();
  const known = new Map<string, Missed>();
  const budget: Budget = { steps: STEPS_MAX };
  const read = (pattern: string): Automaton => {
    const automaton = automata.get(pattern) ?? automatonOf(pattern);
    automata.set(pattern, automaton);
    return automaton;
  };
  const missed = (inner: Reach, outer: readonly Reach[], all: string): Missed => {
    if (outer.some((each) => each.all)) return NOTHING_MISSED;
    const patterns = [...new Set(outer.flatMap((each) => each.patterns))];
    const key = JSON.stringify([inner.all, inner.patterns, patterns]);
    const answer = known.get(key) ?? compare(inner, patterns, all, read, budget);
    known.set(key, answer);
    return answer;
  };
  return {
    keysMissed: (selector, others, need) =>
      missed(
        keysOf(selector, need),
        others.map((each) => keysOf(each, need)),
        'allkeys',
      ),
    channelsMissed: (selector, others) => missed(channelsOf(selector), others.map(channelsOf), 'allchannels'),
  };
}

/** Channels of PSUBSCRIBE: the argument must be a pattern of the rules, byte for byte. */
export function literalChannelsMissed(selector: Selector, others: readonly Selector[]): Missed {
  if (others.some(({ allChannels }) => allChannels)) return NOTHING_MISSED;
  const given = new Set(others.flatMap(({ engine }) => engine.channels));
  if (!selector.allChannels) {
    const reached = selector.engine.channels
      .filter((channel) => !given.has(channel))
      .map((channel) => ({ pattern: toText(channel), witness: toText(channel) }));
    return { reached, unknown: false };
  }
  let witness = '*';
  while (given.has(witness)) witness += 'a';
  return { reached: [{ pattern: 'allchannels', witness }], unknown: false };
}

/** A key that the selector gives for a need; undefined when it gives none. */
export function sampleKey(selector: Selector, need: KeyNeed): string | undefined {
  if (selector.allKeys) return 'k';
  for (const pattern of keysOf(selector, need).patterns) {
    const sample = sampleOf(automatonOf(pattern));
    if (sample !== undefined) return toText(sample);
  }
  return undefined;
}

/** Databases a selector gives, of those a server has when nothing sets their number. */
export function databasesOf(selector: Selector): readonly number[] {
  const all = Array.from({ length: DATABASES_DEFAULT }, (_, id) => id);
  return selector.allDatabases ? all : all.filter((id) => selector.databases.includes(id));
}

const NOTHING_MISSED: Missed = { reached: [], unknown: false };

function keysOf({ allKeys, engine }: Selector, need: KeyNeed): Reach {
  return {
    all: allKeys,
    patterns: engine.keys.filter(({ bits }) => (bits & need) === need).map(({ pattern }) => pattern),
  };
}

function channelsOf({ allChannels, engine }: Selector): Reach {
  return { all: allChannels, patterns: engine.channels };
}

function compare(
  inner: Reach,
  patterns: readonly string[],
  all: string,
  read: (pattern: string) => Automaton,
  budget: Budget,
): Missed {
  const outer = patterns.map(read);
  // The flag gives the empty key too, which no pattern but the empty one matches.
  const wanted = inner.all ? ['*', ''] : inner.patterns;
  const reached: Reached[] = [];
  let unknown = false;
  for (const pattern of wanted) {
    const missed = findMissed(outer, read(pattern), budget);
    if (typeof missed === 'string') {
      reached.push({ pattern: inner.all ? all : toText(pattern), witness: toText(missed) });
      if (inner.all) break;
    } else if (missed !== undefined) {
      unknown = true;
    }
  }
  return { reached, unknown };
}
