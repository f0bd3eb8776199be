/**
 * NIST OSCAL assessment-results 1.1: one result a server, each outcome that says something an observation, each
 * passed or failed check a finding against the objective of that check. Ids are made from the content, so that the
 * same assessment gives the same document. No control of a catalogue is declared satisfied.
 */

import { createHash } from 'node:crypto';
import { printChange } from '../../policy/index.ts';
import type { Assessment, Outcome, TargetAssessment } from '../outcome.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';
import { uriOf } from './sarif-location.ts';
import { printWaiver } from './waiver-text.ts';
import { printSafeJson, safeText } from '../../text/index.ts';

const OSCAL_VERSION = '1.1.2';
/** Names of our own properties; OSCAL keeps those without a namespace for itself. */
const NAMESPACE = 'urn:wardis:assessment';

export function printOscal(assessment: Assessment, options: ReportOptions): string {
  const seed = `${assessment.generatedAt}\0${assessment.targets.map((target) => target.subject).join('\0')}`;
  const goals = new Map(options.checks.map((check) => [check.id, check.goal]));
  const plan = makeUuid(`plan\0${seed}`);
  const results = [
    ...assessment.targets.map((target, index) => printResult(target, assessment, goals, `${seed}\0${index}`)),
    ...assessment.unreachable.map((target, index) =>
      printMissed(target, assessment, `${seed}\0missed\0${index}`),
    ),
  ];
  const document = {
    'assessment-results': {
      uuid: makeUuid(`results\0${seed}`),
      metadata: {
        title: 'Redis and Valkey posture',
        'last-modified': assessment.generatedAt,
        version: assessment.tool.version,
        'oscal-version': OSCAL_VERSION,
        remarks: [
          `Advisories as of ${assessment.advisoriesAsOf}. Technical evidence; it does not declare compliance.`,
          ...assessment.notes.map((note) => safeText(note)),
        ].join('\n'),
      },
      'import-ap': { href: `#${plan}` },
      results: results.length === 0 ? [printNothing(assessment, seed)] : results,
      'back-matter': {
        resources: [
          {
            uuid: plan,
            title: `Checks of wardis ${assessment.tool.version}`,
            description: 'The checks stand for an assessment plan: wardis explain ID prints each.',
            ...(options.policyPath === undefined
              ? {}
              : { rlinks: [{ href: uriOf(options.policyPath, options.baseDirectory) }] }),
          },
        ],
      },
    },
  };
  return `${printSafeJson(document, 2)}\n`;
}

function printResult(
  target: TargetAssessment,
  assessment: Assessment,
  goals: ReadonlyMap<string, string>,
  seed: string,
): object {
  const component = makeUuid(`component\0${seed}`);
  const observed = target.outcomes.filter((outcome) => outcome.status !== 'not-applicable');
  const judged = observed.filter((outcome) =>
    ['pass', 'fail'].includes(outcome.underlying ?? outcome.status),
  );
  const { level, exposure, frameworks } = target.request;
  const observations = observed.map((outcome) =>
    printObservation(outcome, target, component, assessment, seed),
  );
  return {
    uuid: makeUuid(`result\0${seed}`),
    title: safeText(target.subject),
    description: safeText(
      `${target.server}, ${target.mode}, ${target.login}, judged as ${[level, exposure, ...frameworks].join(', ')}`,
    ),
    start: assessment.generatedAt,
    end: assessment.generatedAt,
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
    'reviewed-controls': reviewOf(observed.map((outcome) => outcome.checkId)),
    ...(observations.length === 0 ? {} : { observations }),
    ...(judged.length === 0 ? {} : { findings: judged.map((outcome) => printFinding(outcome, goals, seed)) }),
    ...(target.fixed.length === 0
      ? {}
      : { remarks: `Fixed since the baseline: ${target.fixed.map((gone) => gone.checkId).join(', ')}.` }),
  };
}

