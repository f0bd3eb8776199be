/**
 * Lists that rules add to one by one, each time asking what is there already. Most are short; for the others an index
 * keeps a user of a hundred thousand patterns from taking the square of that time.
 */

/** Shorter lists are searched from end to end. */
const INDEXED_FROM = 64;

const indexes = new WeakMap<readonly unknown[], Map<string, unknown>>();

/** The item of this key. Every key of `list` must be added by {@link addTo}. */
export function findIn<T>(list: readonly T[], key: string, keyOf: (item: T) => string): T | undefined {
  if (list.length < INDEXED_FROM) return list.find((item) => keyOf(item) === key);
  return indexOf(list, keyOf).get(key);
}

/** Appends an item. */
export function addTo<T>(list: T[], item: T, keyOf: (item: T) => string): void {
  list.push(item);
  indexes.get(list)?.set(keyOf(item), item);
}

/** To be called when items were taken out of the list. */
export function forgetIndex(list: readonly unknown[]): void {
  indexes.delete(list);
}

function indexOf<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T> {
  const known = indexes.get(list) as Map<string, T> | undefined;
  if (known !== undefined) return known;
  const index = new Map(list.map((item) => [keyOf(item), item]));
  indexes.set(list, index);
  return index;
}
