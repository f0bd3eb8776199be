/**
 * A seeded source of choices: sfc32 by Chris Doty-Humphrey (PractRand, public domain). The same seed gives the same
 * cases on every machine.
 */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  readonly below: (below: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** True `times` times in `of`. */
  readonly chance: (times: number, of: number) => boolean;
}

export function randomFrom(seed: number): Random {
  let a = seed >>> 0;
  let b = 0x9e3779b9;
  let c = 0x85ebca6b;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick: (list) => {
      const item = list[below(list.length)];
      if (item === undefined && list.length === 0) throw new Error('nothing to pick from');
      return item as (typeof list)[number];
    },
    chance: (times, of) => below(of) < times,
  };
}

/** Letters in a random case. */
export function mixCase(random: Random, word: string): string {
  switch (random.below(6)) {
    case 0:
      return toUpper(word);
    case 1:
      return Array.from(word, (c) => (random.chance(1, 2) ? toUpper(c) : c)).join('');
    default:
      return word;
  }
}

/** A string of any bytes. */
export function anyBytes(random: Random, lengthMax: number): string {
  let bytes = '';
  for (let n = random.below(lengthMax + 1); n > 0; n--) bytes += String.fromCharCode(random.below(256));
  return bytes;
}

/** ASCII letters only: the strings are bytes. */
export function toUpper(bytes: string): string {
  return bytes.replace(/[a-z]+/g, (run) => run.toUpperCase());
}
