/** What a command asks for whenever it is called properly: keys with their access, a channel, a database. */
import type { CommandPlan } from '../decision/command-plan.ts';
import { DATABASES_DEFAULT } from '../decision/database-check.ts';
import type { KeyNeed } from '../decision/key-spec.ts';
import type { Selector } from '../selector.ts';
import type { KeySpec } from '../table/command-table.ts';
import type { Dialect } from '../table/dialect.ts';
import { patternsGiving } from './coverage.ts';

/**
 * Why a granted command cannot run: no pattern at all, none that reads, none that writes, none that does both, no
 * channel, no database.
 */
export type Obstacle =
  'no-keys' | 'no-read' | 'no-write' | 'no-read-and-write' | 'no-channels' | 'no-databases';

/** What stands in the way of every proper call of the command, if anything does. */
export function findObstacle(plan: CommandPlan, selector: Selector, dialect: Dialect): Obstacle | undefined {
  if (plan.free) return undefined;
  const { allKeys, allChannels, allDatabases, keys, channels, databases } = selector;
  if (plan.channels !== 'none' && !allChannels && channels.length === 0) return 'no-channels';
  const lacksDatabase = !allDatabases && databases.every((id) => id >= DATABASES_DEFAULT);
  if (dialect.databases && lacksDatabase && plan.keys !== 'none') return 'no-databases';
  if (allKeys) return undefined;
  for (const need of demandedKeys(plan, dialect)) {
    if (keys.length === 0) return 'no-keys';
    if (patternsGiving(selector, need).length === 0) return OBSTACLES[need];
  }
  return undefined;
}

const OBSTACLES: Readonly<Record<KeyNeed, Obstacle>> = {
  0: 'no-keys',
  1: 'no-read',
  2: 'no-write',
  3: 'no-read-and-write',
};

/** Access of the keys that every proper call names. */
export function demandedKeys(plan: CommandPlan, dialect: Dialect): readonly KeyNeed[] {
  const { command } = plan;
  if (plan.keys === 'none' || RUNS_WITHOUT_KEYS.has(command.fullName)) return [];
  if (!dialect.selectors) return [0];
  switch (command.nativeFinder) {
    case 'sortROGetKeys':
      return dialect.sortRoUnchecked ? [] : [1];
    case 'sortGetKeys':
    case 'bitfieldGetKeys':
    case 'georadiusGetKeys':
    case 'xreadGetKeys':
      return [1];
    case 'setGetKeys':
      return [2];
    case 'migrateGetKeys':
      return [3];
    default:
      return command.keySpecs
        .filter((spec) => !spec.notKey && isAlwaysThere(spec, command.arity))
        .map((spec) => ((spec.read ? 1 : 0) | (spec.write ? 2 : 0)) as KeyNeed);
  }
}

const RUNS_WITHOUT_KEYS: ReadonlySet<string> = new Set([
  'eval',
  'eval_ro',
  'evalsha',
  'evalsha_ro',
  'fcall',
  'fcall_ro',
  'memory',
  'object',
  'debug',
  'stralgo',
  'xgroup',
  'xinfo',
]);

function isAlwaysThere({ begin }: KeySpec, arity: number): boolean {
  return begin.type === 'index' && begin.index < Math.abs(arity);
}
