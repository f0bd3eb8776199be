/** The facts that a user's rights are made of, each on or off, and their names. */
import { toText } from '../bytes.ts';
import { isFree } from '../decision/command-plan.ts';
import { READ, WRITE } from '../language/draft.ts';
import { emptyBits, setBit } from '../table/command-bits.ts';
import type { CommandTable } from '../table/command-table.ts';

/** Which part of a user a fact belongs to. */
export type Aspect = 'commands' | 'firstArgs' | 'keys' | 'channels' | 'databases' | 'login' | 'selectors';

/** A command by its index, or a tag of two letters and a name. */
export type Fact = number | string;

export const FUTURE = 'F:';
export const ENABLED = 'U:on';
export const NOPASS = 'U:nopass';
export const SKIP_SANITIZE = 'U:skip-sanitize-payload';
export const PASSWORD = 'P:';
export const ALL_KEYS = 'K:';
export const READ_KEY = 'R:';
export const WRITE_KEY = 'W:';
export const EMPTY_KEY = 'E:';
export const ALL_CHANNELS = 'C:';
export const CHANNEL = 'H:';
export const ALL_DATABASES = 'D:';
export const DATABASE = 'B:';
export const FIRST_ARG = 'A:';
export const SELECTOR = 'S:';

export function aspectOf(fact: Fact): Aspect {
  if (typeof fact === 'number') return 'commands';
  switch (fact.slice(0, 2)) {
    case FUTURE:
      return 'commands';
    case FIRST_ARG:
      return 'firstArgs';
    case ALL_KEYS:
    case READ_KEY:
    case WRITE_KEY:
    case EMPTY_KEY:
      return 'keys';
    case ALL_CHANNELS:
    case CHANNEL:
      return 'channels';
    case ALL_DATABASES:
    case DATABASE:
      return 'databases';
    case SELECTOR:
      return 'selectors';
    default:
      return 'login';
  }
}

/** Facts as rules spell them, in their order; R and W of one pattern are joined. Hashes are not shown. */
export function nameFacts(facts: readonly Fact[], table: CommandTable): readonly string[] {
  const names: string[] = [];
  const keyBits = new Map<string, number>();
  for (const fact of facts) {
    if (typeof fact === 'number') {
      names.push(table.byIndex[fact]?.fullName ?? '');
      continue;
    }
    if (fact === FUTURE) continue;
    const rest = fact.slice(2);
    switch (fact.slice(0, 2)) {
      case READ_KEY:
      case WRITE_KEY:
      case EMPTY_KEY: {
        const bit = fact.startsWith(READ_KEY) ? READ : fact.startsWith(WRITE_KEY) ? WRITE : 0;
        keyBits.set(rest, (keyBits.get(rest) ?? 0) | bit);
        break;
      }
      default:
        names.push(nameFact(fact.slice(0, 2), toText(rest), table));
    }
  }
  for (const [pattern, bits] of keyBits) {
    const both = bits === (READ | WRITE);
    const letters = `${(bits & READ) !== 0 ? 'R' : ''}${(bits & WRITE) !== 0 ? 'W' : ''}`;
    names.push(both ? `~${toText(pattern)}` : `%${letters}~${toText(pattern)}`);
  }
  return names;
}

function nameFact(tag: string, rest: string, table: CommandTable): string {
  switch (tag) {
    case FIRST_ARG: {
      const bar = rest.indexOf('|');
      return `${table.byIndex[Number(rest.slice(0, bar))]?.fullName ?? ''}${rest.slice(bar)}`;
    }
    case ALL_KEYS:
      return '~*';
    case ALL_CHANNELS:
      return '&*';
    case CHANNEL:
      return `&${rest}`;
    case ALL_DATABASES:
      return 'alldbs';
    case DATABASE:
      return `db=${rest}`;
    case PASSWORD:
      return 'password';
    case SELECTOR:
      return 'selector';
    default:
      return rest;
  }
}

/**
 * Commands whose bit decides anything: not those that need no right, nor containers that never run by themselves.
 */
export function countedBits(table: CommandTable): Uint32Array {
  const known = counted.get(table);
  if (known !== undefined) return known;
  const bits = emptyBits(table);
  for (const command of table.byIndex) {
    const runs = !command.isContainer || Math.abs(command.arity) === 1;
    if (runs && !isFree(command, table.dialect)) setBit(bits, command.index, 1);
  }
  counted.set(table, bits);
  return bits;
}

const counted = new WeakMap<CommandTable, Uint32Array>();

/** The command index that a command or a first-argument rule is about; -1 for other facts. */
export function commandOf(fact: Fact): number {
  if (typeof fact === 'number') return fact;
  return fact.startsWith(FIRST_ARG) ? Number.parseInt(fact.slice(FIRST_ARG.length), 10) : -1;
}
