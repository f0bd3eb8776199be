/** How many checks of each area passed, failed, were waived or could not be answered. The share is of judged checks. */

import { AREAS, SEVERITIES, type Area, type Severity } from '../check.ts';
import type { Outcome } from '../outcome.ts';

export interface AreaCount {
  readonly area: Area;
  readonly pass: number;
  readonly fail: number;
  readonly failBySeverity: Readonly<Record<Severity, number>>;
  /** Unknown, or for a person. */
  readonly open: number;
  readonly waived: number;
}

/** Areas in the order of the catalogue; those where nothing applies are left out. */
export function countAreas(outcomes: readonly Outcome[]): readonly AreaCount[] {
  const counts = new Map<Area, { pass: number; open: number; waived: number; fails: Severity[] }>();
  for (const { area, status, severity } of outcomes) {
    if (status === 'not-applicable') continue;
    const count = counts.get(area) ?? { pass: 0, open: 0, waived: 0, fails: [] };
    counts.set(area, count);
    if (status === 'pass') count.pass += 1;
    else if (status === 'fail') count.fails.push(severity);
    else if (status === 'waived') count.waived += 1;
    else count.open += 1;
  }
  return AREAS.flatMap((area) => {
    const count = counts.get(area);
    if (count === undefined) return [];
    const { pass, open, waived, fails } = count;
    const failBySeverity = Object.fromEntries(
      SEVERITIES.map((severity) => [severity, fails.filter((each) => each === severity).length]),
    ) as Record<Severity, number>;
    return [{ area, pass, fail: fails.length, failBySeverity, open, waived }];
  });
}

/** Worst first, otherwise as they were. */
export function sortFindings(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes
    .filter((outcome) => outcome.status === 'fail')
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
