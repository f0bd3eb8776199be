/** `wardis acl test`: expectations of users, put to the engine for every server version that is named. */

import { dirname, resolve } from 'node:path';
import {
  judgeExpectations,
  measureCoverage,
  parseUser,
  splitRules,
  type CommandTable,
} from '../../acl/index.ts';
import type { TestFlags } from '../commands/acl/test.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeWhole } from '../file-output.ts';
import { parseOutputs } from '../format-option.ts';
import { readSubject, readTable, type SubjectUser } from './subject.ts';
import { readTestFile, type TestFile } from './test-file.ts';
import { printTestJson, printTestJunit, printTestTable, type TestRun } from './test-report.ts';

const FORMATS = ['table', 'json', 'junit'] as const;
const REPORT_MODE = 0o644;

export async function testExpectations(
  paths: readonly string[],
  flags: TestFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = parseOutputs(
    flags.json === true ? [...flags.output, 'json'] : flags.output,
    FORMATS,
    'table',
  );
  const floor = readPercent(flags.minCoverage);
  const runs: TestRun[] = [];
  for (const path of paths) {
    const file = await readTestFile(path);
    const servers = flags.server.length > 0 ? flags.server : file.servers;
    for (const server of servers.length > 0 ? servers : [undefined])
      runs.push(await runFile(file, server, flags, context));
  }
  for (const { format, path } of outputs) {
    const text =
      format === 'table'
        ? printTestTable(runs, {
            all: flags.showAll === true ? 'shown' : 'failures',
            look: context.terminal.outLook,
          })
        : format === 'json'
          ? printTestJson(runs)
          : printTestJunit(runs);
    if (path === undefined) context.terminal.out(text);
    else writeWhole(path, text, REPORT_MODE);
  }
  const failed = runs.some((run) => run.results.some(({ outcome }) => outcome !== 'pass'));
  const thin = runs.filter((run) => floor !== undefined && !(percentOf(run) >= floor));
  for (const run of thin) {
    context.terminal.err(
      `coverage of ${run.path} on ${run.server} is below ${(flags.minCoverage ?? '').replace(/%$/, '')} %\n`,
    );
  }
  context.finish(failed || thin.length > 0 ? EXIT.findings : EXIT.ok);
}

async function runFile(
  file: TestFile,
  server: string | undefined,
  flags: TestFlags,
  context: CommandContext,
): Promise<TestRun> {
  const { users, table, from: read, notes } = await readUsers(file, server, flags, context);
  const from = namePath(read, file);
  const results = judgeExpectations(
    users.map(({ user }) => user),
    file.cases,
  );
  const coverage = users.map(({ name, tokens, user }) =>
    measureCoverage(name, tokens, file.cases, user.table),
  );
  return { path: file.path, server: table.server, from, notes, results, coverage };
}

/** A path of the expectations themselves is named as they write it, not by where it was found. */
function namePath(read: string, { path, aclfile, config }: TestFile): string {
  return (
    [aclfile, config].find((name) => name !== undefined && resolve(dirname(path), name) === read) ?? read
  );
}

interface Users {
  readonly users: readonly SubjectUser[];
  readonly table: CommandTable;
  readonly from: string;
  readonly notes: readonly string[];
}

/** What the flags name goes before what the file names. */
async function readUsers(
  file: TestFile,
  server: string | undefined,
  flags: TestFlags,
  context: CommandContext,
): Promise<Users> {
  const { server: _, output: __, aclfile, config, target, ...rest } = flags;
  const version = server === undefined ? {} : { server };
  const flagged = aclfile !== undefined || config !== undefined || target !== undefined;
  if (!flagged && file.users !== undefined) return readInlineUsers(file.users, { ...rest, ...version });
  const beside = (name: string): string => resolve(dirname(file.path), name);
  const sources = flagged
    ? { ...(aclfile !== undefined && { aclfile }), ...(config !== undefined && { config }) }
    : {
        ...(file.aclfile !== undefined && { aclfile: beside(file.aclfile) }),
        ...(file.config !== undefined && { config: beside(file.config) }),
      };
  const isNamed = flagged || file.aclfile !== undefined || file.config !== undefined || isConnection(flags);
  if (!isNamed) {
    throw new CommandFailure({
      code: 'E_EXPECTATIONS',
      what: 'nothing says whose rules are tested',
      target: file.path,
      next: 'name aclfile, config or users in the file, or give --aclfile, --config or --target',
    });
  }
  return readSubject(target === undefined ? [] : [target], { ...rest, ...version, ...sources }, context);
}

function isConnection({ host, port, socket, uri }: TestFlags): boolean {
  return [host, port, socket, uri].some((value) => value !== undefined);
}

async function readInlineUsers(
  written: Readonly<Record<string, string>>,
  flags: { readonly server?: string; readonly table?: string },
): Promise<Users> {
  const { table, notes } = await readTable(flags);
  const users = Object.entries(written).map(([name, rules]) => {
    const tokens = splitRules(rules);
    const parsed = tokens === undefined ? undefined : parseUser(name, tokens, table);
    if (tokens === undefined || parsed?.user === undefined) {
      throw new CommandFailure({
        code: 'E_RULES',
        what: `the server refuses the rules of user ${name}: ${parsed?.problems[0]?.message ?? 'a quote is not closed'}`,
        ...(parsed?.problems[0]?.help !== undefined && { cause: parsed.problems[0].help }),
        next: 'mend the rules below users',
      });
    }
    return { name, tokens, user: parsed.user };
  });
  return { users, table, from: 'users of the file', notes };
}

/** NaN when it is not known: no floor is passed by that. */
function percentOf({ coverage }: TestRun): number {
  if (coverage.some(({ rules }) => rules === undefined)) return Number.NaN;
  const rules = coverage.flatMap((each) => each.rules ?? []);
  return rules.length === 0 ? 100 : (100 * rules.filter(({ exercised }) => exercised).length) / rules.length;
}

function readPercent(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(text.replace(/%$/, ''));
  if (percent >= 0 && percent <= 100 && text.trim() !== '') return percent;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--min-coverage ${JSON.stringify(text)} is no percentage`,
    next: 'write a number from 0 to 100',
  });
}
