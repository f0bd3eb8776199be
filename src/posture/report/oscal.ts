/**
 * NIST OSCAL assessment-results 1.1: each outcome that a machine or a person saw is an observation, each failed or
 * passed check a finding against the objective of that check. Ids are made from the content, so that the same
 * assessment gives the same document.
 */

import { createHash } from 'node:crypto';
import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import type { ReportOptions } from './report.ts';
import { safeText } from './safe-text.ts';

const OSCAL_VERSION = '1.1.2';

export function printOscal(assessment: Assessment, options: ReportOptions): string {
  const seed = `${assessment.generatedAt}\0${assessment.targets.map((target) => target.subject).join('\0')}`;
  const goals = new Map(options.checks.map((check) => [check.id, check.goal]));
  const document = {
    'assessment-results': {
      uuid: makeUuid(`results\0${seed}`),
      metadata: {
        title: 'Redis and Valkey posture',
        'last-modified': assessment.generatedAt,
        version: assessment.tool.version,
        'oscal-version': OSCAL_VERSION,
        remarks: `Advisories as of ${assessment.advisoriesAsOf}. Technical evidence; it does not declare compliance.`,
      },
      'import-ap': { href: options.policyPath ?? '#wardis-checks' },
      results:
        assessment.targets.length === 0
          ? [emptyResult(assessment, seed)]
          : assessment.targets.map((target) => printResult(target, assessment, goals)),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function printResult(
  target: TargetAssessment,
  assessment: Assessment,
  goals: ReadonlyMap<string, string>,
): object {
  const component = makeUuid(`component\0${target.subject}`);
  const observed = target.outcomes.filter((outcome) => outcome.status !== 'not-applicable');
  const judged = observed.filter((outcome) => ['pass', 'fail', 'waived'].includes(outcome.status));
  return {
    uuid: makeUuid(`result\0${target.subject}\0${assessment.generatedAt}`),
    title: safeText(target.subject),
    description: safeText(
      `${target.server}, ${target.mode}, judged as ${target.request.level}, ${target.request.exposure}`,
    ),
    start: assessment.generatedAt,
    'local-definitions': {
      components: [
        {
          uuid: component,
          type: 'software',
          title: safeText(target.subject),
          description: safeText(target.server),
          status: { state: 'operational' },
        },
      ],
    },
    'reviewed-controls': { 'control-selections': [{ 'include-all': {} }] },
    ...(observed.length === 0
      ? {}
      : {
          observations: observed.map((outcome) =>
            printObservation(outcome, component, assessment.generatedAt),
          ),
        }),
    ...(judged.length === 0 ? {} : { findings: judged.map((outcome) => printFinding(outcome, goals)) }),
  };
}

function printObservation(outcome: Outcome, component: string, collected: string): object {
  const stated = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '');
  const seen = outcome.evidence.map((item) => item.text);
  const description = [...seen, ...stated].join('; ');
  return {
    uuid: makeUuid(`observation\0${outcome.fingerprint}`),
    title: `${outcome.checkId} ${outcome.title}`,
    description: safeText(description === '' ? outcome.status : description),
    props: [
      { name: 'check', value: outcome.checkId },
      { name: 'outcome', value: outcome.status },
      { name: 'severity', value: outcome.severity },
    ],
    methods: [outcome.status === 'manual' ? 'INTERVIEW' : 'TEST'],
    types: ['finding'],
    subjects: [{ 'subject-uuid': component, type: 'component' }],
    collected,
  };
}

function printFinding(outcome: Outcome, goals: ReadonlyMap<string, string>): object {
  const fix = outcome.fix.map(printChange).join('; ');
  const state = outcome.status === 'pass' ? 'satisfied' : 'not-satisfied';
  const waiver =
    outcome.waiver === undefined
      ? []
      : [`Accepted: ${outcome.waiver.reason} (${outcome.waiver.owner}, until ${outcome.waiver.expires})`];
  const remarks = [...(fix === '' ? [] : [`Fix: ${fix}`]), ...waiver].join(' ');
  return {
    uuid: makeUuid(`finding\0${outcome.fingerprint}`),
    title: outcome.status === 'pass' ? (goals.get(outcome.checkId) ?? outcome.title) : outcome.title,
    description: safeText(goals.get(outcome.checkId) ?? outcome.title),
    target: {
      type: 'objective-id',
      'target-id': outcome.checkId,
      status: { state, ...(state === 'satisfied' ? { reason: 'pass' } : { reason: 'fail' }) },
      ...(remarks === '' ? {} : { remarks: safeText(remarks) }),
    },
    'related-observations': [{ 'observation-uuid': makeUuid(`observation\0${outcome.fingerprint}`) }],
  };
}

function emptyResult(assessment: Assessment, seed: string): object {
  return {
    uuid: makeUuid(`result\0${seed}`),
    title: 'No server was assessed',
    description: safeText(
      assessment.unreachable.map(({ subject, message }) => `${subject}: ${message}`).join('; ') || 'none',
    ),
    start: assessment.generatedAt,
    'reviewed-controls': { 'control-selections': [{ 'include-all': {} }] },
  };
}

/** A UUID from content, marked as version 5 and the RFC 9562 variant. */
function makeUuid(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
