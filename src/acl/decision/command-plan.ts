/**
 * What the decision needs to know of each command, worked out once per table: how its keys are found
 * (acl.c doesCommandHaveKeys, db.c getKeysFromCommandWithSpecs, Redis 7.2), which channels it names, and which rights it
 * never needs.
 */
import type { Command, CommandTable } from '../table/command-table.ts';
import type { Dialect } from '../table/dialect.ts';
import { addKey, findBySpecs } from './key-spec.ts';
import type { FoundKeys } from './key-spec.ts';
import { findNatively } from './native-keys.ts';

export interface CommandPlan {
  readonly command: Command;
  readonly subcommands: ReadonlyMap<string, CommandPlan>;
  /** Runs without any right (AUTH, HELLO). */
  readonly free: boolean;
  /** How keys are found; `one` is a single key at a fixed position, with its need. */
  readonly keys: 'none' | 'one' | 'specs' | 'native' | 'legacy';
  readonly oneAt: number;
  readonly oneNeed: 0 | 1 | 2 | 3;
  readonly channels: 'none' | 'first' | 'all' | 'patterns';
}

/** The plans of a table by command name in lower case; subcommands are under their containers. */
export function commandPlans(table: CommandTable): ReadonlyMap<string, CommandPlan> {
  if (table === lastTable) return lastPlans;
  const plans = cache.get(table) ?? makePlans(table);
  lastTable = table;
  lastPlans = plans;
  return plans;
}

const cache = new WeakMap<CommandTable, ReadonlyMap<string, CommandPlan>>();
// Nearly always the same table again: a comparison is cheaper than the weak map.
let lastTable: CommandTable | undefined;
let lastPlans: ReadonlyMap<string, CommandPlan> = new Map();

function makePlans(table: CommandTable): ReadonlyMap<string, CommandPlan> {
  const plans = new Map<string, CommandPlan>();
  for (const command of table.byIndex) {
    if (command.parent === undefined)
      plans.set(command.fullName.toLowerCase(), makePlan(command, table.dialect));
  }
  cache.set(table, plans);
  return plans;
}

/** Fills `found` with the keys that are checked. */
export function findKeys(
  plan: CommandPlan,
  argv: readonly string[],
  dialect: Dialect,
  found: FoundKeys,
): void {
  found.count = 0;
  switch (plan.keys) {
    case 'none':
      return;
    case 'one':
      return addKey(found, plan.oneAt, plan.oneNeed);
    case 'specs':
      if (!findBySpecs(plan.command, argv, dialect, found)) findNatively(plan.command, argv, dialect, found);
      return;
    case 'native':
      return findNatively(plan.command, argv, dialect, found);
    case 'legacy':
      return findLegacy(plan.command, argv, found);
  }
}

/** Runs without any right. */
export function isFree(command: Command, dialect: Dialect): boolean {
  return (
    (dialect.noAuthIsFree && command.flags.has('no_auth')) || dialect.alwaysAllowed.includes(command.fullName)
  );
}

/** 6.x: first, last and step; no keys at all when the arguments do not reach. */
function findLegacy(command: Command, argv: readonly string[], found: FoundKeys): void {
  const [first, lastKey, step] = command.legacy;
  const last = lastKey < 0 ? argv.length + lastKey : lastKey;
  for (let i = first; i <= last; i += Math.max(1, step)) {
    if (i >= argv.length) {
      found.count = 0;
      return;
    }
    addKey(found, i, 0);
  }
}

function makePlan(command: Command, dialect: Dialect): CommandPlan {
  const keys = keysOf(command, dialect);
  const [spec] = command.keySpecs;
  const one = keys === 'specs' && command.keySpecs.length === 1 ? spec : undefined;
  const fixed =
    one?.begin.type === 'index' && one.find.type === 'range' && one.find.last === 0 && !one.incomplete
      ? one.begin.index
      : 0;
  // The arity check comes first, so a key at a fixed position is there if the arity asks for it.
  const isFixed = fixed > 0 && Math.abs(command.arity) > fixed;
  return {
    command,
    subcommands: new Map(command.subcommands.map((sub) => [sub.name.toLowerCase(), makePlan(sub, dialect)])),
    free: isFree(command, dialect),
    keys: isFixed ? 'one' : keys,
    oneAt: fixed,
    oneNeed: ((one?.read === true ? 1 : 0) | (one?.write === true ? 2 : 0)) as 0 | 1 | 2 | 3,
    channels: CHANNELS.get(command.fullName) ?? 'none',
  };
}

function keysOf(command: Command, dialect: Dialect): CommandPlan['keys'] {
  const native = command.nativeFinder;
  if (!dialect.selectors)
    return native !== undefined ? 'native' : command.legacy[0] === 0 ? 'none' : 'legacy';
  const specs = command.keySpecs.some((spec) => !spec.notKey);
  if (!specs && native === undefined) return 'none';
  // Patched servers flag these specs as incomplete: the finder decides.
  if (native === 'georadiusGetKeys' && !dialect.georadiusFirstStore) return 'native';
  if (native === 'xreadGetKeys' && !dialect.xreadKeywordWindow) return 'native';
  return specs && !command.keySpecs.some((spec) => spec.variable) ? 'specs' : 'native';
}

const CHANNELS: ReadonlyMap<string, CommandPlan['channels']> = new Map([
  ['publish', 'first'],
  ['spublish', 'first'],
  ['subscribe', 'all'],
  ['ssubscribe', 'all'],
  ['psubscribe', 'patterns'],
]);
