/** A waiver in one phrase, the same in every format. */

import type { Outcome } from '../outcome.ts';

export function printWaiver(waiver: NonNullable<Outcome['waiver']>): string {
  return `${waiver.reason} (accepted by ${waiver.owner} until ${waiver.expires})`;
}
