/** A right that one user has and another lacks, as data. */
import type { CommandLine } from './command-line.ts';

/** Part of every kind of right. */
interface RightOfCommands {
  /** Full names, `select|0` for a first argument; in the order of the table. */
  readonly commands: readonly string[];
  /** A command line that shows it: really allowed to the one, really refused to the other. Absent: none was found. */
  readonly example?: CommandLine;
}

/** A pattern, and a key or channel of it that the other user does not reach. */
export interface Reached {
  /** The pattern of the rule; `allkeys` or `allchannels` for the flags. */
  readonly pattern: string;
  readonly witness: string;
}

/** What keys are needed for; `any`: some pattern, whatever its permissions (EXISTS, TYPE). */
export type Access = 'read' | 'write' | 'any';

/** One difference between two users, seen from the one that may do more. */
export type Right =
  | (RightOfCommands & {
      /** The commands cannot be run by the other user at all. */
      readonly kind: 'command';
      /** Where they may be run: `allkeys`, or patterns; empty for commands without keys. */
      readonly keys: readonly string[];
      /** The other user's server does not have these commands. */
      readonly absent: boolean;
    })
  | (RightOfCommands & {
      readonly kind: 'keys';
      readonly access: readonly Access[];
      readonly reached: readonly Reached[];
      /** Only in these databases (Valkey 9.1); undefined: in every one that both may use. */
      readonly databases?: readonly number[];
    })
  | (RightOfCommands & { readonly kind: 'channels'; readonly reached: readonly Reached[] })
  | (RightOfCommands & { readonly kind: 'databases'; readonly databases: readonly number[] })
  | (RightOfCommands & {
      /** Every key alone is within reach of the other user too, but not all of them in one command. */
      readonly kind: 'keys-together';
    })
  | {
      /** Commands of modules that are loaded later. */
      readonly kind: 'future-commands';
    };

/** What one user may do and the other may not. */
export interface Excess {
  readonly rights: readonly Right[];
  /** Commands whose comparison went beyond a bound, or that no example decides: they may differ. */
  readonly unknown: readonly string[];
}
