/** Comma-separated values after RFC 4180, one line per outcome. Cells that a spreadsheet would run are quoted. */

import { printChange } from '../../policy/index.ts';
import type { Assessment } from '../outcome.ts';
import { safeText } from './safe-text.ts';

const HEAD = [
  'subject',
  'server',
  'check',
  'area',
  'status',
  'severity',
  'title',
  'evidence',
  'fix',
  'why',
  'fingerprint',
];

export function printCsv(assessment: Assessment): string {
  const rows = assessment.targets.flatMap((target) =>
    target.outcomes.map((outcome) => [
      target.subject,
      target.server,
      outcome.checkId,
      outcome.area,
      outcome.status,
      outcome.severity,
      outcome.title,
      outcome.evidence.map((item) => item.text).join('; '),
      outcome.fix.map(printChange).join('; '),
      [outcome.why, outcome.look].filter((part) => part !== undefined).join('; '),
      outcome.fingerprint,
    ]),
  );
  return [HEAD, ...rows].map((row) => `${row.map(printCell).join(',')}\r\n`).join('');
}

function printCell(value: string): string {
  const safe = safeText(value);
  // A leading = + - @ makes a spreadsheet evaluate the cell; user names and rules may begin so.
  const inert = /^[=+\-@\t]/.test(safe) ? `'${safe}` : safe;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
