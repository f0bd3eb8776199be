/**
 * The same text and the same small value, held once. A thousand nodes give a quarter of a million outcomes, which say
 * much the same in the same words.
 */

/** Kept at most; later ones are given back as they came. */
const KEPT_MAX = 50_000;

export interface Share {
  readonly text: (text: string) => string;
  /** For plain data: what is equal as JSON is the same afterwards. */
  readonly value: <T extends object>(value: T) => T;
}

/** One for an assessment. */
export function openShare(): Share {
  const texts = new Map<string, string>();
  const values = new Map<string, object>();
  return {
    text: (text) => keep(texts, text, text),
    // The key holds the whole value, so what it finds is equal and of the same type.
    value: <T extends object>(value: T): T => keep(values, JSON.stringify(value), value) as T,
  };
}

function keep<T>(kept: Map<string, T>, key: string, value: T): T {
  const found = kept.get(key);
  if (found !== undefined) return found;
  if (kept.size < KEPT_MAX) kept.set(key, value);
  return value;
}
