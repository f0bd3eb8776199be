/**
 * A check's verdict as the outcome that reports print: with the check's own words, its fix fitted to the server, and a
 * fingerprint. There are a quarter of a million of them in a run over a thousand nodes, so they are kept small.
 */

import { createHash } from 'node:crypto';
import type { Snapshot } from '../fleet/index.ts';
import type { HardeningRequest } from '../policy/index.ts';
import type { Check, Evidence, Verdict } from './check.ts';
import { fitChanges } from './fitting-change.ts';
import type { Outcome } from './outcome.ts';
import type { Share } from './share.ts';

const NONE: readonly never[] = [];
const FINGERPRINT_BYTES = 16;

/** What was judged, and by what. */
export interface Judged {
  readonly snapshot: Snapshot;
  readonly request: HardeningRequest;
}

/** Written out, not spread: V8 gives every object that starts as a spread a shape of its own, larger than itself. */
export function outcomeOf(
  check: Check,
  { snapshot, request }: Judged,
  verdict: Verdict,
  share: Share,
): Outcome {
  const { id: checkId, area, severity } = check;
  // What holds is told as the thing wanted: `Listens on every interface … pass` says the opposite.
  const title = holds(verdict) ? check.goal : check.title;
  const { subject } = snapshot;
  const fingerprint = fingerprintOf(checkId, subject);
  const { status } = verdict;
  const [fix, evidence] = [NONE, NONE];
  switch (verdict.status) {
    case 'pass': {
      const seen = shareEvidence(verdict.evidence ?? NONE, share);
      return { checkId, area, title, subject, status, severity, evidence: seen, fix, fingerprint };
    }
    case 'fail':
      return failureOf(check, { snapshot, request }, verdict, share);
    case 'unknown': {
      const why = share.text(`${verdict.missing}: ${verdict.why}`);
      const look = share.text(verdict.look);
      const { reason } = verdict;
      return reason === undefined
        ? { checkId, area, title, subject, status, severity, evidence, fix, fingerprint, why, look }
        : { checkId, area, title, subject, status, severity, evidence, fix, fingerprint, why, look, reason };
    }
    case 'manual': {
      const why = share.text(verdict.instruction);
      return { checkId, area, title, subject, status, severity, evidence, fix, fingerprint, why };
    }
    case 'not-applicable': {
      const why = share.text(verdict.why);
      return { checkId, area, title, subject, status, severity, evidence, fix, fingerprint, why };
    }
  }
}

function failureOf(
  check: Check,
  { snapshot, request }: Judged,
  { evidence: seen, fix: changes, risk: told, severity: raised }: Verdict & { readonly status: 'fail' },
  share: Share,
): Outcome {
  const { id: checkId, area, title } = check;
  const { subject } = snapshot;
  const status = 'fail';
  const severity = raised?.value ?? check.severity;
  const evidence = shareEvidence(seen, share);
  const fix = share.value(fitChanges(changes, snapshot, request));
  const fingerprint = fingerprintOf(checkId, subject);
  const found: { -readonly [Field in keyof Outcome]: Outcome[Field] } = {
    checkId,
    area,
    title,
    subject,
    status,
    severity,
    evidence,
    fix,
    fingerprint,
  };
  if (told !== undefined) found.risk = share.text(told);
  if (raised !== undefined) found.severityBecause = share.text(raised.because);
  return found;
}

function holds(verdict: Verdict): boolean {
  return verdict.status === 'pass' || verdict.status === 'not-applicable';
}

function shareEvidence(evidence: readonly Evidence[], share: Share): readonly Evidence[] {
  if (evidence.length === 0) return NONE;
  return evidence.map(({ text, from }) =>
    from === undefined ? { text: share.text(text) } : { text: share.text(text), from: share.value(from) },
  );
}

function fingerprintOf(checkId: string, subject: string): string {
  const digest = createHash('sha256').update(`${checkId}\0${subject}`).digest();
  return digest.toString('hex', 0, FINGERPRINT_BYTES);
}
