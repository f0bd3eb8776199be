/**
 * A user and its selectors as they stand after their rules were applied (acl.h user, aclSelector; Redis 7.0). The
 * strings are text: UTF-8 read as such, any other byte as a lone surrogate U+DC80 - U+DCFF, so that nothing is lost.
 * `engine` holds the same in bytes, for the decision procedure only.
 */
import type { CommandTable } from './table/command-table.ts';
import type { SelectorTest } from './decision/selector-test.ts';

/** `~pattern` or `%R~pattern`. */
export interface KeyPattern {
  readonly pattern: string;
  readonly read: boolean;
  readonly write: boolean;
}

/** One set of rights; a command must be allowed by one selector as a whole. */
export interface Selector {
  /** `~*`: every key, the empty one included. */
  readonly allKeys: boolean;
  readonly keys: readonly KeyPattern[];
  /** `&*`. True in 6.0, which has no channel rules. */
  readonly allChannels: boolean;
  readonly channels: readonly string[];
  /** `+@all`, and nothing taken away since. */
  readonly allCommands: boolean;
  /** Commands of modules loaded later are allowed: the text starts with `+@all`. */
  readonly futureCommands: boolean;
  /** `+select|0` rules: full name to first arguments. */
  readonly firstArgs: ReadonlyMap<string, readonly string[]>;
  /** Valkey 9.1 `alldbs`; true where the server has no database rules. */
  readonly allDatabases: boolean;
  readonly databases: readonly number[];
  /** The command rules as the server shows them: `-@all +get`. */
  readonly rules: string;
  readonly engine: SelectorEngine;
}

/** The fast form. Opaque outside this room. */
export interface SelectorEngine {
  /** One bit for each `Command.index`. */
  readonly bits: Uint32Array;
  /** First-argument rules by `Command.index`, as typed, in bytes. */
  readonly firstArgs: ReadonlyMap<number, readonly string[]>;
  /** Kept rules without the leading `+@all` or `-@all` (7.2 and later). */
  readonly kept: readonly string[];
  readonly keys: readonly EngineKey[];
  readonly channels: readonly string[];
}

/** A key pattern in bytes; `bits` is 1 for read, 2 for write. */
export interface EngineKey {
  readonly pattern: string;
  readonly bits: number;
}

/** A user after its rules. */
export interface User {
  readonly name: string;
  readonly enabled: boolean;
  /** Any password opens it. */
  readonly nopass: boolean;
  /** SHA-256 of the passwords, lower-case hex. Secret: print them with `redact`. */
  readonly passwords: readonly string[];
  /** RESTORE payload check; undefined where no flag is shown. */
  readonly sanitizePayload: 'sanitize' | 'skip' | undefined;
  /** At least one: the first is the root, the rules outside parentheses. */
  readonly selectors: readonly [Selector, ...Selector[]];
  /** The table its command rights refer to. */
  readonly table: CommandTable;
  /** `selectors` as decisions walk through them. Opaque outside this room; void once `selectors` are others. */
  readonly tests?: SelectorTest;
}
