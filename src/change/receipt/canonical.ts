/**
 * The bytes that a receipt's signature covers: JSON canonicalised as RFC 8785 (JCS) says, for the values that receipts
 * hold. Those are strings, safe integers, booleans, null, arrays and objects; whatever else would need rules on numbers
 * or encodings that two programs could read differently, so it is refused.
 *
 * - No white space. Members of an object are in the order of their names' UTF-16 code units.
 * - Strings as ECMAScript's JSON.stringify writes them, in UTF-8; lone surrogates are refused.
 * - Integers in decimal without leading zeros, from -(2^53 - 1) to 2^53 - 1; no fraction, no exponent, no -0.
 */

/** What can be signed. */
export type CanonicalValue =
  string | number | boolean | null | readonly CanonicalValue[] | { readonly [name: string]: CanonicalValue };

/** Arrays and objects within one another. */
const DEPTH_MAX = 32;
/** With the flag u a pair is one character, so that only half a pair is of this class. */
const LONE_SURROGATE = /\p{Cs}/u;

/** The canonical text; undefined where the value holds something that has none. */
export function canonicalJson(value: unknown): string | undefined {
  return print(value, 0);
}

function print(value: unknown, depth: number): string | undefined {
  if (depth > DEPTH_MAX) return undefined;
  switch (typeof value) {
    case 'string':
      return LONE_SURROGATE.test(value) ? undefined : JSON.stringify(value);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? printList(value, depth) : printObject(value, depth);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return undefined;
  }
}

function printList(list: readonly unknown[], depth: number): string | undefined {
  const parts = list.map((each) => print(each, depth + 1));
  return parts.includes(undefined) ? undefined : `[${parts.join(',')}]`;
}

function printObject(object: object, depth: number): string | undefined {
  const parts: string[] = [];
  // The default order of sort() is that of UTF-16 code units.
  for (const name of Object.keys(object).sort()) {
    const text = print((object as Readonly<Record<string, unknown>>)[name], depth + 1);
    if (text === undefined || LONE_SURROGATE.test(name)) return undefined;
    parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}
