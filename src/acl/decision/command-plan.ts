/**
 * What the decision needs to know of each command, worked out once per table: how its keys are found
 * (acl.c doesCommandHaveKeys, db.c getKeysFromCommandWithSpecs, Redis 7.2), which channels it names, and which rights it
 * never needs.
 */
import type { Command, CommandTable } from '../table/command-table.ts';
import type { Dialect } from '../table/dialect.ts';
import { toLower } from '../bytes.ts';
import { addKey, findBySpecs, keyStepsOf } from './key-spec.ts';
import type { FoundKeys, KeyNeed, KeyStep } from './key-spec.ts';
import { findNatively } from './native-keys.ts';

/** A command as decisions see it: flat, so that every plan has the same shape. */
export interface CommandPlan {
  readonly command: Command;
  readonly fullName: string;
  readonly arity: number;
  readonly index: number;
  readonly subcommands: ReadonlyMap<string, CommandPlan>;
  /** Runs without any right (AUTH, HELLO). */
  readonly free: boolean;
  /** How keys are found; `one` is a single key at a fixed position, with its need. */
  readonly keys: 'none' | 'one' | 'specs' | 'native' | 'legacy';
  readonly oneAt: number;
  readonly oneNeed: KeyNeed;
  readonly steps: readonly KeyStep[];
  readonly finder: string | undefined;
  readonly channels: 'none' | 'first' | 'all' | 'patterns';
  /** Valkey 9.1: touches the connection's database, every database, or those its arguments name. */
  readonly touchesDatabase: boolean;
  readonly allDatabases: boolean;
  readonly databaseArgs: string | undefined;
  /** Spellings of subcommands seen so far. */
  readonly spellings: Map<string, CommandPlan>;
}

/** The plans of a table by command name in lower case; subcommands are under their containers. */
export function commandPlans(table: CommandTable): ReadonlyMap<string, CommandPlan> {
  return planSet(table).plans;
}

/**
 * The plan for a command line: the command, or the subcommand of a container; undefined when there is no such command.
 * Case counts for ASCII letters only.
 */
export function findPlan(table: CommandTable, argv: readonly string[]): CommandPlan | undefined {
  const { plans, spellings } = planSet(table);
  const name = argv[0] ?? '';
  const plan = spellings.get(name) ?? spellAnew(plans, spellings, name);
  if (plan === undefined || argv.length < 2 || plan.subcommands.size === 0) return plan;
  const word = argv[1] ?? '';
  return plan.spellings.get(word) ?? spellAnew(plan.subcommands, plan.spellings, word);
}

/** Spellings kept for a table, and for each container: clients write a command in few ways, attackers in all of them. */
const SPELLINGS_MAX = 2048;

/** A spelling that was not seen yet: known names are kept, so that they are put into lower case once. */
function spellAnew(
  plans: ReadonlyMap<string, CommandPlan>,
  spellings: Map<string, CommandPlan>,
  name: string,
): CommandPlan | undefined {
  const plan = plans.get(toLower(name));
  // A copy: the name may be a slice of something large.
  if (plan !== undefined && spellings.size < SPELLINGS_MAX) spellings.set(Array.from(name).join(''), plan);
  return plan;
}

interface PlanSet {
  readonly table: CommandTable | undefined;
  readonly plans: ReadonlyMap<string, CommandPlan>;
  readonly spellings: Map<string, CommandPlan>;
}

const cache = new WeakMap<CommandTable, PlanSet>();
// Nearly always the same table again: a comparison is cheaper than the weak map.
let last: PlanSet = { table: undefined, plans: new Map(), spellings: new Map() };

function planSet(table: CommandTable): PlanSet {
  if (table === last.table) return last;
  last = cache.get(table) ?? makePlans(table);
  return last;
}

function makePlans(table: CommandTable): PlanSet {
  const plans = new Map<string, CommandPlan>();
  for (const command of table.byIndex) {
    if (command.parent === undefined)
      plans.set(command.fullName.toLowerCase(), makePlan(command, table.dialect));
  }
  const set = { table, plans, spellings: new Map<string, CommandPlan>() };
  cache.set(table, set);
  return set;
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
      if (!findBySpecs(plan.steps, argv, dialect, found)) findNatively(plan.finder, argv, dialect, found);
      return;
    case 'native':
      return findNatively(plan.finder, argv, dialect, found);
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
  const { categories } = command;
  return {
    command,
    fullName: command.fullName,
    arity: command.arity,
    index: command.index,
    subcommands: new Map(command.subcommands.map((sub) => [sub.name.toLowerCase(), makePlan(sub, dialect)])),
    free: isFree(command, dialect),
    keys: isFixed ? 'one' : keys,
    oneAt: fixed,
    oneNeed: ((one?.read === true ? 1 : 0) | (one?.write === true ? 2 : 0)) as KeyNeed,
    steps: keyStepsOf(command),
    finder: command.nativeFinder,
    channels: CHANNELS.get(command.fullName) ?? 'none',
    touchesDatabase:
      keys !== 'none' || ['keyspace', 'read', 'write'].some((category) => categories.has(category)),
    allDatabases: command.allDatabases,
    databaseArgs: command.databaseArgs,
    spellings: new Map(),
  };
}

function keysOf(command: Command, dialect: Dialect): CommandPlan['keys'] {
  const native = command.nativeFinder;
  if (!dialect.selectors)
    return native !== undefined ? 'native' : command.legacy[0] === 0 ? 'none' : 'legacy';
  const specs = command.keySpecs.some((spec) => !spec.notKey);
  if (!specs && native === undefined) return 'none';
  return specs && !command.keySpecs.some((spec) => spec.variable) ? 'specs' : 'native';
}

const CHANNELS: ReadonlyMap<string, CommandPlan['channels']> = new Map([
  ['publish', 'first'],
  ['spublish', 'first'],
  ['subscribe', 'all'],
  ['ssubscribe', 'all'],
  ['psubscribe', 'patterns'],
]);
