/** The work of `wardis audit`: gather snapshots, judge them, write the reports, choose the exit code. */

import { readFileSync } from 'node:fs';
import type { Snapshot } from '../fleet/index.ts';
import { expectationsUnder, type Expectations, type PolicyDocument } from '../policy/index.ts';
import {
  ADVISORIES_AS_OF,
  CATALOGUE,
  findFramework,
  openAssessment,
  renderReportParts,
  REPORT_FORMATS,
  selectChecks,
  severityAtLeast,
  SEVERITIES,
  type Assessment,
  type Baseline,
  type Check,
  type ReportFormat,
  type Severity,
} from '../posture/index.ts';
import type { AuditFlags } from './commands/audit.ts';
import { gatherFiles, gatherLive, SERVER_FALLBACK, type Judge } from './audit-source.ts';
import type { CommandContext } from './context.ts';
import { stateFolderOf } from './change/state-folder.ts';
import { declaredUsers, loadRotations } from './declared-users.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { CommandFailure } from './failure.ts';
import { writeParts } from './file-output.ts';
import { parseOutputs } from './format-option.ts';
import { oneOf, readChoice, requestFor, type Chosen } from './judgement-request.ts';
import { loadPolicy } from './policy-file.ts';
import { readVersion } from './version.ts';

export async function runAudit(
  targets: readonly string[],
  flags: AuditFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = parseOutputs(
    flags.json === true ? ['json', ...flags.output] : flags.output,
    REPORT_FORMATS,
    'table',
  );
  const failOn = flags.failOn === 'none' ? undefined : oneOf('--fail-on', flags.failOn, SEVERITIES);
  const policy = await loadPolicy(flags.policy, context);
  if (policy !== undefined && flags.policy === undefined && flags.quiet !== true) {
    context.terminal.err(`judged by ${policy.path} in this folder\n`);
  }
  const choice = readChoice(flags, policy?.chosen ?? {});
  const selected = chooseChecks(flags);
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
  const declared =
    policy === undefined
      ? undefined
      : declaredUsers(policy.document, await loadRotations(stateFolderOf(flags, policy.path), context));
  const assessor = openAssessment({
    checks: selected,
    now: context.now(),
    toolVersion: readVersion(),
    advisoriesAsOf: ADVISORIES_AS_OF,
    waivers: policy?.document.waivers ?? [],
    ...(baseline === undefined ? {} : { baseline }),
    ...(declared === undefined ? {} : { declared }),
    elapsedMs: () => performance.now(),
  });
  const expectedOf = expectationsByRequest(choice, policy?.document);
  const judge: Judge = (snapshot, gatheredInMs, place) =>
    assessor.judge({ snapshot, expected: expectedOf(snapshot), gatheredInMs }, place);
  const gathered =
    flags.config === undefined && flags.aclfile === undefined
      ? await gatherLive(targets, flags, context, judge)
      : gatherFiles(flags, policy?.document, context, judge);
  const assessment = assessor.finish(gathered.unreachable);
  for (const output of outputs)
    await emit(output.format, output.path, assessment, selected, flags, context, policy?.path);
  context.finish(
    exitOf(assessment, failOn, {
      credentials: gathered.credentials,
      unknowns: flags.allowUnknown === true ? 'allow' : 'count',
    }),
  );
}

/** Nodes of one version and mode share what is expected of them. */
function expectationsByRequest(
  choice: Chosen,
  policy: PolicyDocument | undefined,
): (snapshot: Snapshot) => Expectations {
  const { credentialAgeDays } = policy ?? { credentialAgeDays: undefined };
  const known = new Map<string, Expectations>();
  return (snapshot) => {
    const request = requestFor(choice, snapshot, SERVER_FALLBACK);
    const key = JSON.stringify(request);
    const found = known.get(key) ?? expectationsUnder({ credentialAgeDays }, request);
    known.set(key, found);
    return found;
  };
}

/**
 * Refused credentials outrank findings, findings outrank incompleteness. What a source can never tell (files do not show
 * who is connected) leaves a run complete; what was asked and not answered does not.
 */
export function exitOf(
  assessment: Assessment,
  failOn: Severity | undefined,
  run: { readonly credentials: 'accepted' | 'refused'; readonly unknowns: 'count' | 'allow' },
): ExitCode {
  if (run.credentials === 'refused') return EXIT.refused;
  const weighty = assessment.targets
    .flatMap((target) => target.outcomes)
    .filter((outcome) => failOn !== undefined && severityAtLeast(outcome.severity, failOn));
  if (weighty.some((outcome) => outcome.status === 'fail')) return EXIT.findings;
  if (assessment.unreachable.length > 0) return EXIT.incomplete;
  const open = weighty.some((outcome) => outcome.status === 'unknown' && outcome.reason !== 'not-asked');
  return open && run.unknowns === 'count' ? EXIT.incomplete : EXIT.ok;
}

function chooseChecks(flags: AuditFlags): readonly Check[] {
  const framework = flags.framework === undefined ? undefined : checksOfFramework(flags.framework);
  if (flags.framework !== undefined && framework === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `unknown framework ${JSON.stringify(flags.framework)}`,
      next: 'wardis explain frameworks',
    });
  }
  const { checks, unmatched } = selectChecks(CATALOGUE, {
    only: flags.check,
    skip: flags.skip,
    ...(flags.severity === undefined ? {} : { severity: oneOf('--severity', flags.severity, SEVERITIES) }),
    ...(framework === undefined ? {} : { framework }),
  });
  if (unmatched.length > 0) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `no check is named ${unmatched.join(', ')}`,
      next: 'wardis explain   lists every check',
    });
  }
  return checks;
}

function checksOfFramework(name: string): ReadonlySet<string> | undefined {
  const framework = findFramework(name);
  return framework === undefined ? undefined : new Set(framework.clauses.flatMap((clause) => clause.checks));
}

async function emit(
  format: ReportFormat,
  path: string | undefined,
  assessment: Assessment,
  checks: readonly Check[],
  flags: AuditFlags,
  context: CommandContext,
  policyPath: string | undefined,
): Promise<void> {
  const look = context.terminal.outLook;
  const parts = renderReportParts(format, assessment, {
    checks,
    columns: path === undefined && flags.wide !== true ? look.columns : Number.POSITIVE_INFINITY,
    colour: path === undefined && look.colour,
    unicode: look.unicode,
    detail: flags.showAll === true ? 'all' : 'findings',
    baseDirectory: process.cwd(),
    ...(policyPath === undefined ? {} : { policyPath }),
  });
  if (path !== undefined) return writeParts(path, parts, 0o644);
  for (const part of parts) {
    context.terminal.out(part);
    await context.terminal.drained?.();
  }
}

function readBaseline(path: string): Baseline {
  try {
    const parsed = JSON.parse(readFileSync(path, 'utf8')) as Baseline & { readonly schemaVersion?: string };
    if (parsed.schemaVersion !== '1' || !Array.isArray(parsed.targets))
      throw new Error('it is not a JSON report of wardis audit');
    return parsed;
  } catch (error) {
    throw new CommandFailure({
      code: 'E_BASELINE',
      what: 'the baseline could not be read',
      target: path,
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'make one: wardis audit … -o json=baseline.json',
    });
  }
}
