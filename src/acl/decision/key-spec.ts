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

export function addKey(found: FoundKeys, position: number, need: KeyNeed): void {
  found.positions[found.count] = position;
  found.needs[found.count] = need;
  found.count++;
}

/** Fills `found` from the specs; false when a spec does not fit, `found` is then empty. */
export function findBySpecs(
  command: Command,
  argv: readonly string[],
  dialect: Dialect,
  found: FoundKeys,
): boolean {
  found.count = 0;
  for (const spec of command.keySpecs) {
    if (spec.notKey || findBySpec(spec, argv, dialect, found)) continue;
    found.count = 0;
    return false;
  }
  return true;
}

function findBySpec(spec: KeySpec, argv: readonly string[], dialect: Dialect, found: FoundKeys): boolean {
  const argc = argv.length;
  let first = beginOf(spec.begin, argv);
  if (first === 'absent') return true;
  if (first === 'unknown') return false;
  let last: number;
  const { find } = spec;
  if (find.type === 'range') {
    if (find.last >= 0) last = first + find.last;
    else if (find.limit === 0) last = argc + find.last;
    else last = first + Math.trunc((argc - first) / find.limit) + find.last;
  } else if (find.type === 'keynum') {
    const count = readCount(argv[first + find.countAt], dialect);
    if (count === undefined) return false;
    first += find.first;
    last = first + (count - 1) * (dialect.keyCount === 'checked' ? find.step : 1);
  } else {
    return false;
  }
  if (last >= argc || last < first || first >= argc) return false;
  const need = ((spec.read ? 1 : 0) | (spec.write ? 2 : 0)) as KeyNeed;
  const step = Math.max(1, find.step);
  for (let i = first; i <= last; i += step) addKey(found, i, need);
  return !spec.incomplete;
}

function beginOf(begin: KeySpec['begin'], argv: readonly string[]): number | 'absent' | 'unknown' {
  if (begin.type === 'index') return begin.index;
  if (begin.type === 'unknown') return 'unknown';
  const argc = argv.length;
  const keyword = toLower(begin.keyword);
  if (begin.startFrom > 0) {
    for (let i = begin.startFrom; i < argc - 1; i++)
      if (equalsIgnoringCase(argv[i] ?? '', keyword)) return i + 1;
  } else {
    for (let i = argc + begin.startFrom; i > 1; i--)
      if (equalsIgnoringCase(argv[i] ?? '', keyword)) return i + 1;
  }
  return 'absent';
}

const INT64_MAX = 2n ** 63n - 1n;

/** A count as string2ll reads it: strict decimal, within 64 bits. Older servers then keep 32 bits of it. */
function readCount(text: string | undefined, dialect: Dialect): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,18})$/.test(text)) return undefined;
  if (text.length < 10) return Number(text);
  const count = BigInt(text);
  if (count > INT64_MAX) return undefined;
  return Number(dialect.keyCount === 'int32' ? BigInt.asIntN(32, count) : count);
}
