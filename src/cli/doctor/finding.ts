/** A finding in one call: name and title come from the published page of the code, so that they cannot disagree. */

import { ERROR_CODES } from '../error-code.ts';
import type { Diagnosis } from './diagnosis.ts';

type Told = Pick<Diagnosis, 'fault' | 'cause' | 'proof' | 'next'> &
  Partial<Pick<Diagnosis, 'certainty' | 'title' | 'notes' | 'reason'>>;

/** A cause that was found; `proved` and without notes unless said otherwise. */
export function find(code: string, told: Told): Diagnosis {
  const page = ERROR_CODES.find((known) => known.code === code);
  if (page === undefined) throw new Error(`${code} has no page`);
  return {
    outcome: 'found',
    code,
    name: page.name,
    title: page.title,
    certainty: 'proved',
    notes: [],
    ...told,
  };
}
