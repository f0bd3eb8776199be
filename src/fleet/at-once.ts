/** Work on many items, so many at a time, in their order. */

/** Items that are worked on at the same time, unless said otherwise: more take memory and are no faster on two cores. */
export const CONCURRENCY_DEFAULT = 16;
/** More than this many connections at once only make all of them slower. */
export const CONCURRENCY_MAX = 256;

/**
 * Calls `work` for each item with its place. After a fault nothing more begins; what is under way ends, and then the
 * first fault is thrown.
 *
 * @param atOnce 1 to 256; others are taken for the nearest of these.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, place: number) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && faults.length === 0) {
      const place = next;
      next += 1;
      try {
        // Within bounds: `next` was below the length.
        await work(items[place] as T, place);
      } catch (error) {
        faults.push(error);
      }
    }
  };
  const workers = Math.min(Math.max(1, Math.trunc(atOnce)), CONCURRENCY_MAX, items.length);
  await Promise.all(Array.from({ length: workers }, worker));
  if (faults.length > 0) throw faults[0];
}
