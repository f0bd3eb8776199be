/**
 * The keys that a command really works on, where its key check is known to look elsewhere: SORT, SORT_RO, GEORADIUS and
 * XREADGROUP as they parse their own arguments (sort.c, geo.c, t_stream.c, Redis 7.2).
 */
import { equalsIgnoringCase } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';

/** A key, by position or (SORT BY and GET) by the pattern that builds its name. */
export interface TouchedKey {
  readonly key: string;
  /** `pattern`: every `*` in it is replaced by an element of the list. */
  readonly kind: 'key' | 'pattern';
  readonly position: number;
  readonly access: 'read' | 'write';
}

/** Undefined: the check looks at what the command works on, or the arguments are a syntax error. */
export function touchedKeys(
  fullName: string,
  argv: readonly string[],
  dialect: Dialect,
): readonly TouchedKey[] | undefined {
  switch (fullName) {
    case 'sort':
    case 'sort_ro':
      return readSort(fullName, argv, dialect);
    case 'georadius':
      return readGeoradius(argv, 6);
    case 'georadiusbymember':
      return readGeoradius(argv, 5);
    case 'xreadgroup':
      return readStreams(argv);
    default:
      return undefined;
  }
}

/** The options of SORT that name keys, up to the first syntax error. */
export interface SortOptions {
  /** BY and GET, in order; `position` is that of their pattern. */
  readonly patterns: readonly { readonly option: 'BY' | 'GET'; readonly position: number }[];
  readonly store?: number;
  /** False: the server stops with a syntax error after these. */
  readonly complete: boolean;
}

export function readSortOptions(fullName: string, argv: readonly string[]): SortOptions {
  const patterns: { option: 'BY' | 'GET'; position: number }[] = [];
  let store: number | undefined;
  let i = 2;
  for (; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    const left = argv.length - i - 1;
    if (SORT_FLAGS.some((word) => equalsIgnoringCase(arg, word))) continue;
    if (equalsIgnoringCase(arg, 'limit') && left >= 2 && isInteger(argv[i + 1]) && isInteger(argv[i + 2]))
      i += 2;
    else if (equalsIgnoringCase(arg, 'store') && left >= 1 && fullName === 'sort') store = ++i;
    else if (equalsIgnoringCase(arg, 'by') && left >= 1) patterns.push({ option: 'BY', position: ++i });
    else if (equalsIgnoringCase(arg, 'get') && left >= 1) patterns.push({ option: 'GET', position: ++i });
    else break;
  }
  return { patterns, complete: i >= argv.length, ...(store !== undefined && { store }) };
}

const SORT_FLAGS = ['asc', 'desc', 'alpha'];

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|-?[1-9]\d{0,18})$/.test(text);
}

function readSort(
  fullName: string,
  argv: readonly string[],
  dialect: Dialect,
): readonly TouchedKey[] | undefined {
  const { patterns, store, complete } = readSortOptions(fullName, argv);
  if (!complete) return undefined;
  const keys = [keyAt(argv, 1, 'read')];
  // From 7.0 on a pattern needs the right to every key. The last BY counts.
  const by = patterns.findLast(({ option }) => option === 'BY');
  for (const each of dialect.keyPermissions ? [] : patterns) {
    const key = argv[each.position] ?? '';
    if (key.includes('*') && (each.option === 'GET' || each === by))
      keys.push({ key, kind: 'pattern', position: each.position, access: 'read' });
  }
  if (store !== undefined) keys.push(keyAt(argv, store, 'write'));
  return keys;
}

function readGeoradius(argv: readonly string[], base: number): readonly TouchedKey[] {
  let store: number | undefined;
  for (let i = base; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'count')) i += 1;
    else if (
      (equalsIgnoringCase(arg, 'store') || equalsIgnoringCase(arg, 'storedist')) &&
      i + 1 < argv.length
    )
      store = ++i;
  }
  return [keyAt(argv, 1, 'read'), ...(store === undefined ? [] : [keyAt(argv, store, 'write')])];
}

function readStreams(argv: readonly string[]): readonly TouchedKey[] | undefined {
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'block') || equalsIgnoringCase(arg, 'count')) i += 1;
    else if (equalsIgnoringCase(arg, 'group')) i += 2;
    else if (equalsIgnoringCase(arg, 'streams')) {
      const rest = argv.length - i - 1;
      if (rest === 0 || rest % 2 !== 0) return undefined;
      return Array.from({ length: rest / 2 }, (_, k) => keyAt(argv, i + 1 + k, 'read'));
    } else if (!equalsIgnoringCase(arg, 'noack')) return undefined;
  }
  return undefined;
}

function keyAt(argv: readonly string[], position: number, access: 'read' | 'write'): TouchedKey {
  return { key: argv[position] ?? '', kind: 'key', position, access };
}
