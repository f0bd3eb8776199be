/**
 * What a user's rights add up to, without a particular command line: for checks that ask "who can", by evaluation. A
 * selector counts on its own; `off` is not looked at.
 */
import { categoryBits, countCommon, hasBit } from '../table/command-bits.ts';
import { isFree } from './command-plan.ts';
import type { CommandTable } from '../table/command-table.ts';
import { invariant } from '../invariant.ts';
import type { KeyPattern, Selector, User } from '../selector.ts';

/** Keys and channels that some selector gives, commands aside. */
export interface Reach {
  readonly keys: 'all' | 'some' | 'none';
  /** Patterns of every selector, in order, without repeats; empty when `all`. */
  readonly keyPatterns: readonly KeyPattern[];
  readonly channels: 'all' | 'some' | 'none';
  readonly channelPatterns: readonly string[];
  readonly databases: 'all' | readonly number[];
}

/**
 * Does some selector grant the command: as a whole, for some first argument only, or not. `config|set` can be asked of
 * every version: where 6.x has no subcommands, a rule `+config|set` answers for it. A container is granted when all its
 * subcommands are. Unknown commands: `no`.
 */
export function canRun(user: User, fullName: string, table: CommandTable): 'yes' | 'first-arg' | 'no' {
  invariant(user.table === table, 'the user was parsed with another command table');
  let answer: 'first-arg' | 'no' = 'no';
  for (const selector of user.selectors) {
    const right = rightOf(selector, fullName, table);
    if (right === 'yes') return 'yes';
    if (right === 'first-arg') answer = right;
  }
  return answer;
}

/**
 * Full names of every command that some selector grants as a whole, those that need no right included. Containers are
 * left out unless they run by themselves (COMMAND).
 */
export function grantedCommands(user: User, table: CommandTable): ReadonlySet<string> {
  invariant(user.table === table, 'the user was parsed with another command table');
  const granted = new Set<string>();
  for (const command of table.byIndex) {
    if (command.isContainer && Math.abs(command.arity) !== 1) continue;
    if (isFree(command, table.dialect) || user.selectors.some((s) => hasBit(s.engine.bits, command.index))) {
      granted.add(command.fullName);
    }
  }
  return granted;
}

/** Keys, channels and databases over all selectors. */
export function reach(user: User): Reach {
  const { selectors } = user;
  const allKeys = selectors.some((s) => s.allKeys);
  const allChannels = selectors.some((s) => s.allChannels);
  const keyPatterns = allKeys ? [] : uniqueKeys(selectors.flatMap((s) => s.keys));
  const channelPatterns = allChannels ? [] : [...new Set(selectors.flatMap((s) => s.channels))];
  const databases = new Set(selectors.flatMap((s) => s.databases));
  return {
    keys: allKeys ? 'all' : keyPatterns.length > 0 ? 'some' : 'none',
    keyPatterns,
    channels: allChannels ? 'all' : channelPatterns.length > 0 ? 'some' : 'none',
    channelPatterns,
    databases: selectors.some((s) => s.allDatabases) ? 'all' : [...databases].sort((a, b) => a - b),
  };
}

/** One selector gives every command of the server, every key, channel and database: an administrator. */
export function isUnrestricted(user: User, table: CommandTable): boolean {
  invariant(user.table === table, 'the user was parsed with another command table');
  return user.selectors.some(
    (s) =>
      s.allKeys &&
      s.allChannels &&
      s.allDatabases &&
      table.byIndex.every(
        (command) => isFree(command, table.dialect) || hasBit(s.engine.bits, command.index),
      ),
  );
}

/** Does one selector grant everything listed, as a whole? Full names, `@category`, or `@all`. */
export function holdsAll(user: User, commands: readonly string[], table: CommandTable): boolean {
  invariant(user.table === table, 'the user was parsed with another command table');
  return user.selectors.some((selector) =>
    commands.every((name) => holds(selector, name.toLowerCase(), table)),
  );
}

function holds(selector: Selector, name: string, table: CommandTable): boolean {
  if (name === '@all')
    return table.byIndex.every((c) => isFree(c, table.dialect) || hasBit(selector.engine.bits, c.index));
  if (!name.startsWith('@')) return rightOf(selector, name, table) === 'yes';
  const members = categoryBits(table).get(name.slice(1))?.members;
  if (members === undefined) return false;
  return countCommon(members, selector.engine.bits) === countCommon(members, members);
}

function rightOf(selector: Selector, fullName: string, table: CommandTable): 'yes' | 'first-arg' | 'no' {
  const name = fullName.toLowerCase();
  const command = table.commands.get(name);
  if (command === undefined) return table.dialect.subcommands ? 'no' : rightOfWord(selector, name, table);
  if (isFree(command, table.dialect)) return 'yes';
  const { bits, firstArgs } = selector.engine;
  if (command.isContainer) return command.subcommands.every((sub) => hasBit(bits, sub.index)) ? 'yes' : 'no';
  if (hasBit(bits, command.index)) return 'yes';
  return (firstArgs.get(command.index)?.length ?? 0) > 0 ? 'first-arg' : 'no';
}

/** `config|set` in 6.x: the command, or a rule for that word. */
function rightOfWord(selector: Selector, name: string, table: CommandTable): 'yes' | 'no' {
  const bar = name.indexOf('|');
  const head = bar === -1 ? undefined : table.commands.get(name.slice(0, bar));
  if (head === undefined) return 'no';
  if (isFree(head, table.dialect) || hasBit(selector.engine.bits, head.index)) return 'yes';
  const words = selector.firstArgs.get(head.fullName) ?? [];
  return words.some((word) => word.toLowerCase() === name.slice(bar + 1)) ? 'yes' : 'no';
}

function uniqueKeys(keys: readonly KeyPattern[]): readonly KeyPattern[] {
  const seen = new Map<string, KeyPattern>();
  for (const key of keys) seen.set(`${key.read ? 'R' : ''}${key.write ? 'W' : ''}~${key.pattern}`, key);
  return [...seen.values()];
}
