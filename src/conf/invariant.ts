/** A promise that only a bug can break. */

/** Throws when `condition` is false. `message` must hold no secret. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