function printObservation(
  outcome: Outcome,
  target: TargetAssessment,
  component: string,
  assessment: Assessment,
  seed: string,
): object {
  const stated = [outcome.why, outcome.look].filter((part) => part !== undefined && part !== '');
  const seen = outcome.evidence.map((item) => item.text);
  const description = [...seen, ...stated].join('; ');
  const evidence = outcome.evidence.map((item) => ({
    description: safeText(item.text) || 'empty',
    ...(item.from === undefined ? {} : { remarks: safeText(printFrom(item.from)) }),
  }));
  const prop = (name: string, value: string) => ({ name, ns: NAMESPACE, value });
  return {
    uuid: makeUuid(`observation\0${seed}\0${outcome.fingerprint}`),
    title: `${outcome.checkId} ${outcome.title}`,
    description: safeText(description === '' ? outcome.status : description),
    props: [
      prop('check', outcome.checkId),
      prop('outcome', outcome.status),
      prop('severity', outcome.severity),
      ...(outcome.baseline === undefined ? [] : [prop('baseline', outcome.baseline)]),
    ],
    methods: [methodOf(outcome, target)],
    types: [outcome.status === 'fail' ? 'finding' : 'control-objective'],
    subjects: [{ 'subject-uuid': component, type: 'component' }],
    ...(evidence.length === 0 ? {} : { 'relevant-evidence': evidence }),
    collected: assessment.generatedAt,
  };
}

/** What a person has still to look at was done by no method yet. */
function methodOf(outcome: Outcome, target: TargetAssessment): string {
  if ((outcome.underlying ?? outcome.status) === 'manual') return 'UNKNOWN';
  return target.origin === 'live' ? 'TEST' : 'EXAMINE';
}

function printFinding(outcome: Outcome, goals: ReadonlyMap<string, string>, seed: string): object {
  const goal = goals.get(outcome.checkId) ?? outcome.title;
  const satisfied = outcome.status === 'pass';
  const fix = outcome.fix.map(printChange).join('; ');
  const remarks = [
    ...(fix === '' ? [] : [`Fix: ${fix}`]),
    ...(outcome.waiver === undefined ? [] : [`Waived: ${printWaiver(outcome.waiver)}`]),
  ].join(' ');
  return {
    uuid: makeUuid(`finding\0${seed}\0${outcome.fingerprint}`),
    title: satisfied ? goal : outcome.title,
    description: safeText(outcome.risk ?? goal),
    target: {
      type: 'objective-id',
      'target-id': outcome.checkId,
      status: {
        state: satisfied ? 'satisfied' : 'not-satisfied',
        reason: satisfied ? 'pass' : 'fail',
      },
      ...(remarks === '' ? {} : { remarks: safeText(remarks) }),
    },
    'related-observations': [
      { 'observation-uuid': makeUuid(`observation\0${seed}\0${outcome.fingerprint}`) },
    ],
  };
}

/** The objectives are ours. Which clauses they bear on is told by `wardis explain`, not claimed here. */
function reviewOf(checkIds: readonly string[]): object {
  return {
    'control-selections': [{ description: 'No control of a catalogue is declared assessed.' }],
    ...(checkIds.length === 0
      ? {}
      : {
          'control-objective-selections': [
            { 'include-objectives': checkIds.map((id) => ({ 'objective-id': id })) },
          ],
        }),
  };
}

function printMissed(
  target: Assessment['unreachable'][number],
  assessment: Assessment,
  seed: string,
): object {
  return {
    uuid: makeUuid(`result\0${seed}`),
    title: safeText(`${target.subject} was not assessed`),
    description: safeText(`${target.code}: ${target.message}`),
    start: assessment.generatedAt,
    'reviewed-controls': reviewOf([]),
    remarks: safeText(target.next),
  };
}

function printNothing(assessment: Assessment, seed: string): object {
  return {
    uuid: makeUuid(`result\0${seed}`),
    title: 'No server was assessed',
    description: 'No target was given.',
    start: assessment.generatedAt,
    'reviewed-controls': reviewOf([]),
  };
}

/** A UUID from content, marked as version 5 and the RFC 9562 variant. */
function makeUuid(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
