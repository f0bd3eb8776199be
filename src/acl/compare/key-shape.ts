/**
 * What a command may ask of key patterns, over all its command lines: the needs of its keys, which of them every line
 * has, and whether a line can name more than one key (db.c getKeysFromCommandWithSpecs and the native finders, Redis
 * 7.2; `decision/` does the same for one command line).
 */
import type { CommandPlan } from '../decision/command-plan.ts';
import type { KeyNeed } from '../decision/key-spec.ts';
import type { Command } from '../table/command-table.ts';
import type { Dialect } from '../table/dialect.ts';

export interface KeyShape {
  /** Needs of the keys of a well-formed line, ascending; 0 is "any pattern will do". Empty: no keys. */
  readonly needs: readonly KeyNeed[];
  /** Needs that malformed lines have besides: a key spec failed, and the finder behind it tells no access. */
  readonly loose: readonly KeyNeed[];
  /** Needs that every line has: without a key for each of them the command cannot run. */
  readonly required: readonly KeyNeed[];
  /** No line names more than one key. */
  readonly single: boolean;
}

export function keyShapeOf(plan: CommandPlan, dialect: Dialect): KeyShape {
  switch (plan.keys) {
    case 'none':
      return NO_KEYS;
    case 'one':
      return { needs: [plan.oneNeed], loose: [], required: [plan.oneNeed], single: true };
    case 'specs':
      return shapeOfSpecs(plan.command, dialect);
    case 'native':
      return shapeOfFinder(plan.command, dialect);
    case 'legacy':
      return shapeOfLegacy(plan.command);
  }
}

const NO_KEYS: KeyShape = { needs: [], loose: [], required: [], single: true };

function shapeOfSpecs(command: Command, dialect: Dialect): KeyShape {
  const specs = command.keySpecs.filter((spec) => !spec.notKey);
  const finder = shapeOfFinder(command, dialect);
  // One spec that never fits is enough: the finder always decides.
  if (specs.some((spec) => spec.begin.type === 'unknown' || spec.find.type === 'unknown')) return finder;
  const needs = sorted(specs.map((spec) => ((spec.read ? 1 : 0) | (spec.write ? 2 : 0)) as KeyNeed));
  const least = Math.abs(command.arity);
  const always = specs.filter(({ begin, find, incomplete }) => {
    if (incomplete || begin.type !== 'index' || find.type !== 'range') return false;
    const last = find.last >= 0 ? begin.index + find.last : least + find.last;
    return (find.last >= 0 || find.limit === 0) && last >= begin.index && last < least;
  });
  return {
    needs,
    loose: finder.needs.filter((need) => !needs.includes(need)),
    required: always.length === specs.length ? needs : finder.required,
    single: false,
  };
}

function shapeOfFinder(command: Command, dialect: Dialect): KeyShape {
  const kept = (needs: readonly KeyNeed[]): readonly KeyNeed[] => (dialect.keyPermissions ? needs : [0]);
  const many = (needs: readonly KeyNeed[], required: readonly KeyNeed[]): KeyShape => ({
    needs,
    loose: [],
    required,
    single: false,
  });
  switch (command.nativeFinder) {
    case 'sortROGetKeys':
      return dialect.sortRoUnchecked ? NO_KEYS : { needs: [1], loose: [], required: [1], single: true };
    case 'sortGetKeys':
      return many(kept([1, 2]), kept([1]));
    case 'migrateGetKeys':
      return many(kept([3]), []);
    case 'georadiusGetKeys':
      return dialect.keyPermissions && !dialect.georadiusFirstStore ? many([1, 2], [1]) : many([0], [0]);
    case 'xreadGetKeys':
      return many(dialect.xreadKeywordWindow ? [0] : kept([1]), []);
    case 'setGetKeys':
      return { needs: [2, 3], loose: [], required: [2], single: true };
    case 'bitfieldGetKeys':
      return { needs: [1, 3], loose: [], required: [1], single: true };
    case 'memoryGetKeys':
      return { needs: [0], loose: [], required: [], single: true };
    case undefined:
      return NO_KEYS;
    default:
      return many([0], []);
  }
}

function shapeOfLegacy(command: Command): KeyShape {
  const [first, last] = command.legacy;
  const least = Math.abs(command.arity);
  const end = last < 0 ? least + last : last;
  return {
    needs: [0],
    loose: [],
    required: end >= first && end < least ? [0] : [],
    single: last === first,
  };
}

function sorted(needs: readonly KeyNeed[]): readonly KeyNeed[] {
  return [...new Set(needs)].toSorted((a, b) => a - b);
}
