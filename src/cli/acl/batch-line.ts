/**
 * One line of `acl check --batch`: a question as JSON, and its answer as one line of JSON, worded as the server words
 * it. A line always describes a new user, as ACL SETUSER of a name that the server does not know yet.
 */

import { decide, getUserView, parseUser, printUser } from '../../acl/index.ts';
import type { CommandTable, Decision, Problem, User } from '../../acl/index.ts';

/** Answers the lines of one batch. */
export interface BatchAnswerer {
  /** The answer to a question, without line end. `number` is the line's, from 1. */
  readonly answer: (line: string, number: number) => string;
  /** Lines that were no question. */
  readonly malformed: () => number;
}

const USERNAME_DEFAULT = 'f';
/** Users that are kept parsed, and the characters of their rules: a batch asks much about few users. */
const USERS_MAX = 4096;
const USERS_CHARS_MAX = 16 * 1024 * 1024;

interface Question {
  readonly rules: readonly string[];
  readonly argv: readonly string[] | undefined;
  readonly db: number;
  readonly username: string;
}

/** A user, or the answer that its rules get. */
type Parsed = { readonly user: User } | { readonly refusal: string };

export function openBatch(table: CommandTable): BatchAnswerer {
  const userOf = rememberUsers(table);
  let malformed = 0;
  return {
    malformed: () => malformed,
    answer: (line, number) => {
      const question = readQuestion(line);
      if (typeof question === 'string') {
        malformed++;
        return printJson({ error: `line ${number}: ${question}` });
      }
      const parsed = userOf(question);
      if ('refusal' in parsed) return parsed.refusal;
      return question.argv === undefined
        ? describe(parsed.user, table)
        : printDecision(decideCommand(parsed.user, question.argv, table, question.db));
    },
  };
}

/** The question, or what is wrong with the line. Fields that are not asked for are left alone. */
function readQuestion(line: string): Question | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    // The parser's own sentence quotes the text, in which there may be a password.
    const at = /position (\d+)/.exec(String(error))?.[1];
    return `this is no JSON${at === undefined ? '' : ` (position ${at})`}`;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'this is no JSON object';
  const fields = parsed as Readonly<Record<string, unknown>>;
  const rules = fields['rules'] ?? [];
  const argv = fields['argv'] ?? undefined;
  const db = fields['db'] ?? 0;
  const username = fields['username'] ?? USERNAME_DEFAULT;
  if (!isTexts(rules)) return '"rules" must be a list of strings';
  if (argv !== undefined && !isTexts(argv)) return '"argv" must be a list of strings';
  if (typeof db !== 'number' || !Number.isSafeInteger(db)) return '"db" must be a whole number';
  if (typeof username !== 'string') return '"username" must be a string';
  return { rules, argv, db, username };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Users by name and rules, in two generations: what was not asked for lately is forgotten. */
function rememberUsers(table: CommandTable): (question: Question) => Parsed {
  let young = new Map<string, Parsed>();
  let old = young;
  let chars = 0;
  const remember = ({ username, rules }: Question): Parsed => {
    const key = JSON.stringify([username, rules]);
    const known = young.get(key);
    if (known !== undefined) return known;
    if (young.size >= USERS_MAX / 2 || chars + key.length > USERS_CHARS_MAX / 2) {
      old = young;
      young = new Map();
      chars = 0;
    }
    const parsed = old.get(key) ?? readUser(username, rules, table);
    young.set(key, parsed);
    chars += key.length;
    return parsed;
  };
  let last: { readonly question: Question; readonly parsed: Parsed } | undefined;
  return (question) => {
    if (last === undefined || !isSameUser(last.question, question)) {
      last = { question, parsed: remember(question) };
    }
    return last.parsed;
  };
}

/** Most lines ask about the user of the line before. */
function isSameUser(a: Question, b: Question): boolean {
  return (
    a.username === b.username &&
    a.rules.length === b.rules.length &&
    a.rules.every((rule, at) => rule === b.rules[at])
  );
}

function readUser(username: string, rules: readonly string[], table: CommandTable): Parsed {
  const { user, problems } = parseUser(username, rules, table, { secrets: 'verbatim' });
  if (user !== undefined) return { user };
  const [problem] = problems;
  const error = problem?.message ?? '';
  return { refusal: printJson({ error, token: tokenOf(error, problem, username) }) };
}

/** The rule as the server's sentence names it; of a bad name, the name. */
function tokenOf(error: string, problem: Problem | undefined, username: string): string {
  if (problem?.code === 'bad-user-name') return username;
  const named =
    /^ERR Error in ACL SETUSER modifier '([^]*)': /.exec(error) ??
    /^ERR Unmatched parenthesis in acl selector starting at '([^]*)'\.$/.exec(error);
  return named?.[1] ?? '';
}

/** ACL DRYRUN without a command is refused by its own arity. */
function decideCommand(user: User, argv: readonly string[], table: CommandTable, db: number): Decision {
  if (argv.length > 0) return decide(user, argv, table, { db });
  const message = "ERR wrong number of arguments for 'acl|dryrun' command";
  return { allowed: false, denied: 'error', object: '', message };
}

function printDecision(decision: Decision): string {
  if (decision.allowed) return '{"allowed": true}';
  const { denied, object, message } = decision;
  return denied === 'error'
    ? `{"allowed": false, "denied": "error", "message": ${JSON.stringify(message)}}`
    : `{"allowed": false, "denied": "${denied}", "object": ${JSON.stringify(object)}, "message": ${JSON.stringify(message)}}`;
}

function describe(user: User, table: CommandTable): string {
  return printJson({ line: printUser(user, table), getuser: getUserView(user, table) });
}

/** JSON on one line with a blank after each comma and colon; a byte that is not UTF-8 is written as `\udcXX`. */
function printJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${printJson(field)}`);
  return `{${fields.join(', ')}}`;
}
