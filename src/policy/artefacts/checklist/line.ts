/** One line of the checklist as data, and who answers it: an audit, or a person. */

import type { ComplianceRequirement } from '../../request.ts';

export type Clauses = Readonly<Partial<Record<ComplianceRequirement, string>>>;

export type Line = readonly [
  theme: string,
  area: string,
  item: string,
  how: 'automatic' | 'by-hand',
  evidence: string,
  clauses: Clauses,
];

export const AUTO = 'automatic';
export const HAND = 'by-hand';
