/**
 * Keys found by key specs: db.c getKeysUsingKeySpecs, Redis 7.2. A spec that does not fit the arguments voids the whole
 * result, and the native finder is asked instead.
 */
import { equalsIgnoringCase, toLower } from '../bytes.ts';
import type { Command, KeySpec } from '../table/command-table.ts';
import type { Dialect } from '../table/dialect.ts';

/** Read and write needs of a key, as the bits of a pattern. 0: any pattern will do. */
export type KeyNeed = 0 | 1 | 2 | 3;

/** Keys of one command, in the order they are checked. Reused between decisions: copy what must stay. */
export interface FoundKeys {
  count: number;
  readonly positions: number[];
  readonly needs: KeyNeed[];
}

/** A key spec laid flat. */
export interface KeyStep {
  readonly need: KeyNeed;
  readonly incomplete: boolean;
  readonly begin: KeySpec['begin']['type'];
  /** Where to begin, or where to begin looking for the keyword. */
  readonly at: number;
  /** In lower case. */
  readonly keyword: string;
  readonly find: KeySpec['find']['type'];
  readonly last: number;
  readonly limit: number;
  readonly countAt: number;
  readonly first: number;
  readonly step: number;
}

/** The specs of a command that are checked at all. */
export function keyStepsOf(command: Command): readonly KeyStep[] {
  return command.keySpecs.filter((spec) => !spec.notKey).map(flatten);
}

export function addKey(found: FoundKeys, position: number, need: KeyNeed): void {
  found.positions[found.count] = position;
  found.needs[found.count] = need;
  found.count++;
}

/** Fills `found` from the specs; false when a spec does not fit, `found` is then empty. */
export function findBySpecs(
  steps: readonly KeyStep[],
  argv: readonly string[],
  dialect: Dialect,
  found: FoundKeys,
): boolean {
  found.count = 0;
  for (const step of steps) {
    if (findByStep(step, argv, dialect, found)) continue;
    found.count = 0;
    return false;
  }
  return true;
}

function flatten(spec: KeySpec): KeyStep {
  const { begin, find } = spec;
  const keyword = begin.type === 'keyword' ? begin : undefined;
  const range = find.type === 'range' ? find : undefined;
  const keynum = find.type === 'keynum' ? find : undefined;
  return {
    need: ((spec.read ? 1 : 0) | (spec.write ? 2 : 0)) as KeyNeed,
    incomplete: spec.incomplete,
    begin: begin.type,
    at: begin.type === 'index' ? begin.index : (keyword?.startFrom ?? 0),
    keyword: toLower(keyword?.keyword ?? ''),
    find: find.type,
    last: range?.last ?? 0,
    limit: range?.limit ?? 0,
    countAt: keynum?.countAt ?? 0,
    first: keynum?.first ?? 0,
    step: Math.max(1, find.type === 'unknown' ? 1 : find.step),
  };
}

function findByStep(step: KeyStep, argv: readonly string[], dialect: Dialect, found: FoundKeys): boolean {
  const argc = argv.length;
  if (step.begin === 'unknown') return false;
  let first = step.begin === 'index' ? step.at : findKeyword(step, argv);
  // A keyword that is absent means no keys here.
  if (first < 0) return step.begin === 'keyword';
  let last: number;
  if (step.find === 'range') {
    if (step.last >= 0) last = first + step.last;
    else if (step.limit === 0) last = argc + step.last;
    else last = first + Math.trunc((argc - first) / step.limit) + step.last;
  } else if (step.find === 'keynum') {
    const count = readCount(argv[first + step.countAt], dialect);
    if (count < 1) return false;
    first += step.first;
    last = first + (count - 1) * (dialect.keyCount === 'checked' ? step.step : 1);
  } else {
    return false;
  }
  if (first < 0 || last >= argc || last < first) return false;
  // Whole numbers, and the language shall know: it would box others.
  const end = last | 0;
  for (let i = first | 0; i <= end; i += step.step) addKey(found, i, step.need);
  return !step.incomplete;
}

/** The position behind the keyword, -1 when it is absent. */
function findKeyword(step: KeyStep, argv: readonly string[]): number {
  const argc = argv.length;
  if (step.at > 0) {
    for (let i = step.at; i < argc - 1; i++)
      if (equalsIgnoringCase(argv[i] ?? '', step.keyword)) return i + 1;
  } else {
    for (let i = argc + step.at; i > 1; i--)
      if (equalsIgnoringCase(argv[i] ?? '', step.keyword)) return i + 1;
  }
  return -1;
}

/** Decimal digits, nine at most, as a number; -1 for anything else. */
export function readDigits(text: string): number {
  const { length } = text;
  if (length === 0 || length > 9) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x30 || c > 0x39) return -1;
    value = value * 10 + c - 0x30;
  }
  return value;
}

const INT64_MAX = 2n ** 63n - 1n;

/**
 * A count as string2ll reads it: strict decimal, within 64 bits. Older servers then keep 32 bits of it. Below 1 when it
 * is none.
 */
function readCount(text: string | undefined, dialect: Dialect): number {
  if (text === undefined) return 0;
  const small = readDigits(text);
  // `01` is no number.
  if (small >= 0) return text.startsWith('0') ? 0 : small;
  if (!/^[1-9]\d{9,18}$/.test(text)) return 0;
  const count = BigInt(text);
  if (count > INT64_MAX) return 0;
  return Number(dialect.keyCount === 'int32' ? BigInt.asIntN(32, count) : count);
}
