/**
 * What one rule changed, found by comparing the state before and after it: exact for every dialect, because the rules
 * themselves are applied by the engine.
 */
import { READ, WRITE } from '../language/draft.ts';
import type { DraftSelector, DraftUser } from '../language/draft.ts';
import { hasBit } from '../table/command-bits.ts';
import type { CommandTable } from '../table/command-table.ts';
import {
  ALL_CHANNELS,
  ALL_DATABASES,
  ALL_KEYS,
  CHANNEL,
  countedBits,
  DATABASE,
  EMPTY_KEY,
  ENABLED,
  FIRST_ARG,
  FUTURE,
  NOPASS,
  PASSWORD,
  READ_KEY,
  SELECTOR,
  SKIP_SANITIZE,
  WRITE_KEY,
} from './fact.ts';
import type { Fact } from './fact.ts';

export type Replacement = 'wider' | 'other' | undefined;

export interface Change {
  readonly fact: Fact;
  readonly on: boolean;
  /** Gone, but `wider` rights include it (`~app:*` after `allkeys`), or `other` ones stand in its place (`db=`). */
  readonly replaced?: Replacement;
}

/** The state of a selector as it was when last looked at. */
export interface SelectorMirror {
  bits: Uint32Array;
  future: boolean;
  allKeys: boolean;
  keyList: DraftSelector['keys'];
  keys: Map<string, number>;
  allChannels: boolean;
  channelList: string[];
  channels: string[];
  allDatabases: boolean;
  databases: number[];
  firstArgs: Map<number, { readonly list: string[]; seen: number }>;
}

export function mirrorSelector(selector: DraftSelector): SelectorMirror {
  return {
    bits: selector.bits.slice(),
    future: selector.future,
    allKeys: selector.allKeys,
    keyList: selector.keys,
    keys: new Map(selector.keys.map(({ pattern, bits }) => [pattern, bits])),
    allChannels: selector.allChannels,
    channelList: selector.channels,
    channels: [...selector.channels],
    allDatabases: selector.allDatabases,
    databases: selector.databases,
    firstArgs: new Map([...selector.firstArgs].map(([index, list]) => [index, { list, seen: list.length }])),
  };
}

/** What `token` changed since the mirror was made or last compared. The mirror is brought up to date. */
export function compareSelector(
  mirror: SelectorMirror,
  selector: DraftSelector,
  token: string,
  table: CommandTable,
): readonly Change[] {
  const changes: Change[] = [];
  const add: Add = (fact, on, replaced) =>
    void changes.push({ fact, on, ...(replaced !== undefined && { replaced }) });
  compareCommands(mirror, selector, table, add);
  compareFirstArgs(mirror, selector, table, add);
  compareKeys(mirror, selector, token, add);
  compareChannels(mirror, selector, add);
  compareDatabases(mirror, selector, add);
  return changes;
}

type Add = (fact: Fact, on: boolean, replaced?: Replacement) => void;

function compareCommands(mirror: SelectorMirror, now: DraftSelector, table: CommandTable, add: Add): void {
  const counts = countedBits(table);
  for (let word = 0; word < now.bits.length; word++) {
    const after = now.bits[word] ?? 0;
    let changed = ((mirror.bits[word] ?? 0) ^ after) & (counts[word] ?? 0);
    mirror.bits[word] = after;
    while (changed !== 0) {
      const bit = 31 - Math.clz32(changed & -changed);
      changed &= changed - 1;
      add(word * 32 + bit, ((after >>> bit) & 1) === 1);
    }
  }
  if (mirror.future !== now.future) add(FUTURE, now.future);
  mirror.future = now.future;
}

/** A rule for a first argument means nothing while the whole command is allowed. */
function compareFirstArgs(mirror: SelectorMirror, now: DraftSelector, table: CommandTable, add: Add): void {
  const counts = countedBits(table);
  for (const [index, { list, seen }] of mirror.firstArgs) {
    if (now.firstArgs.get(index) === list) continue;
    for (const arg of list.slice(0, seen))
      add(`${FIRST_ARG}${index}|${arg}`, false, hasBit(now.bits, index) ? 'wider' : undefined);
    mirror.firstArgs.delete(index);
  }
  for (const [index, list] of now.firstArgs) {
    const seen = mirror.firstArgs.get(index)?.seen ?? 0;
    if (seen === list.length) continue;
    for (const arg of list.slice(seen))
      if (hasBit(counts, index) && !hasBit(now.bits, index)) add(`${FIRST_ARG}${index}|${arg}`, true);
    mirror.firstArgs.set(index, { list, seen: list.length });
  }
}

