/**
 * What two users are compared by: every command, subcommand and first argument that one of them may have a right to,
 * by name, because the two users may be read by two servers' tables. 6.x has no subcommands of its own: `CONFIG GET`
 * there is the command with a first argument.
 */
import { toBytes, toLower } from '../bytes.ts';
import { commandPlans, isFree } from '../decision/command-plan.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import { equalsIgnoringCase } from '../bytes.ts';
import { hasBit } from '../table/command-bits.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import type { Selector, User } from '../selector.ts';

/** One thing to have a right to. */
export interface Unit {
  /** `get`, `config|set`, `select|0`. */
  readonly name: string;
  /** The words that begin the command line. */
  readonly words: readonly string[];
  /** The part of the name that the tables know. */
  readonly command: string;
  /** Only this first argument, where the command itself is not granted: as typed. */
  readonly firstArg?: string;
}

/** Does a selector grant the unit? `absent`: this server does not have the command. */
export function grantOf(selector: Selector, unit: Unit, table: CommandTable): 'yes' | 'no' | 'absent' {
  const { engine } = selector;
  const command = table.commands.get(unit.command);
  if (command === undefined) {
    if (table.dialect.subcommands) return 'absent';
    const head = table.commands.get(headOf(unit.command));
    if (head === undefined || head.fullName === unit.command) return 'absent';
    if (isGranted(selector, head, table)) return 'yes';
    const word = unit.words[1] ?? '';
    return engine.firstArgs.get(head.index)?.some((arg) => equalsIgnoringCase(arg, toLower(word))) === true
      ? 'yes'
      : 'no';
  }
  if (isGranted(selector, command, table)) return 'yes';
  const { firstArg } = unit;
  if (firstArg === undefined) return 'no';
  const wanted = toLower(toBytes(firstArg));
  return engine.firstArgs.get(command.index)?.some((arg) => equalsIgnoringCase(arg, wanted)) === true
    ? 'yes'
    : 'no';
}

/** How a table runs the unit; undefined when it does not have it. */
export function planOf(unit: Unit, table: CommandTable): CommandPlan | undefined {
  const plans = commandPlans(table);
  const plan = plans.get(headOf(unit.command));
  if (plan === undefined || plan.subcommands.size === 0 || !unit.command.includes('|')) return plan;
  return plan.subcommands.get(unit.command.slice(headOf(unit.command).length + 1));
}

/** All units of a user's table, split by subcommand where only the other table knows them. */
export function unitsOf(user: User, other: CommandTable): readonly Unit[] {
  const units = [...wholeUnits(user.table, other)];
  const seen = new Set<string>();
  for (const { firstArgs } of user.selectors) {
    for (const [fullName, args] of firstArgs) {
      const command = fullName.toLowerCase();
      for (const firstArg of args) {
        const name = `${command}|${toLower(firstArg)}`;
        if (seen.has(name) || (!user.table.dialect.subcommands && other.commands.has(name))) continue;
        seen.add(name);
        units.push({ name, words: [fullName, firstArg], command, firstArg });
      }
    }
  }
  return units;
}

/** The units of two tables never change: they are made once. */
function wholeUnits(table: CommandTable, other: CommandTable): readonly Unit[] {
  const known = cache.get(table)?.get(other);
  if (known !== undefined) return known;
  const units = table.byIndex.flatMap((command) => unitsOfCommand(command, table, other));
  const byOther = cache.get(table) ?? new WeakMap<CommandTable, readonly Unit[]>();
  cache.set(table, byOther);
  byOther.set(other, units);
  return units;
}

const cache = new WeakMap<CommandTable, WeakMap<CommandTable, readonly Unit[]>>();

function unitsOfCommand(command: Command, table: CommandTable, other: CommandTable): readonly Unit[] {
  // A container only runs by itself where no subcommand is needed (COMMAND).
  if (command.isContainer && Math.abs(command.arity) !== 1) return [];
  const subcommands = table.dialect.subcommands
    ? []
    : (other.commands.get(command.fullName.toLowerCase())?.subcommands ?? []);
  const whole = unitOf(command.fullName);
  if (subcommands.length === 0) return [whole];
  const split = subcommands.map((sub) => unitOf(sub.fullName));
  return Math.abs(command.arity) === 1 ? [whole, ...split] : split;
}

function unitOf(fullName: string): Unit {
  return { name: fullName, words: fullName.split('|'), command: fullName.toLowerCase() };
}

function isGranted({ engine, allCommands }: Selector, command: Command, table: CommandTable): boolean {
  return allCommands || isFree(command, table.dialect) || hasBit(engine.bits, command.index);
}

function headOf(name: string): string {
  const bar = name.indexOf('|');
  return bar === -1 ? name : name.slice(0, bar);
}
