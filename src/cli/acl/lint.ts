/** The work of `wardis acl lint`: read the sources, judge them for each server, write the answers, choose the exit code. */

import {
  completeVersion,
  isTooLong,
  lint,
  LINT_RULES,
  LINT_SEVERITIES,
  readLintRules,
  readLintUsers,
  tableFor,
  type CommandTable,
  type LintFinding,
  type LintRule,
  type LintSeverity,
  type LintSubject,
  type PubsubDefault,
} from '../../acl/index.ts';
import { parseServerName, type ServerVersion } from '../../conf/index.ts';
import type { LintFlags } from '../commands/acl/lint.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeWhole } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { countFixable, fixFiles } from './lint-fix.ts';
import { listRules } from './lint-list.ts';
import { placeFindings, type LintResult } from './lint-result.ts';
import { LINT_FORMATS, renderLint } from './lint-report.ts';
import { gatherTexts, isTarget } from './lint-input.ts';
import { readLintText, type LintText } from './lint-source.ts';
import { judgeRules, judgeStart } from './lint-verdict.ts';
import { readSubject } from './subject.ts';
import { readTableFile } from './table-file.ts';

/** Servers that people run today, for whom files are judged when nobody names one. */
const SERVERS_DEFAULT = ['redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'];

export async function runLint(
  sources: readonly string[],
  flags: LintFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = parseOutputs(
    flags.json === true ? ['json', ...flags.output] : flags.output,
    LINT_FORMATS,
    'table',
  );
  if (flags.list === true) {
    context.terminal.out(listRules(outputs[0]?.format === 'json' ? 'json' : 'table'));
    return;
  }
  const rules = chooseRules(flags);
  const failOn = readSeverity(flags.failOn);
  const results = await gather(sources, rules, flags, context);
  for (const { format, path } of outputs) {
    const text = renderLint(format, results, {
      rules,
      look: path === undefined ? context.terminal.outLook : undefined,
      failOn,
      baseDirectory: process.cwd(),
    });
    if (path === undefined) context.terminal.out(text);
    else writeWhole(path, text, 0o644);
  }
  context.finish(results.some((result) => isWeighty(result, failOn)) ? EXIT.findings : EXIT.ok);
}

/** Something at or above the severity, or a file that no server starts with. */
function isWeighty({ verdict, findings }: LintResult, failOn: LintSeverity | undefined): boolean {
  if (failOn === undefined) return false;
  const least = LINT_SEVERITIES.indexOf(failOn);
  if (verdict?.starts === false && least >= LINT_SEVERITIES.indexOf('high')) return true;
  return findings.some(({ severity }) => LINT_SEVERITIES.indexOf(severity) <= least);
}

async function gather(
  sources: readonly string[],
  rules: readonly LintRule[],
  flags: LintFlags,
  context: CommandContext,
): Promise<readonly LintResult[]> {
  const files = sources.filter((source) => !isTarget(source));
  const live = sources.filter((source) => isTarget(source));
  const written = flags.userRules !== undefined || files.length > 0;
  const texts = await gatherTexts(files, readKind(flags.kind));
  const tables = written ? await readTables(flags) : [];
  const mended = flags.fix === true ? fixFiles(texts, tables[0], rules, context.terminal) : texts;
  const results = [
    ...mended.flatMap((text) => tables.map((table) => lintText(text, table, rules, flags))),
    ...(flags.userRules === undefined
      ? []
      : tables.map((table) => lintRules(flags.userRules ?? '', table, rules, flags))),
  ];
  const targets = live.length > 0 ? live : written ? [] : [undefined];
  for (const target of targets) results.push(await lintLive(target, rules, flags, context));
  return results;
}

function lintText(
  text: LintText,
  table: CommandTable,
  rules: readonly LintRule[],
  flags: LintFlags,
): LintResult {
  const pubsub = readPubsubDefault(flags.pubsubDefault);
  const subject = readLintText(text.text, text.kind, table, {
    name: text.path,
    ...(pubsub !== undefined && { pubsubDefault: pubsub }),
    ...(text.aclText !== undefined && { aclText: text.aclText }),
  });
  const findings = lint(subject, rules);
  return {
    ...resultOf(text.path, subject, findings),
    ...(text.kind === 'acl-file' && { fixable: countFixable(text.text, table, findings) }),
    verdict: judgeStart(text, subject),
  };
}

