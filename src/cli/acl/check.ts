/**
 * The work of `wardis acl check`: whose rights, which command, both answers (ACL DRYRUN's and the one of running it),
 * and the exit code: 0 allowed, 1 denied, 2 no answer. Of several users it makes a list, and the exit code is 0.
 */

import { explainDecision, type DecisionExplanation, type Execution } from '../../acl/index.ts';
import type { CheckFlags } from '../commands/acl/check.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { runBatch } from './batch.ts';
import { findGrant, type Grant } from './check-grant.ts';
import { askNames, askServer, type ServerAnswer } from './check-live.ts';
import { printCheckJson, printCheckList, printCheckOne } from './check-report.ts';
import { splitWords } from './check-words.ts';
import { decideShown, hideSecretArguments, refuseQuotedCommand } from './secret-argument.ts';
import { readSubject, type Subject, type SubjectUser } from './subject.ts';

/** One user's answer. */
export interface Check {
  readonly user: SubjectUser;
  readonly execution: Execution;
  /** Which rules decided it; absent for what is no command, and in lists of many users. */
  readonly explanation?: DecisionExplanation;
  /** Would running it work: what the exit code says. `error`: the server calls it no command. */
  readonly verdict: 'allowed' | 'denied' | 'error';
  /** Of a denial: rules that would allow it. */
  readonly grant?: Grant;
  /** What the live server said itself, with `--verify`. */
  readonly server?: ServerAnswer;
}

export interface CheckReport {
  readonly subject: Subject;
  /** As shown: secrets are `…`. */
  readonly argv: readonly string[];
  readonly db: number;
  readonly checks: readonly Check[];
}

export async function runCheck(
  words: readonly string[],
  raw: readonly string[],
  flags: CheckFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.batch !== undefined) {
    refuseSubject(words, flags);
    return runBatch(flags.batch, flags, context);
  }
  const { targets, rules, argv } = splitWords(words, raw, flags);
  refuseQuotedCommand(argv);
  const db = readDatabase(flags.db);
  const asked = rules === undefined ? flags : { ...flags, userRules: rules };
  const subject = await readSubject(targets, asked, context);
  refuseVerify(subject, flags);
  const { checks, shown } = await decideAll(subject, argv, db, flags);
  const report: CheckReport = { subject, argv: shown, db, checks };
  const { terminal } = context;
  if (flags.quiet !== true) {
    const print = flags.json === true ? printCheckJson : checks.length === 1 ? printCheckOne : printCheckList;
    terminal.out(print(report, terminal.outLook));
  }
  context.finish(exitOf(checks));
}

async function decideAll(
  subject: Subject,
  argv: readonly string[],
  db: number,
  flags: CheckFlags,
): Promise<{ readonly checks: readonly Check[]; readonly shown: readonly string[] }> {
  const target = subject.asIf === undefined ? subject.target : undefined;
  const names = target === undefined ? undefined : await askNames(target, argv, flags);
  const asked = names?.argv ?? argv;
  // What is secret follows from the command's own name; people typed the name that it has there.
  const shown = [argv[0] ?? '', ...hideSecretArguments(asked).slice(1)];
  const isExplained = names?.unknown === undefined && subject.users.length <= EXPLAINED_USERS_MAX;
  const checks = subject.users.map((user): Check => {
    const execution = names?.unknown ?? decideShown(user.user, asked, db);
    const verdict = verdictOf(execution);
    const explanation = isExplained
      ? explain(
          user,
          execution.dryRun.allowed || execution.dryRun.denied !== 'error'
            ? asked
            : hideSecretArguments(asked),
          db,
          flags,
        )
      : undefined;
    const grant = isExplained && verdict === 'denied' ? findGrant(user.user, asked, db) : undefined;
    return {
      user,
      execution,
      verdict,
      ...(explanation !== undefined && { explanation }),
      ...(grant !== undefined && { grant }),
    };
  });
  if (flags.verify !== true || target === undefined) return { checks, shown };
  const answers = await askServer(target, checks, argv, db, flags);
  const verified = checks.map((check, at) => {
    const server = answers[at];
    return server === undefined ? check : { ...check, server };
  });
  return { checks: verified, shown };
}

/** More are listed without their reasons: --as explains one. */
const EXPLAINED_USERS_MAX = 100;

function explain(
  { name, tokens, user }: SubjectUser,
  argv: readonly string[],
  db: number,
  { pubsubDefault }: CheckFlags,
): DecisionExplanation | undefined {
  return explainDecision(name, tokens, argv, user.table, {
    db,
    ...((pubsubDefault === 'allchannels' || pubsubDefault === 'resetchannels') && { pubsubDefault }),
  });
}

function verdictOf({ dryRun, execution }: Execution): Check['verdict'] {
  if (!dryRun.allowed) return dryRun.denied === 'error' ? 'error' : 'denied';
  return execution === 'denied' ? 'denied' : 'allowed';
}

/** A disagreement with the server is no answer at all. */
function exitOf(checks: readonly Check[]): ExitCode {
  if (checks.some(({ server }) => server?.kind === 'disagrees')) return EXIT.error;
  if (checks.some(({ server }) => server?.kind === 'unasked')) return EXIT.incomplete;
  if (checks.every(({ verdict }) => verdict === 'error')) return EXIT.error;
  return checks.length === 1 && checks[0]?.verdict === 'denied' ? EXIT.findings : EXIT.ok;
}

/** Each line of a batch names its user and its command itself. */
function refuseSubject(words: readonly string[], flags: CheckFlags): void {
  const given = [flags.userRules, flags.aclfile, flags.config, flags.as, words[0]];
  if (given.every((value) => value === undefined)) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: '--batch takes users and commands from its lines, and none from the command line',
    next: 'leave out everything but --server, --table and --batch',
  });
}

function refuseVerify(subject: Subject, flags: CheckFlags): void {
  if (flags.verify !== true) return;
  if (subject.target === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--verify asks a live server, and none is named',
      next: 'wardis acl check HOST:PORT --as USER --verify -- GET key',
    });
  }
  if (subject.asIf !== undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--verify asks the server itself, which is no ${subject.asIf}`,
      target: subject.from,
      next: 'leave out --server and --table, or --verify',
    });
  }
  if (subject.table.dialect.selectors) return;
  throw new CommandFailure({
    code: 'E_UNSUPPORTED',
    what: 'ACL DRYRUN exists from version 7.0 on',
    target: subject.from,
    next: 'leave out --verify',
  });
}

function readDatabase(text: string | undefined): number {
  const db = Number(text ?? '0');
  if (Number.isSafeInteger(db) && db >= 0) return db;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--db ${JSON.stringify(text)} is no database number`,
    next: '--db 0',
  });
}
