/**
 * A user while its rules are applied: the same state as the server's structs, in bytes and mutable. Rules change a
 * draft; `finishUser` makes the readonly user of it (acl.c ACLCreateUser, ACLCreateSelector, Redis 7.2).
 */
import { toBytes, toText } from '../bytes.ts';
import { chainSelectors } from '../decision/selector-test.ts';
import { describeCommands } from './command-text.ts';
import { emptyBits } from '../table/command-bits.ts';
import { shareSelectors } from './selector-share.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { PubsubDefault } from '../table/dialect.ts';
import type { Selector, User } from '../selector.ts';

export interface DraftSelector {
  allKeys: boolean;
  keys: { pattern: string; bits: number }[];
  allChannels: boolean;
  channels: string[];
  allCommands: boolean;
  future: boolean;
  bits: Uint32Array;
  firstArgs: Map<number, string[]>;
  kept: string[];
  allDatabases: boolean;
  databases: number[];
}

export interface DraftUser {
  enabled: boolean;
  nopass: boolean;
  passwords: string[];
  sanitizePayload: 'sanitize' | 'skip' | undefined;
  root: DraftSelector;
  others: DraftSelector[];
}

/** What rules are read with. */
export interface RuleContext {
  readonly table: CommandTable;
  readonly pubsubDefault: PubsubDefault;
}

export const READ = 1;
export const WRITE = 2;

export function newSelector(context: RuleContext): DraftSelector {
  const { dialect } = context.table;
  return {
    allKeys: false,
    keys: [],
    allChannels: !dialect.channels || context.pubsubDefault === 'allchannels',
    channels: [],
    allCommands: false,
    future: false,
    bits: emptyBits(context.table),
    firstArgs: new Map(),
    kept: [],
    allDatabases: true,
    databases: [],
  };
}

/** A user before any rule: off, no password, no right. */
export function newUser(context: RuleContext): DraftUser {
  return {
    enabled: false,
    nopass: false,
    passwords: [],
    sanitizePayload: context.table.dialect.newUserSanitizes ? 'sanitize' : undefined,
    root: newSelector(context),
    others: [],
  };
}

/** A copy of a finished user, to go on from. */
export function reopenUser(user: User): DraftUser {
  const [root, ...others] = user.selectors;
  return {
    enabled: user.enabled,
    nopass: user.nopass,
    passwords: [...user.passwords],
    sanitizePayload: user.sanitizePayload,
    root: reopenSelector(root),
    others: others.map(reopenSelector),
  };
}

export function finishUser(name: string, draft: DraftUser, table: CommandTable): User {
  const { selectors, tests } = shareSelectors([draft.root, ...draft.others], table, () => {
    const made: User['selectors'] = [
      finishSelector(draft.root, table),
      ...draft.others.map((selector) => finishSelector(selector, table)),
    ];
    return { selectors: made, tests: chainSelectors(made) };
  });
  return {
    name: toText(name),
    enabled: draft.enabled,
    nopass: draft.nopass,
    passwords: draft.passwords,
    sanitizePayload: draft.sanitizePayload,
    selectors,
    table,
    tests,
  };
}

function reopenSelector(selector: Selector): DraftSelector {
  const { engine } = selector;
  return {
    allKeys: selector.allKeys,
    keys: engine.keys.map(({ pattern, bits }) => ({ pattern, bits })),
    allChannels: selector.allChannels,
    channels: selector.channels.map(toBytes),
    allCommands: selector.allCommands,
    future: selector.futureCommands,
    bits: engine.bits.slice(),
    firstArgs: new Map([...engine.firstArgs].map(([index, args]) => [index, [...args]])),
    kept: [...engine.kept],
    allDatabases: selector.allDatabases,
    databases: [...selector.databases],
  };
}

function finishSelector(draft: DraftSelector, table: CommandTable): Selector {
  const firstArgs = new Map<string, readonly string[]>();
  for (const [index, args] of draft.firstArgs) {
    const command = table.byIndex[index];
    if (command !== undefined) firstArgs.set(command.fullName, args.map(toText));
  }
  return {
    allKeys: draft.allKeys,
    keys: draft.keys.map(({ pattern, bits }) => ({
      pattern: toText(pattern),
      read: (bits & READ) !== 0,
      write: (bits & WRITE) !== 0,
    })),
    allChannels: draft.allChannels,
    channels: draft.channels.map(toText),
    allCommands: draft.allCommands,
    futureCommands: draft.future,
    firstArgs,
    allDatabases: draft.allDatabases,
    databases: [...draft.databases],
    rules: toText(describeCommands(draft, table)),
    engine: {
      bits: draft.bits.slice(),
      firstArgs: new Map([...draft.firstArgs].map(([index, args]) => [index, [...args]])),
      kept: [...draft.kept],
      keys: draft.keys.map(({ pattern, bits }) => ({ pattern, bits })),
      channels: [...draft.channels],
    },
  };
}
