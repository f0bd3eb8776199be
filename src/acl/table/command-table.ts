/**
 * The command table of a server version: what COMMAND answers, plus what it does not show (which commands find their
 * keys by code of their own, and the database arguments of Valkey 9.1). Bundled for ten versions, or built from a live
 * server's reply so that its modules are included.
 */
import type { Dialect } from './dialect.ts';

/** How to find one run of keys in a command's arguments (COMMAND, field 9; 7.0 and later). */
export interface KeySpec {
  /** Reads the value: needs R. */
  readonly read: boolean;
  /** Inserts, updates or deletes: needs W. */
  readonly write: boolean;
  /** Routing only: no ACL check. */
  readonly notKey: boolean;
  /** The spec does not tell all keys. */
  readonly incomplete: boolean;
  /** The access depends on the arguments: the native finder decides. */
  readonly variable: boolean;
  readonly begin:
    | { readonly type: 'index'; readonly index: number }
    | { readonly type: 'keyword'; readonly keyword: string; readonly startFrom: number }
    | { readonly type: 'unknown' };
  readonly find:
    | { readonly type: 'range'; readonly last: number; readonly step: number; readonly limit: number }
    | { readonly type: 'keynum'; readonly countAt: number; readonly first: number; readonly step: number }
    | { readonly type: 'unknown' };
}

/** A command or a subcommand. */
export interface Command {
  /** Last word: `get` of `config|get`. */
  readonly name: string;
  /** `config|get`; of modules in their own case. */
  readonly fullName: string;
  readonly parent?: Command;
  readonly subcommands: readonly Command[];
  readonly isContainer: boolean;
  /** Words, the command's own included; negative is a minimum. */
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
  readonly keySpecs: readonly KeySpec[];
  /** First key, last key, step: all that 6.x knows. */
  readonly legacy: readonly [first: number, last: number, step: number];
  /** Name of the server's own key finder, when it has one (`sortGetKeys`). */
  readonly nativeFinder?: string;
  /** Valkey 9.1: how its arguments name databases. */
  readonly databaseArgs?: string;
  /** Valkey 9.1: needs every database. */
  readonly allDatabases: boolean;
  readonly isModule: boolean;
  /** Position in the rights bit set; unique within a table. */
  readonly index: number;
}

/** The commands of one server. */
export interface CommandTable {
  /** `redis-7.2`, `valkey-9.1`: whose table it is. */
  readonly server: string;
  readonly dialect: Dialect;
  /** False when another version's table stands in; `note` says which and why. */
  readonly exact: boolean;
  readonly note?: string;
  readonly categories: readonly string[];
  /** Commands and subcommands by full name, in lower case. */
  readonly commands: ReadonlyMap<string, Command>;
  /** The same, by `index`. */
  readonly byIndex: readonly Command[];
}
