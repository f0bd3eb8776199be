import type { CommandTable } from './command-table.ts';
import type { User } from './selector.ts';

export type Denial = 'command' | 'key' | 'channel' | 'db' | 'error';

/** What ACL DRYRUN would answer. */
export type Decision =
  | {
      readonly allowed: true;
      /** Index of the selector that allows it; 0 is the root. */ readonly selector: number;
    }
  | {
      readonly allowed: false;
      /** `error`: no decision, the command is unknown or has a wrong number of arguments. */
      readonly denied: Denial;
      /** Full command name, key, channel, or database argument. */
      readonly object: string;
      /** DRYRUN's text. */
      readonly message: string;
    };

export interface DecideOptions {
  /** Database of the connection (Valkey 9.1 only); default 0. */
  readonly db?: number;
}

/** May `user` run this command? As ACL DRYRUN: `off` and passwords are not looked at. */
export function decide(
  _user: User,
  _argv: readonly string[],
  _table: CommandTable,
  _options: DecideOptions = {},
): Decision {
  throw new Error('not yet');
}
