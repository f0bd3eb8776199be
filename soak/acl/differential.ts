/**
 * Random users and commands, put to a real server and to the ACL engine: ACL SETUSER, ACL LIST, ACL GETUSER and ACL
 * DRYRUN must answer as the engine does, byte for byte. Rules that end the server when it shows the user (the engine
 * names them) are sent, but the user is not shown.
 */
import { decide, getUserView, parseUser, printUser } from '../../src/acl/index.ts';
import type { CommandTable, PubsubDefault, User, UserView } from '../../src/acl/index.ts';
import { toBytes, toText } from '../../src/acl/bytes.ts';
import { tableOfBuild } from './build.ts';
import { randomArgv } from './commands.ts';
import type { Answer, Pipe } from './pipe.ts';
import { anyBytes, randomFrom } from './random.ts';
import type { Random } from './random.ts';
import { randomRules, randomTheme } from './rules.ts';
import { shrinkCase } from './shrink.ts';

/** A user made in one or two steps, and what it tries. Byte strings. */
export interface Case {
  readonly name: string;
  /** One ACL SETUSER call each. */
  readonly steps: readonly (readonly string[])[];
  readonly argvs: readonly (readonly string[])[];
  /** Database of the connection. */
  readonly db: number;
}

/** The same question, answered twice. */
export interface Disagreement {
  readonly asked: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

export interface Outcome {
  /** Commands decided. */
  readonly decisions: number;
  readonly allowed: number;
  /** Users shown. */
  readonly users: number;
  readonly refusedRules: number;
  readonly failures: readonly (Disagreement & { readonly case: Case })[];
}

export interface RunOptions {
  readonly table: CommandTable;
  readonly seed: number;
  /** Decisions to compare at least; users where the server has no ACL DRYRUN. */
  readonly runs: number;
  /** A connection to the server; asked for again when the server has ended. */
  readonly connect: () => Promise<Pipe>;
  /** `acl-pubsub-default`, set on the server; default: as it is. */
  readonly pubsubDefault?: PubsubDefault;
  /** Stop after so many. */
  readonly failuresMax: number;
}

const CASES_PER_BATCH = 100;

/** Runs until `runs` decisions were compared; every failure is shrunk. */
export async function compareWithServer(options: RunOptions): Promise<Outcome> {
  const { seed, runs, failuresMax } = options;
  const random = randomFrom(seed);
  const totals = { decisions: 0, allowed: 0, users: 0, refusedRules: 0 };
  const failures: (Disagreement & { readonly case: Case })[] = [];
  const connect = async (): Promise<Pipe> => {
    const pipe = await options.connect();
    if (options.pubsubDefault !== undefined)
      await pipe.send([['CONFIG', 'SET', 'acl-pubsub-default', options.pubsubDefault]]);
    return pipe;
  };
  let pipe = await connect();
  const table = await tableOfBuild(pipe, options.table);
  const ask = async (one: Case): Promise<Disagreement | undefined> => {
    try {
      return await askOne(pipe, one, table, options.pubsubDefault);
    } catch (error) {
      pipe = await connect();
      return { asked: 'the server', ours: 'lives', theirs: String(error) };
    }
  };
  const done = (): number => (table.dialect.selectors ? totals.decisions : totals.users);
  while (done() < runs && failures.length < failuresMax) {
    const cases = Array.from({ length: CASES_PER_BATCH }, () => randomCase(random, table));
    for (const failed of await askBatch(pipe, cases, table, totals, options.pubsubDefault).catch(async () => {
      pipe = await connect();
      return cases;
    })) {
      const first = await ask(failed);
      if (first === undefined) continue;
      const shrunk = await shrinkCase(failed, async (smaller) => (await ask(smaller)) !== undefined);
      failures.push({ ...((await ask(shrunk)) ?? first), case: shrunk });
      if (failures.length >= failuresMax) break;
    }
  }
  pipe.close();
  return { ...totals, failures };
}

function randomCase(random: Random, table: CommandTable): Case {
  const theme = randomTheme(random, table);
  const steps = Array.from({ length: random.chance(1, 4) ? 2 : 1 }, () => randomRules(random, theme));
  if (random.chance(1, 3)) steps.push(['+@all']);
  if (random.chance(1, 6)) steps.push(['allkeys']);
  return {
    name: random.chance(1, 10) ? anyBytes(random, 8) || 'g' : 'f',
    steps,
    argvs: Array.from({ length: 4 + random.below(12) }, () => randomArgv(random, theme)),
    db: table.dialect.databases && random.chance(1, 3) ? random.below(16) : 0,
  };
}

type Totals = { decisions: number; allowed: number; users: number; refusedRules: number };

/** The cases that disagree. */
async function askBatch(
  pipe: Pipe,
  cases: readonly Case[],
  table: CommandTable,
  totals: Totals,
  pubsubDefault: PubsubDefault | undefined,
): Promise<readonly Case[]> {
  const plans = cases.map((one) => planOf(one, table, pubsubDefault));
  const sent = pipe.send(plans.flatMap(({ questions }) => questions.map(({ command }) => command)));
  const answers = await sent;
  const failed: Case[] = [];
  let at = 0;
  for (const [i, { questions, user, refused }] of plans.entries()) {
    const mine = answers.slice(at, at + questions.length);
    at += questions.length;
    const one = cases[i];
    if (one !== undefined && findDisagreement(questions, mine) !== undefined) failed.push(one);
    totals.refusedRules += refused;
    if (user === undefined) continue;
    totals.users++;
    totals.decisions += questions.filter(({ decision }) => decision).length;
    totals.allowed += questions.filter(({ decision, ours }) => decision === true && ours === 'OK').length;
  }
  return failed;
}

async function askOne(
  pipe: Pipe,
  one: Case,
  table: CommandTable,
  pubsubDefault: PubsubDefault | undefined,
): Promise<Disagreement | undefined> {
  const { questions } = planOf(one, table, pubsubDefault);
  return findDisagreement(questions, await pipe.send(questions.map(({ command }) => command)));
}

/** A command for the server, and what it must answer; `undefined` for anything. */
interface Question {
  readonly command: readonly string[];
  readonly ours?: Answer;
  /** How to make two answers comparable. */
  readonly view?: (answer: Answer) => unknown;
  readonly decision?: true;
}

interface Plan {
  readonly questions: readonly Question[];
  readonly user: User | undefined;
  readonly refused: number;
}

function planOf(one: Case, table: CommandTable, pubsubDefault: PubsubDefault | undefined): Plan {
  const questions: Question[] = [{ command: ['ACL', 'DELUSER', one.name] }];
  const name = toText(one.name);
  let user: User | undefined;
  let endsServer = false;
  let refused = 0;
  for (const step of one.steps) {
    const parsed = parseUser(name, step.map(toText), table, {
      secrets: 'verbatim',
      ...(user !== undefined && { base: user }),
      ...(pubsubDefault !== undefined && { pubsubDefault }),
    });
    const message = parsed.problems[0]?.message;
    const ours = message === undefined ? 'OK' : { error: toBytes(message) };
    questions.push({ command: ['ACL', 'SETUSER', one.name, ...step], ours });
    if (message !== undefined) refused++;
    if (parsed.user === undefined) continue;
    user = parsed.user;
    endsServer = parsed.hazards.some((hazard) => hazard.message.includes('ends this server'));
  }
  if (user !== undefined) {
    if (!endsServer) questions.push(...showQuestions(one, user, table));
    if (table.dialect.selectors) questions.push(...dryRunQuestions(one, user, table));
  }
  return { questions: [...questions, { command: ['ACL', 'DELUSER', one.name] }], user, refused };
}

function showQuestions(one: Case, user: User, table: CommandTable): readonly Question[] {
  const start = `user ${one.name} `;
  const line = toBytes(printUser(user, table));
  return [
    {
      command: ['ACL', 'LIST'],
      ours: [comparable(line, table)],
      view: (answer) =>
        Array.isArray(answer)
          ? (answer as readonly string[])
              .filter((each) => each.startsWith(start) && one.name !== 'default')
              .map((each) => comparable(each, table))
          : answer,
    },
    {
      command: ['ACL', 'GETUSER', one.name],
      ours: comparableView(listView(getUserView(user, table)), table),
      view: (answer) => comparableView(answer, table),
    },
  ];
}

function dryRunQuestions(one: Case, user: User, table: CommandTable): readonly Question[] {
  const questions = one.argvs.map((argv): Question => {
    const decision = decide(user, argv.map(toText), table, { db: one.db });
    const command = ['ACL', 'DRYRUN', one.name, ...argv];
    if (decision.allowed) return { command, ours: 'OK', decision: true };
    const message = toBytes(decision.message);
    return { command, ours: decision.denied === 'error' ? { error: message } : message, decision: true };
  });
  if (one.db === 0) return questions;
  return [{ command: ['SELECT', String(one.db)] }, ...questions, { command: ['SELECT', '0'] }];
}

function findDisagreement(
  questions: readonly Question[],
  answers: readonly Answer[],
): Disagreement | undefined {
  for (const [i, { command, ours, view }] of questions.entries()) {
    if (ours === undefined) continue;
    const answer = answers[i] ?? null;
    const theirs = view === undefined ? answer : view(answer);
    if (ours === theirs || JSON.stringify(ours) === JSON.stringify(theirs)) continue;
    return { asked: command.slice(0, 2).join(' '), ours, theirs };
  }
  return undefined;
}

/** 6.x and 7.0 list single commands in the order of a hash table: words are compared as a multiset. */
function comparable(text: string, table: CommandTable): string {
  return table.dialect.display === 'kept-rules' ? text : text.split(/[ ()]/).sort().join(' ');
}

function comparableView(answer: Answer, table: CommandTable): Answer {
  if (!Array.isArray(answer)) return answer;
  return (answer as readonly Answer[]).map((item, i, list) =>
    typeof item === 'string' && list[i - 1] === 'commands'
      ? comparable(item, table)
      : comparableView(item, table),
  );
}

/** GETUSER's answer as RESP2 sends it. */
function listView(view: UserView): Answer {
  return Object.entries(view).flatMap(([field, value]): Answer[] => [field, listOf(value)]);
}

function listOf(value: unknown): Answer {
  if (typeof value === 'string') return toBytes(value);
  if (Array.isArray(value)) return (value as readonly unknown[]).map(listOf);
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([field, each]): Answer[] => [
    field,
    listOf(each),
  ]);
}
