import type { CommandTable } from './command-table.ts';
import type { PubsubDefault } from './dialect.ts';
import type { Problem } from './problem.ts';
import type { User } from './selector.ts';
import type { ParsedUser } from './user.ts';

export interface AclFileOptions {
  /** Name of the file in messages; default `users.acl`. */
  readonly file?: string;
  readonly pubsubDefault?: PubsubDefault;
}

/** One user of a file. */
export interface AclFileUser {
  readonly user: User;
  /** From 1; undefined for the default user that the server adds itself. */
  readonly line: number | undefined;
  readonly tokens: readonly string[];
}

export interface ParsedAclFile {
  /** Users whose line has no error, in file order; the added default user last. */
  readonly users: readonly AclFileUser[];
  /** Any of these and the server refuses the whole file. */
  readonly problems: readonly Problem[];
  readonly hazards: readonly Problem[];
  /** False: the server makes `default` `on nopass ~* &* +@all`. */
  readonly defaultUserDeclared: boolean;
}

/** An ACL file as ACL LOAD reads it. */
export function parseAclFile(
  _text: string,
  _table: CommandTable,
  _options: AclFileOptions = {},
): ParsedAclFile {
  throw new Error('not yet');
}

/** One line of ACL LIST or of an ACL file: `user NAME rule...`. */
export function parseUserLine(
  _line: string,
  _table: CommandTable,
  _options: AclFileOptions = {},
): ParsedUser & { readonly name: string | undefined } {
  throw new Error('not yet');
}

/** A `user` directive of a configuration file: the arguments after the keyword, already split. */
export function parseUserDirective(
  _args: readonly string[],
  _table: CommandTable,
  _options: AclFileOptions = {},
): ParsedUser & { readonly name: string | undefined } {
  throw new Error('not yet');
}