function lintRules(
  text: string,
  table: CommandTable,
  rules: readonly LintRule[],
  flags: LintFlags,
): LintResult {
  const pubsub = readPubsubDefault(flags.pubsubDefault);
  const subject = readLintRules(text, table, {
    user: flags.as ?? 'user',
    ...(pubsub !== undefined && { pubsubDefault: pubsub }),
  });
  return { ...resultOf('--user-rules', subject, lint(subject, rules)), verdict: judgeRules(subject) };
}

async function lintLive(
  target: string | undefined,
  rules: readonly LintRule[],
  flags: LintFlags,
  context: CommandContext,
): Promise<LintResult> {
  const { server: _, userRules: __, ...rest } = flags;
  const subject = await readSubject(target === undefined ? [] : [target], rest, context);
  const written = subject.users.map(({ name, tokens }) => ({
    name,
    tokens: tokens.map((text, index) => ({ text, index })),
  }));
  const read = readLintUsers({ name: subject.from, kind: 'live' }, written, subject.table);
  return resultOf(subject.from, read, lint(read, rules));
}

function resultOf(path: string, subject: LintSubject, findings: readonly LintFinding[]): LintResult {
  return {
    path,
    kind: subject.source.kind,
    server: subject.table.server,
    version: subject.table.dialect.version,
    ...(subject.table.note !== undefined && { note: subject.table.note }),
    users: subject.users.length,
    unjudged: subject.users.filter(isTooLong).map(({ name }) => name),
    findings: placeFindings(findings, subject.text),
  };
}

async function readTables(flags: LintFlags): Promise<readonly CommandTable[]> {
  const named = flags.server.map(readServer);
  if (flags.table !== undefined) {
    if (named.length > 1)
      throw usage('--table is the table of one server', 'name one --server, or leave --table out');
    const fallback = readServer('redis-7.2');
    return [(await readTableFile(flags.table, named[0], fallback)).table];
  }
  const servers = named.length > 0 ? named : SERVERS_DEFAULT.map(readServer);
  return [...new Set(servers.map((server) => tableFor(server)))];
}

/** A bare branch means the build that its table was recorded from. */
function readServer(name: string): ServerVersion {
  const server = parseServerName(name);
  if (server !== undefined) return completeVersion(server);
  throw usage(
    `--server ${JSON.stringify(name)} is not a server version`,
    'write redis-7.2, redis-7.2.16 or valkey-9.1',
  );
}

function chooseRules(flags: LintFlags): readonly LintRule[] {
  const known = new Set(LINT_RULES.map(({ id }) => id));
  const unknown = [...flags.rule, ...flags.skip].filter((id) => !known.has(id.toLowerCase()));
  if (unknown.length > 0) throw usage(`no rule is named ${unknown.join(', ')}`, 'wardis acl lint --list');
  const only = new Set(flags.rule.map((id) => id.toLowerCase()));
  const skipped = new Set(flags.skip.map((id) => id.toLowerCase()));
  // That a user was not judged is told whichever rules are asked for.
  return LINT_RULES.filter(
    ({ id }) => (only.size === 0 || only.has(id) || id === 'user-too-long') && !skipped.has(id),
  );
}

function readSeverity(text: string): LintSeverity | undefined {
  if (text === 'none') return undefined;
  const severity = LINT_SEVERITIES.find((known) => known === text);
  if (severity !== undefined) return severity;
  throw usage(
    `--fail-on ${JSON.stringify(text)} is no severity`,
    `write ${LINT_SEVERITIES.join(', ')} or none`,
  );
}

function readKind(text: string | undefined): LintText['kind'] | undefined {
  if (text === undefined || text === 'acl-file' || text === 'conf' || text === 'script') return text;
  throw usage(`--kind ${JSON.stringify(text)} is not known`, 'write acl-file, conf or script');
}

function readPubsubDefault(text: string | undefined): PubsubDefault | undefined {
  if (text === undefined || text === 'allchannels' || text === 'resetchannels') return text;
  throw usage(`--pubsub-default ${JSON.stringify(text)} is not known`, 'write allchannels or resetchannels');
}

function usage(what: string, next: string): CommandFailure {
  return new CommandFailure({ code: 'E_USAGE', what, next });
}
