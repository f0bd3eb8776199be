/**
 * Who hears keyspace notifications of keys that are not theirs: `__keyevent@0__:set` carries the names of all keys,
 * `__keyspace@0__:NAME` tells what happens to one. Seen on real servers, Redis 6.2.16 - 8.0.6 and Valkey 9.1.2.
 */
import { automatonOf } from '../compare/glob-automaton.ts';
import { findMissed, STEPS_MAX } from '../compare/glob-inclusion.ts';
import type { Budget } from '../compare/glob-inclusion.ts';
import { findCommon } from '../compare/glob-overlap.ts';
import { canRun } from '../decision/reach.ts';
import type { Selector, User } from '../selector.ts';

/** May the user subscribe to a channel on which other tenants' key names or key events appear? */
export function hearsForeignKeys(user: User): boolean {
  const budget = { steps: STEPS_MAX };
  if (!user.selectors.some((selector) => hearsEvents(selector, budget))) return false;
  return ['subscribe', 'psubscribe'].some((name) => canRun(user, name, user.table) !== 'no');
}

const KEYEVENT = automatonOf('__keyevent@*__:*');
const KEYSPACE = automatonOf('__keyspace@*__:*');

function hearsEvents({ allChannels, allKeys, engine }: Selector, budget: Budget): boolean {
  if (allChannels) return true;
  return engine.channels.some((pattern) => {
    const channel = automatonOf(pattern);
    if (findCommon(channel, KEYEVENT) !== undefined) return true;
    if (allKeys || findCommon(channel, KEYSPACE) === undefined) return false;
    const own = engine.keys.map((key) => automatonOf(`__keyspace@*__:${key.pattern}`));
    return findMissed(own, channel, budget) !== undefined;
  });
}
