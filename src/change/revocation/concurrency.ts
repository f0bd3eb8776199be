/** So many at a time, and a gate that opens when so many have passed. */

export interface Slots {
  readonly with: <T>(work: () => Promise<T>) => Promise<T>;
}

/** At most `count` pieces of work at a time; the others wait in order. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const take = (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    with: async (work) => {
      await take();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

export interface Gate {
  readonly opened: Promise<void>;
  readonly pass: () => void;
}

/** Opens when `pass` was called `count` times; at once for none. */
export function createGate(count: number): Gate {
  let left = count;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  if (left === 0) open();
  return {
    opened,
    pass: () => {
      left -= 1;
      if (left === 0) open();
    },
  };
}
