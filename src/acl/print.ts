import type { CommandTable } from './command-table.ts';
import type { Selector, User } from './selector.ts';

export interface PrintOptions {
  /** `hashes`: every password hash is printed as `#…`. */
  readonly redact?: 'hashes';
}

/** GETUSER's answer. `keys` and `channels` are lists in 6.x, joined strings later. */
export interface UserView {
  readonly flags: readonly string[];
  readonly passwords: readonly string[];
  readonly commands: string;
  readonly keys: string | readonly string[];
  readonly channels?: string | readonly string[];
  readonly databases?: string;
  readonly selectors?: readonly SelectorView[];
}
export interface SelectorView {
  readonly commands: string;
  readonly keys: string;
  readonly channels: string;
  readonly databases?: string;
}

/** The line of ACL LIST. */
export function printUser(_user: User, _table: CommandTable, _options: PrintOptions = {}): string {
  throw new Error('not yet');
}
export function getUserView(_user: User, _table: CommandTable, _options: PrintOptions = {}): UserView {
  throw new Error('not yet');
}
/** A selector without its parentheses: `~app:* resetchannels -@all +get`. */
export function ruleText(_selector: Selector, _table: CommandTable): string {
  throw new Error('not yet');
}
