/** Names of runs: `2026-11-22T061000Z-apply-3f9c`. They sort by time, are unique, and are fit for a folder name. */

import { randomBytes } from 'node:crypto';
import type { Operation } from '../run.ts';

/** `random` gives so many bytes as hex; default: the system's. */
export function makeRunId(
  operation: Operation,
  now: Date,
  random: (bytes: number) => string = (bytes) => randomBytes(bytes).toString('hex'),
): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  return `${time}-${operation}-${random(2)}`;
}
