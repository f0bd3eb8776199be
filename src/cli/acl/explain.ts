/**
 * The work of `wardis acl explain`: one user in full, several in a line each, or the rules that decide one command. It
 * judges nothing: the exit code is 0 whatever the answer.
 */

import {
  defaultUser,
  explainDecision,
  explainUser,
  findEscalations,
  suggestOrder,
  type DecisionExplanation,
  type Escalations,
  type Execution,
  type OrderSuggestion,
  type PubsubDefault,
  type User,
  type UserExplanation,
} from '../../acl/index.ts';
import type { ExplainFlags } from '../commands/acl/explain.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { printDecisions } from './explain-decision-report.ts';
import { decisionsData, userData, usersData } from './explain-data.ts';
import { printUserInFull, printUsers } from './explain-report.ts';
import { splitExplainWords } from './rules-argument.ts';
import { decideShown, hideSecretArguments, refuseQuotedCommand } from './secret-argument.ts';
import { readSubject, type Subject, type SubjectUser } from './subject.ts';
import { printSafeJson } from '../../text/index.ts';

/** Everything that is said of one user. */
export interface ExplainedUser {
  readonly user: SubjectUser;
  readonly explanation: UserExplanation;
  readonly escalations: Escalations;
  readonly suggestion?: OrderSuggestion;
}

/** One user's decision. */
export interface ExplainedDecision {
  readonly user: SubjectUser;
  readonly explanation: DecisionExplanation;
  readonly execution: Execution;
}

export async function runAclExplain(
  words: readonly string[],
  raw: readonly string[],
  flags: ExplainFlags,
  context: CommandContext,
): Promise<void> {
  const { targets, rules, argv } = splitExplainWords(words, raw);
  if (argv !== undefined) refuseQuotedCommand(argv);
  if (rules !== undefined && flags.userRules !== undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'rules are given twice',
      next: 'keep --user-rules or the argument',
    });
  }
  const subject = await readSubject(
    targets,
    rules === undefined ? flags : { ...flags, userRules: rules },
    context,
  );
  const { terminal } = context;
  const look = terminal.outLook;
  const json = (data: unknown): void => terminal.out(`${printSafeJson(data, 2)}\n`);
  const names = flags.wide === true ? 'all' : 'first';
  const [only] = subject.users;
  if (argv !== undefined) {
    const decisions = explainDecisions(subject, argv, flags);
    const shown = hideSecretArguments(argv);
    if (flags.json === true) json(decisionsData(subject, shown, decisions));
    else terminal.out(printDecisions(subject, shown, decisions, look));
  } else if (subject.users.length === 1 && only !== undefined) {
    const explained = explainInFull(subject, only, flags);
    if (flags.json === true) json(userData(subject, explained));
    else terminal.out(printUserInFull(subject, explained, look, names));
  } else if (flags.json === true) json(usersData(subject));
  else terminal.out(printUsers(subject, look));
  context.finish(EXIT.ok);
}

function explainInFull(subject: Subject, user: SubjectUser, flags: ExplainFlags): ExplainedUser {
  const { table } = user.user;
  const options = pubsubOption(flags);
  const known = defaultUserOf(subject);
  const suggestion = suggestOrder(user.name, user.tokens, table, options);
  return {
    user,
    explanation: explainUser(user.user, table, user.tokens, options),
    escalations: findEscalations(
      user.user,
      table,
      known === undefined || known === user.user ? {} : { defaultUser: known },
    ),
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** What a client becomes that does not log in: a file without the user leaves it wide open. */
function defaultUserOf(subject: Subject): User | undefined {
  const users = subject.file?.users ?? subject.everyone ?? subject.users;
  const named = users.find(({ user }) => user.name === 'default')?.user;
  return named ?? (subject.file === undefined ? undefined : defaultUser(subject.table));
}

function explainDecisions(
  subject: Subject,
  argv: readonly string[],
  flags: ExplainFlags,
): readonly ExplainedDecision[] {
  const db = Number(flags.db ?? '0');
  if (!Number.isSafeInteger(db) || db < 0) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--db ${JSON.stringify(flags.db)} is no database number`,
      next: '--db 0',
    });
  }
  return subject.users.flatMap((user) => {
    const { table } = user.user;
    const options = { db, ...pubsubOption(flags) };
    const execution = decideShown(user.user, argv, db);
    const isError = !execution.dryRun.allowed && execution.dryRun.denied === 'error';
    const asked = isError ? hideSecretArguments(argv) : argv;
    const explanation = explainDecision(user.name, user.tokens, asked, table, options);
    return explanation === undefined ? [] : [{ user, explanation, execution }];
  });
}

/** Live servers and conf files say it themselves; their users come as ACL LIST shows them, which spells it out. */
function pubsubOption({ pubsubDefault }: ExplainFlags): { readonly pubsubDefault?: PubsubDefault } {
  return pubsubDefault === 'allchannels' || pubsubDefault === 'resetchannels' ? { pubsubDefault } : {};
}
