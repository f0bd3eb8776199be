import type { CommandTable } from './command-table.ts';
import type { PubsubDefault } from './dialect.ts';
import type { Problem } from './problem.ts';
import type { User } from './selector.ts';

export interface ParseUserOptions {
  /** Apply on top of this user (ACL SETUSER is incremental); default: a new user. */
  readonly base?: User;
  /** `acl-pubsub-default`; default: the version's. */
  readonly pubsubDefault?: PubsubDefault;
}

export interface ParsedUser {
  /** Undefined when a rule was refused: the server then changes nothing. */
  readonly user: User | undefined;
  /** What the server refuses: the first error, as ACL SETUSER words it. */
  readonly problems: readonly Problem[];
  /** What the server accepts but will suffer from (a display that ends it). */
  readonly hazards: readonly Problem[];
}

/** ACL SETUSER name token... */
export function parseUser(
  _name: string,
  _tokens: readonly string[],
  _table: CommandTable,
  _options: ParseUserOptions = {},
): ParsedUser {
  throw new Error('not yet');
}

/** The user `default` that a server has when nothing declares it. */
export function defaultUser(_table: CommandTable): User {
  throw new Error('not yet');
}
