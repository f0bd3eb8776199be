import type { CommandTable } from './command-table.ts';
import type { KeyPattern, User } from './selector.ts';

/** Keys and channels some selector gives, commands aside. */
export interface Reach {
  readonly keys: 'all' | 'some' | 'none';
  /** Patterns of every selector, in order, without repeats; empty when `all`. */
  readonly keyPatterns: readonly KeyPattern[];
  readonly channels: 'all' | 'some' | 'none';
  readonly channelPatterns: readonly string[];
  readonly databases: 'all' | readonly number[];
}

/** Does some selector grant the command: as a whole, for some first argument only, or not. */
export function canRun(_user: User, _fullName: string, _table: CommandTable): 'yes' | 'first-arg' | 'no' {
  throw new Error('not yet');
}
/** Full names of every command some selector grants as a whole. */
export function grantedCommands(_user: User, _table: CommandTable): ReadonlySet<string> {
  throw new Error('not yet');
}
export function reach(_user: User): Reach {
  throw new Error('not yet');
}
/** One selector gives every key, channel, command and database: an administrator. */
export function isUnrestricted(_user: User, _table: CommandTable): boolean {
  throw new Error('not yet');
}
/** Does some selector grant every command of the list (`@category` or full names) as a whole? */
export function holdsAll(_user: User, _commands: readonly string[], _table: CommandTable): boolean {
  throw new Error('not yet');
}
