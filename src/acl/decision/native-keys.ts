/**
 * Keys found by code instead of specs: the get-keys functions of db.c, Redis 7.2, and their 6.x forms. Where a finder
 * is only a fallback it tells no access, and any pattern will do. The holes of SORT, GEORADIUS and XREADGROUP are the
 * servers' own; the dialect says which patch levels closed them.
 */
import { equalsIgnoringCase } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';
import { addKey, readDigits } from './key-spec.ts';
import type { FoundKeys, KeyNeed } from './key-spec.ts';

/** Fills `found` with what the native finder of that name finds. An unknown finder finds nothing. */
export function findNatively(
  finder: string | undefined,
  argv: readonly string[],
  dialect: Dialect,
  found: FoundKeys,
): void {
  found.count = 0;
  switch (finder) {
    case 'evalGetKeys':
    case 'functionGetKeys':
    case 'blmpopGetKeys':
    case 'bzmpopGetKeys':
      return findCounted(argv, 2, 0, found);
    case 'zunionInterDiffGetKeys':
    case 'sintercardGetKeys':
    case 'lmpopGetKeys':
    case 'zmpopGetKeys':
      return findCounted(argv, 1, 0, found);
    case 'zunionInterDiffStoreGetKeys':
      return findCounted(argv, 2, 1, found);
    case 'sortROGetKeys':
      if (!dialect.sortRoUnchecked) addKey(found, 1, 1);
      return;
    case 'sortGetKeys':
      return findSort(argv, dialect, found);
    case 'migrateGetKeys':
      return findMigrate(argv, dialect, found);
    case 'georadiusGetKeys':
      return findGeoradius(argv, dialect, found);
    case 'xreadGetKeys':
      return findXread(argv, dialect, found);
    case 'setGetKeys':
      return addKey(found, 1, hasWord(argv, 3, 'get') ? 3 : 2);
    case 'bitfieldGetKeys':
      return addKey(found, 1, readsOnly(argv) ? 1 : 3);
    case 'memoryGetKeys':
      if (argv.length >= 3 && equalsIgnoringCase(argv[1] ?? '', 'usage')) addKey(found, 2, 0);
      return;
    case 'lcsGetKeys':
      return findLcs(argv, found);
    case undefined:
      return;
  }
}

function hasWord(argv: readonly string[], from: number, word: string): boolean {
  for (let i = from; i < argv.length; i++) if (equalsIgnoringCase(argv[i] ?? '', word)) return true;
  return false;
}

/** db.c genericGetKeys: a count, keys behind it, and perhaps a destination in front. */
function findCounted(argv: readonly string[], countAt: number, destination: number, found: FoundKeys): void {
  const count = readAtoi(argv[countAt] ?? '');
  const first = countAt + 1;
  if (count < 1 || count > argv.length - first) return;
  for (let i = first; i < first + count; i++) addKey(found, i, 0);
  if (destination > 0) addKey(found, destination, 0);
}

/** atoi(): blanks, sign, digits; 64 bits saturated, then cut to 32. */
function readAtoi(text: string): number {
  // Nearly always a few digits.
  const small = readDigits(text);
  if (small >= 0) return small;
  // oxlint-disable-next-line no-control-regex
  const digits = /^[\t-\r ]*([+-]?\d+)/.exec(text)?.[1];
  if (digits === undefined) return 0;
  const value = BigInt(digits);
  const limit = 2n ** 63n;
  const saturated = value >= limit ? limit - 1n : value < -limit ? -limit : value;
  return Number(BigInt.asIntN(32, saturated));
}

