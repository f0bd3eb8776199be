/** The whole assessment in two sentences, the same in every format that people read. */

import type { Assessment, Totals } from '../outcome.ts';

/** What a reader should take away when reading one line only. */
export function printVerdict(assessment: Assessment): string {
  return `${printUrgency(assessment)} ${printShare(assessment.totals)}`;
}

/** `Act now: 2 critical and 7 high findings.` */
export function printUrgency(assessment: Assessment): string {
  const { totals } = assessment;
  const { critical, high } = totals.failBySeverity;
  const missed = assessment.unreachable.length;
  const gap = missed === 0 ? '' : ` ${count(missed, 'server')} could not be assessed.`;
  if (critical + high > 0) {
    const parts = [critical > 0 ? `${critical} critical` : '', high > 0 ? `${high} high` : ''];
    const worst = parts.filter((part) => part !== '').join(' and ');
    return `${critical > 0 ? 'Act now' : 'Act soon'}: ${worst} ${critical + high === 1 ? 'finding' : 'findings'}.${gap}`;
  }
  if (totals.fail > 0) return `No critical or high finding; ${count(totals.fail, 'lesser finding')}.${gap}`;
  if (totals.pass === 0) return `Nothing could be judged.${gap}`;
  return `No findings.${gap}`;
}

/** The share with its denominator, and what it leaves out. */
export function printShare(totals: Totals): string {
  const judged = totals.pass + totals.fail;
  const open = totals.unknown + totals.manual;
  const share = judged === 0 ? '' : `${totals.pass} of ${judged} judged checks pass. `;
  const rest =
    open === 0
      ? ''
      : `${count(open, 'check')} could not be answered and ${open === 1 ? 'counts' : 'count'} neither way. `;
  const waived =
    totals.waived === 0
      ? ''
      : `${count(totals.waived, 'check')} ${totals.waived === 1 ? 'is' : 'are'} waived.`;
  return `${share}${rest}${waived}`.trim();
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
