/** Units that compare alike: the same selectors grant them on both sides, and they ask the same of keys and databases. */
import type { CommandPlan } from '../decision/command-plan.ts';
import type { Dialect } from '../table/dialect.ts';
import type { Selector, User } from '../selector.ts';
import { keyShapeOf } from './key-shape.ts';
import type { KeyShape } from './key-shape.ts';
import { grantOf, planOf, unitsOf } from './unit.ts';
import type { Unit } from './unit.ts';

/** How databases count for a command (Valkey 9.1). */
export type DatabaseUse = 'none' | 'current' | 'argument' | 'current-and-argument' | 'all';

/** Units that compare alike. */
export interface Group {
  readonly units: Unit[];
  readonly plan: CommandPlan;
  readonly shape: KeyShape;
  readonly databases: DatabaseUse;
  readonly having: readonly Selector[];
  readonly rivals: readonly Selector[];
  readonly absent: boolean;
}

/** The units that some selector of `user` grants, in groups. */
export function groupUnits(user: User, other: User): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const unit of unitsOf(user, other.table)) {
    const mine = user.selectors.map((selector) => grantOf(selector, unit, user.table));
    if (!mine.includes('yes')) continue;
    const plan = planOf(unit, user.table);
    if (plan === undefined || isAlwaysAllowed(unit, plan, other) || isTooLong(unit, plan)) continue;
    const theirs = other.selectors.map((selector) => grantOf(selector, unit, other.table));
    const { shape, databases, id } = traitsOf(plan, user.table.dialect);
    const key = [id, mine.join(), theirs.join(), unit.firstArg ?? ''].join('/');
    const group = groups.get(key);
    if (group !== undefined) {
      group.units.push(unit);
      continue;
    }
    groups.set(key, {
      units: [unit],
      plan,
      shape,
      databases,
      having: user.selectors.filter((_, i) => mine[i] === 'yes'),
      rivals: other.selectors.filter((_, i) => theirs[i] === 'yes'),
      absent: theirs.includes('absent'),
    });
  }
  return [...groups.values()];
}

/** What a plan asks, worked out once; plans with the same `id` ask the same. */
interface Traits {
  readonly shape: KeyShape;
  readonly databases: DatabaseUse;
  readonly id: string;
}

const traits = new WeakMap<CommandPlan, Traits>();

function traitsOf(plan: CommandPlan, dialect: Dialect): Traits {
  const known = traits.get(plan);
  if (known !== undefined) return known;
  const shape = keyShapeOf(plan, dialect);
  const databases = databaseUseOf(plan, dialect);
  const made = { shape, databases, id: JSON.stringify([shape, databases, plan.channels]) };
  traits.set(plan, made);
  return made;
}

/** QUIT of 6.x is in no table, and refused to nobody. */
function isAlwaysAllowed(unit: Unit, plan: CommandPlan, other: User): boolean {
  return plan.free && other.table.dialect.alwaysAllowed.includes(unit.command);
}

/** A rule for the first argument of a command that takes none. */
function isTooLong({ words }: Unit, { command }: CommandPlan): boolean {
  return command.arity > 0 && words.length > command.arity;
}

function databaseUseOf({ command, keys }: CommandPlan, dialect: Dialect): DatabaseUse {
  if (!dialect.databases) return 'none';
  if (command.allDatabases) return 'all';
  if (command.databaseArgs !== undefined) return keys === 'none' ? 'argument' : 'current-and-argument';
  const { categories } = command;
  const touches =
    keys !== 'none' || categories.has('keyspace') || categories.has('read') || categories.has('write');
  return touches ? 'current' : 'none';
}