function compareKeys(mirror: SelectorMirror, now: DraftSelector, token: string, add: Add): void {
  if (mirror.keyList !== now.keys) {
    for (const [pattern, bits] of mirror.keys)
      addKeyBits(pattern, bits, false, now.allKeys ? 'wider' : undefined, add);
    mirror.keys.clear();
    mirror.keyList = now.keys;
  }
  // A pattern given again gets its new bits where it stands; only a key rule can do that.
  const grown = mirror.keys.size < now.keys.length;
  const seen = grown ? mirror.keys.size : /^[~%]/.test(token) ? 0 : now.keys.length;
  for (const { pattern, bits } of now.keys.slice(seen)) {
    const before = mirror.keys.get(pattern);
    if (before === bits) continue;
    addKeyBits(pattern, bits & ~(before ?? 0), true, undefined, add);
    mirror.keys.set(pattern, bits);
  }
  if (mirror.allKeys !== now.allKeys) add(ALL_KEYS, now.allKeys);
  mirror.allKeys = now.allKeys;
}

function addKeyBits(pattern: string, bits: number, on: boolean, replaced: Replacement, add: Add): void {
  if ((bits & READ) !== 0) add(READ_KEY + pattern, on, replaced);
  if ((bits & WRITE) !== 0) add(WRITE_KEY + pattern, on, replaced);
  if (bits === 0) add(EMPTY_KEY + pattern, on, replaced);
}

function compareChannels(mirror: SelectorMirror, now: DraftSelector, add: Add): void {
  if (mirror.channelList !== now.channels) {
    for (const channel of mirror.channels)
      add(CHANNEL + channel, false, now.allChannels ? 'wider' : undefined);
    mirror.channels = [];
    mirror.channelList = now.channels;
  }
  for (const channel of now.channels.slice(mirror.channels.length)) {
    add(CHANNEL + channel, true);
    mirror.channels.push(channel);
  }
  if (mirror.allChannels !== now.allChannels) add(ALL_CHANNELS, now.allChannels);
  mirror.allChannels = now.allChannels;
}

function compareDatabases(mirror: SelectorMirror, now: DraftSelector, add: Add): void {
  if (mirror.databases !== now.databases) {
    const after = new Set(now.databases);
    const before = new Set(mirror.databases);
    const replaced = now.allDatabases ? 'wider' : after.size > 0 ? 'other' : undefined;
    for (const id of before) if (!after.has(id)) add(`${DATABASE}${id}`, false, replaced);
    for (const id of after) if (!before.has(id)) add(`${DATABASE}${id}`, true);
    mirror.databases = now.databases;
  }
  if (mirror.allDatabases !== now.allDatabases) add(ALL_DATABASES, now.allDatabases);
  mirror.allDatabases = now.allDatabases;
}

/** The parts of a user outside its selectors. */
export interface UserMirror {
  enabled: boolean;
  nopass: boolean;
  skips: boolean;
  passwordList: string[];
  passwords: Set<string>;
  selectorList: DraftSelector[];
  selectors: number;
  /** Selectors seen so far: names them. */
  made: number;
}

export function mirrorUser(user: DraftUser): UserMirror {
  return {
    enabled: user.enabled,
    nopass: user.nopass,
    skips: user.sanitizePayload === 'skip',
    passwordList: user.passwords,
    passwords: new Set(user.passwords),
    selectorList: user.others,
    selectors: user.others.length,
    made: user.others.length,
  };
}

/** As {@link compareSelector}, for what is outside selectors. */
export function compareUser(mirror: UserMirror, user: DraftUser): readonly Change[] {
  const changes: Change[] = [];
  const add: Add = (fact, on, replaced) =>
    void changes.push({ fact, on, ...(replaced !== undefined && { replaced }) });
  comparePasswords(mirror, user, add);
  if (mirror.enabled !== user.enabled) add(ENABLED, user.enabled);
  if (mirror.nopass !== user.nopass)
    add(NOPASS, user.nopass, user.passwords.length > 0 ? 'other' : undefined);
  const skips = user.sanitizePayload === 'skip';
  if (mirror.skips !== skips) add(SKIP_SANITIZE, skips);
  mirror.enabled = user.enabled;
  mirror.nopass = user.nopass;
  mirror.skips = skips;
  if (mirror.selectorList !== user.others) {
    for (let i = mirror.made - mirror.selectors; i < mirror.made; i++) add(`${SELECTOR}${i}`, false);
    mirror.selectorList = user.others;
    mirror.selectors = 0;
  }
  for (; mirror.selectors < user.others.length; mirror.selectors++) add(`${SELECTOR}${mirror.made++}`, true);
  return changes;
}

function comparePasswords(mirror: UserMirror, user: DraftUser, add: Add): void {
  if (mirror.passwordList === user.passwords) {
    for (const hash of user.passwords.slice(mirror.passwords.size)) {
      add(PASSWORD + hash, true);
      mirror.passwords.add(hash);
    }
    if (mirror.passwords.size === user.passwords.length) return;
  }
  const after = new Set(user.passwords);
  for (const hash of mirror.passwords)
    if (!after.has(hash)) add(PASSWORD + hash, false, user.nopass ? 'wider' : undefined);
  for (const hash of after) if (!mirror.passwords.has(hash)) add(PASSWORD + hash, true);
  mirror.passwordList = user.passwords;
  mirror.passwords = after;
}
