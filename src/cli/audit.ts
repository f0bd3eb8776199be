/** The work of `wardis audit`: gather snapshots, judge them, write the reports, choose the exit code. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseServerName, type ServerVersion } from '../conf/index.ts';
import {
  printEndpoint,
  snapshotAll,
  snapshotFromFiles,
  UnreadableFileError,
  type NodeResult,
  type Snapshot,
} from '../fleet/index.ts';
import { expectationsFor, type PolicyDocument } from '../policy/index.ts';
import {
  ADVISORIES_AS_OF,
  assess,
  CATALOGUE,
  findFramework,
  renderReport,
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
import { readTimeouts, resolveTargets } from './connection-target.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { CommandFailure } from './failure.ts';
import { writeWhole } from './file-output.ts';
import { describeFleetError } from './fleet-failure.ts';
import { parseOutputs } from './format-option.ts';
import { oneOf, readChoice, requestFor } from './judgement-request.ts';
import { readPassword } from './password.ts';
import { loadPolicy } from './policy-file.ts';
import { openProgress, SILENT_PROGRESS } from './progress.ts';
import { readVersion } from './version.ts';

/** Judged by when a server does not show its version. */
const SERVER_FALLBACK: ServerVersion = { product: 'redis', version: '7.2.0' };

interface Gathered {
  readonly snapshots: readonly { readonly snapshot: Snapshot; readonly tookMs: number }[];
  readonly unreachable: Assessment['unreachable'];
  /** `refused`: some server did not take our own credentials. */
  readonly credentials: 'accepted' | 'refused';
}

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
  const policy = loadPolicy(flags.policy, context);
  const choice = readChoice(flags, policy?.chosen ?? {});
  const selected = chooseChecks(flags);
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
  const gathered =
    flags.config === undefined && flags.aclfile === undefined
      ? await gatherLive(targets, flags, context)
      : gatherFiles(flags, policy?.document, context);
  const assessment = assess(
    gathered.snapshots.map(({ snapshot, tookMs }) => ({
      snapshot,
      expected: expectationsFor(requestFor(choice, snapshot, SERVER_FALLBACK)),
      gatheredInMs: tookMs,
    })),
    {
      checks: selected,
      now: context.now(),
      toolVersion: readVersion(),
      advisoriesAsOf: ADVISORIES_AS_OF,
      waivers: policy?.document.waivers ?? [],
      ...(baseline === undefined ? {} : { baseline }),
      elapsedMs: () => performance.now(),
      unreachable: gathered.unreachable,
    },
  );
  for (const output of outputs)
    emit(output.format, output.path, assessment, selected, flags, context, policy?.path);
  context.finish(exitOf(assessment, failOn, gathered.credentials));
}

/** Findings outrank incompleteness, which outranks a clean answer; refused credentials outrank all. */
export function exitOf(
  assessment: Assessment,
  failOn: Severity | undefined,
  credentials: 'accepted' | 'refused',
): ExitCode {
  if (credentials === 'refused') return EXIT.refused;
  const outcomes = assessment.targets.flatMap((target) => target.outcomes);
  const found = outcomes.some(
    (outcome) =>
      failOn !== undefined && outcome.status === 'fail' && severityAtLeast(outcome.severity, failOn),
  );
  if (found) return EXIT.findings;
  const openQuestion = outcomes.some(
    (outcome) =>
      failOn !== undefined && outcome.status === 'unknown' && severityAtLeast(outcome.severity, failOn),
  );
  return assessment.unreachable.length > 0 || openQuestion ? EXIT.incomplete : EXIT.ok;
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
  const framework = findFramework(name.replaceAll('-', '_')) ?? findFramework(name);
  return framework === undefined ? undefined : new Set(framework.clauses.flatMap((clause) => clause.checks));
}

async function gatherLive(
  targets: readonly string[],
  flags: AuditFlags,
  context: CommandContext,
): Promise<Gathered> {
  const password = await readPassword(flags, context.environment, context.terminal);
  const resolved = resolveTargets(targets, flags, password, context.terminal);
  const progress = flags.quiet === true ? SILENT_PROGRESS : openProgress(context.terminal, 'asked');
  const results = await snapshotAll(resolved, {
    limits: readTimeouts(flags),
    tls: flags.tlsVersions === true ? 'versions' : 'one',
    concurrency: wholeNumber('--concurrency', flags.concurrency),
    onProgress: (done, total, last) => progress.step(done, total, printEndpoint(last.target.endpoint)),
  });
  progress.end();
  return {
    snapshots: results.flatMap((result) => (result.ok ? [timed(result.snapshot)] : [])),
    unreachable: results.flatMap((result) => (result.ok ? [] : [describeUnreachable(result)])),
    credentials: results.some((result) => !result.ok && result.error.code === 'wrongpass')
      ? 'refused'
      : 'accepted',
  };
}

function timed(snapshot: Snapshot): Gathered['snapshots'][number] {
  return { snapshot, tookMs: snapshot.effort?.elapsedMs ?? 0 };
}

function describeUnreachable(result: NodeResult & { readonly ok: false }): Assessment['unreachable'][number] {
  const subject = printEndpoint(result.target.endpoint);
  const text = describeFleetError(result.error, subject);
  const message = text.cause === undefined ? text.what : `${text.what} (${text.cause})`;
  return { subject, code: text.code, message, next: text.next ?? `wardis doctor ${subject}` };
}

function gatherFiles(
  flags: AuditFlags,
  document: PolicyDocument | undefined,
  context: CommandContext,
): Gathered {
  if (flags.config === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--aclfile is judged together with the conf that names it',
      next: 'wardis audit --config redis.conf --aclfile users.acl',
    });
  }
  const server = flags.server === undefined ? document?.request.server : parseServerName(flags.server);
  if (flags.server !== undefined && server === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--server ${JSON.stringify(flags.server)} is not a server version`,
      next: '--server redis-7.2',
    });
  }
  const started = performance.now();
  try {
    const snapshot = snapshotFromFiles({
      configPath: flags.config,
      ...(flags.aclfile === undefined ? {} : { aclPath: resolve(flags.aclfile) }),
      server: server ?? SERVER_FALLBACK,
      takenAt: context.now().toISOString(),
    });
    return {
      snapshots: [{ snapshot, tookMs: performance.now() - started }],
      unreachable: [],
      credentials: 'accepted',
    };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new CommandFailure(
      {
        code: 'E_READ',
        what: 'the file could not be read',
        target: error.path,
        cause: error.message,
        next: 'check the name and your permission to read it',
      },
      { cause: error },
    );
  }
}

function emit(
  format: ReportFormat,
  path: string | undefined,
  assessment: Assessment,
  checks: readonly Check[],
  flags: AuditFlags,
  context: CommandContext,
  policyPath: string | undefined,
): void {
  const look = context.terminal.outLook;
  const text = renderReport(format, assessment, {
    checks,
    columns: path === undefined && flags.wide !== true ? look.columns : Number.POSITIVE_INFINITY,
    colour: path === undefined && look.colour,
    unicode: look.unicode,
    detail: flags.showAll === true ? 'all' : 'findings',
    ...(policyPath === undefined ? {} : { policyPath }),
  });
  if (path === undefined) context.terminal.out(text);
  else writeWhole(path, text, 0o644);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `${flag} ${JSON.stringify(text)} is not a whole number`,
    next: `${flag} 32`,
  });
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