function findSort(argv: readonly string[], dialect: Dialect, found: FoundKeys): void {
  let destination = 0;
  for (let i = 2; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'limit')) i += 2;
    else if (equalsIgnoringCase(arg, 'get') || equalsIgnoringCase(arg, 'by')) i += 1;
    else if (equalsIgnoringCase(arg, 'store') && i + 1 < argv.length) {
      destination = i + 1;
      // Unpatched servers read the value of STORE as an option again: `STORE by STORE victim`.
      if (!dialect.sortSkipsStoreValue) i += 1;
    }
  }
  addKey(found, 1, dialect.keyPermissions ? 1 : 0);
  if (destination > 0) addKey(found, destination, dialect.keyPermissions ? 2 : 0);
}

function findMigrate(argv: readonly string[], dialect: Dialect, found: FoundKeys): void {
  const need: KeyNeed = dialect.keyPermissions ? 3 : 0;
  for (let i = 6; argv.length > 6 && i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'keys')) {
      if (argv[3] === '') {
        for (let k = i + 1; k < argv.length; k++) addKey(found, k, need);
        return;
      }
      if (dialect.keyPermissions) return;
    }
    // 6.x does not know that these words have values.
    if (!dialect.keyPermissions) continue;
    if (equalsIgnoringCase(arg, 'auth')) i += 1;
    else if (equalsIgnoringCase(arg, 'auth2')) i += 2;
  }
  addKey(found, 3, need);
}

function findGeoradius(argv: readonly string[], dialect: Dialect, found: FoundKeys): void {
  const withAccess = dialect.keyPermissions && !dialect.georadiusFirstStore;
  let destination = 0;
  for (let i = 5; i + 1 < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (!equalsIgnoringCase(arg, 'store') && !equalsIgnoringCase(arg, 'storedist')) continue;
    destination = i + 1;
    i += 1;
  }
  addKey(found, 1, withAccess ? 1 : 0);
  if (destination > 0) addKey(found, destination, withAccess ? 2 : 0);
}

function findXread(argv: readonly string[], dialect: Dialect, found: FoundKeys): void {
  const need: KeyNeed = dialect.keyPermissions && !dialect.xreadKeywordWindow ? 1 : 0;
  const streams = findStreams(argv, dialect);
  const rest = argv.length - streams - 1;
  if (streams === 0 || rest === 0 || rest % 2 !== 0) return;
  for (let i = streams + 1; i <= streams + rest / 2; i++) addKey(found, i, need);
}

/** Position of the word STREAMS, options before it skipped with their values; 0 if there is none. */
function findStreams(argv: readonly string[], dialect: Dialect): number {
  const options = dialect.selectors && !dialect.xreadKeywordWindow ? XREAD_OPTIONS_FIXED : XREAD_OPTIONS;
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'streams')) return i;
    if (options.some((word) => equalsIgnoringCase(arg, word))) i += 1;
    else if (equalsIgnoringCase(arg, 'group')) i += 2;
    else if (!equalsIgnoringCase(arg, 'noack')) return 0;
  }
  return 0;
}

/** Options with one value; the fixed finder knows those of later versions as well (Redis #15478). */
const XREAD_OPTIONS = ['block', 'count'];
const XREAD_OPTIONS_FIXED = ['block', 'count', 'claim', 'maxcount', 'maxsize'];

/** BITFIELD with nothing but GET and OVERFLOW; anything odd counts as a write. */
function readsOnly(argv: readonly string[]): boolean {
  for (let i = 2; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    const rest = argv.length - i - 1;
    if (equalsIgnoringCase(arg, 'get') && rest >= 2) i += 2;
    else if (equalsIgnoringCase(arg, 'overflow') && rest >= 1) i += 1;
    else return false;
  }
  return true;
}

/** STRALGO LCS of 6.x: two keys behind KEYS, none behind STRINGS. */
function findLcs(argv: readonly string[], found: FoundKeys): void {
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    if (equalsIgnoringCase(arg, 'strings')) return;
    if (!equalsIgnoringCase(arg, 'keys') || argv.length - 1 - i < 2) continue;
    addKey(found, i + 1, 0);
    addKey(found, i + 2, 0);
    return;
  }
}
