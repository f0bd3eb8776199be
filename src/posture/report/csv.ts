/** Comma-separated values after RFC 4180, one line per outcome. Cells that a spreadsheet would run are quoted. */

import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { printFrom } from './provenance.ts';
import { printCsvRow } from '../../text/index.ts';

const HEAD = [
  'subject',
  'server',
  'check',
  'area',
  'status',
  'severity',
  'title',
  'evidence',
  'from',
  'risk',
  'fix',
  'why',
  'baseline',
  'waiver_reason',
  'waiver_owner',
  'waiver_expires',
  'fingerprint',
];

/**
 * A part a line. A server that was not reached is a line of status `not-assessed`, a finding that is gone one of
 * status `fixed`.
 */
export function* csvParts(assessment: Assessment): Generator<string> {
  yield printCsvRow(HEAD);
  for (const target of assessment.targets) {
    for (const outcome of target.outcomes) yield printCsvRow(rowOf(target, outcome));
    for (const gone of target.fixed) {
      const { checkId: check, title, fingerprint } = gone;
      const { subject, server } = target;
      yield printCsvRow(fill({ subject, server, check, status: 'fixed', title, fingerprint }));
    }
  }
  for (const { subject, code, message, next } of assessment.unreachable) {
    yield printCsvRow(fill({ subject, status: 'not-assessed', title: code, why: `${message}; ${next}` }));
  }
}

function rowOf(target: TargetAssessment, outcome: Outcome): readonly string[] {
  return fill({
    subject: target.subject,
    server: target.server,
    check: outcome.checkId,
    area: outcome.area,
    status: outcome.status,
    severity: outcome.severity,
    title: outcome.title,
    evidence: outcome.evidence.map((item) => item.text).join('; '),
    from: outcome.evidence.map((item) => (item.from === undefined ? '' : printFrom(item.from))).join('; '),
    risk: outcome.risk ?? '',
    fix: outcome.fix.map(printChange).join('; '),
    why: [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '').join('; '),
    baseline: outcome.baseline ?? '',
    waiver_reason: outcome.waiver?.reason ?? '',
    waiver_owner: outcome.waiver?.owner ?? '',
    waiver_expires: outcome.waiver?.expires ?? '',
    fingerprint: outcome.fingerprint,
  });
}

function fill(cells: Readonly<Record<string, string>>): readonly string[] {
  return HEAD.map((name) => cells[name] ?? '');
}
