/** How much memory a server can be given, from what INFO memory says of the host and of its use. */

import type { Snapshot } from '../fleet/index.ts';

/** Part of the host's memory that data may take; the rest is for copies on write, buffers and the system. */
const SHARE = 0.75;
/** A limit has at least this much room above what is used now. */
const ROOM = 1.25;
const MEBIBYTE = 1024 ** 2;

/** A limit that fits, as `1536mb`, `full` where none does, undefined where the numbers are not known. */
export function memoryShare(snapshot: Snapshot): string | undefined {
  if (!snapshot.info.known || snapshot.origin === 'files') return undefined;
  const total = Number(snapshot.info.value.get('total_system_memory') ?? Number.NaN);
  const used = Number(snapshot.info.value.get('used_memory') ?? Number.NaN);
  if (!(total > 0) || !(used > 0)) return undefined;
  const limit = Math.floor((total * SHARE) / MEBIBYTE);
  if (limit * MEBIBYTE < used * ROOM) return 'full';
  return `${limit}mb`;
}
