/**
 * An ACL file as ACL LOAD and startup read it: acl.c ACLLoadFromFile, Redis 7.2. Lines are split on single blanks only:
 * there are no quotes, no tabs and (before Redis 8.8) no comments, and any error refuses the whole file.
 */
import { cString, hasSpaces, toBytes, toText } from '../bytes.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { PubsubDefault } from '../table/dialect.ts';
import { finishUser, newUser } from './draft.ts';
import type { DraftUser, RuleContext } from './draft.ts';
import { findHazards } from './hazard.ts';
import { adviseFileRule, adviseLine } from './help-file.ts';
import type { Problem } from '../problem.ts';
import { applyRule } from './rule.ts';
import { hideSecrets, REASONS } from './rule-error.ts';
import { mergeSelectors } from './selector-merge.ts';
import type { MergedRule } from './selector-merge.ts';
import type { User } from '../selector.ts';
import { defaultUser, ruleContext } from './user.ts';
import type { ParsedUser } from './user.ts';

export interface AclFileOptions {
  /** Name of the file in messages; default `users.acl`. */
  readonly file?: string;
  /** `acl-pubsub-default`; default: the version's. */
  readonly pubsubDefault?: PubsubDefault;
}

/** One user of a file. */
export interface AclFileUser {
  readonly user: User;
  /** From 1; undefined for the default user that the server adds itself. */
  readonly line: number | undefined;
  /** The rules as written, after the name. Secret: passwords are among them. */
  readonly tokens: readonly string[];
}

export interface ParsedAclFile {
  /** Users whose line has no error, in file order; the added default user last. */
  readonly users: readonly AclFileUser[];
  /** Any of these and the server refuses the whole file. */
  readonly problems: readonly Problem[];
  /** What the server accepts but will suffer from. */
  readonly hazards: readonly Problem[];
  /** False: the server makes `default` `on nopass ~* &* +@all`. */
  readonly defaultUserDeclared: boolean;
  /** What ACL LOAD answers, when it refuses; undefined also where it would crash. */
  readonly refusal: string | undefined;
}

/** A user line that was read by itself; `name` is undefined when the line names nobody. */
export type ParsedUserLine = ParsedUser & { readonly name: string | undefined };

/** An ACL file as ACL LOAD reads it; every error of every line is reported. */
export function parseAclFile(text: string, table: CommandTable, options: AclFileOptions = {}): ParsedAclFile {
  const byName = new Map<string, AclFileUser>();
  const problems: Problem[] = [];
  const hazards: Problem[] = [];
  const names = new Set<string>();
  for (const [i, { raw, offset }] of readLines(text).entries()) {
    const words = splitLine(raw, offset, i + 1);
    if (words === undefined || isComment(words, table)) continue;
    const parsed = readLine(words, table, options, names);
    for (const problem of parsed.problems) problems.push(problem);
    for (const hazard of parsed.hazards) hazards.push(hazard);
    if (parsed.user === undefined) continue;
    // A user named again stands where the last line is.
    byName.delete(parsed.user.name);
    byName.set(parsed.user.name, { user: parsed.user, line: i + 1, tokens: words.tokens.slice(2) });
  }
  const users = [...byName.values()];
  const defaultUserDeclared = names.has('default');
  if (!defaultUserDeclared)
    users.push({ user: defaultUser(table), line: undefined, tokens: DEFAULT_USER_RULES });
  const crashes = problems.some((problem) => problem.code === 'crashes-server');
  const refusal =
    problems.length === 0 || crashes ? undefined : `ERR ${problems.map((p) => p.message).join('')}${REFUSED}`;
  return { users, problems, hazards, defaultUserDeclared, refusal };
}

/** One line of ACL LIST or of an ACL file: `user NAME rule...`. */
export function parseUserLine(
  line: string,
  table: CommandTable,
  options: AclFileOptions = {},
): ParsedUserLine {
  const words = splitLine(line, 0, 1) ?? { tokens: [], starts: [], line: 1 };
  return readLine(words, table, options, new Set());
}

const DEFAULT_USER_RULES = ['on', 'nopass', '~*', '&*', '+@all'];
const REFUSED = 'WARNING: ACL errors detected, no change to the previously active ACL rules was performed';

/** Bytes that the server reads at once. */
const CHUNK_BYTES = 1023;

interface Line {
  readonly raw: string;
  readonly offset: number;
}

/**
 * Lines as the server reads them: fgets into 1024 bytes, each piece taken for a C string. What stands behind a NUL is
 * lost up to the end of the piece, the line end included, and the next line goes on in its place.
 */
function readLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let offset = 0;
  let start: number | undefined;
  let joined = '';
  for (const raw of text.split('\n')) {
    start ??= offset;
    offset += raw.length + 1;
    if (!raw.includes('\0')) {
      lines.push({ raw: joined + raw, offset: start });
      [joined, start] = ['', undefined];
      continue;
    }
    const bytes = toBytes(raw);
    let kept = '';
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) kept += cString(bytes.slice(at, at + CHUNK_BYTES));
    // The line end is part of the last piece, unless that is full without it.
    const last = bytes.slice(bytes.length - (bytes.length % CHUNK_BYTES));
    joined += toText(kept);
    if (last.includes('\0')) continue;
    lines.push({ raw: joined, offset: start });
    [joined, start] = ['', undefined];
  }
  if (joined !== '') lines.push({ raw: joined, offset: start ?? 0 });
  return lines;
}

/** The words of a line and where they start in the text. */
interface Words {
  readonly tokens: readonly string[];
  readonly starts: readonly number[];
  readonly line: number;
}

function splitLine(raw: string, offset: number, line: number): Words | undefined {
  const left = raw.replace(/^[ \t\r\n]+/, '');
  const text = left.replace(/[ \t\r\n]+$/, '');
  if (text === '') return undefined;
  const starts: number[] = [];
  const tokens = text.split(' ');
  let start = offset + raw.length - left.length;
  for (const token of tokens) {
    starts.push(start);
    start += token.length + 1;
  }
  return { tokens, starts, line };
}

/** Redis 8.8 and later know comments: whole lines only. */
function isComment(words: Words, table: CommandTable): boolean {
  return table.dialect.aclFileComments && words.tokens[0]?.startsWith('#') === true;
}

function readLine(
  words: Words,
  table: CommandTable,
  options: AclFileOptions,
  names: Set<string>,
): ParsedUserLine {
  const { tokens, line } = words;
  const file = options.file ?? 'users.acl';
  const name = tokens[1];
  if (tokens[0] !== 'user' || name === undefined) {
    const message = `${file}:${line} should start with user keyword followed by the username. `;
    return refuse(
      undefined,
      problemAt(words, 0, tokens.length - 1, { code: 'user-keyword-missing', message }, adviseLine(tokens)),
    );
  }
  if (hasSpaces(name)) {
    const message = `'${file}:${line}: username '${name}' contains invalid characters. `;
    return refuse(name, problemAt(words, 1, 1, { code: 'bad-user-name', message }, adviseLine(tokens)));
  }
  const again = names.has(name);
  if (again && table.dialect.duplicateUsers === 'refused') {
    const message = `WARNING: Duplicate user '${name}' found on line ${line}. `;
    return refuse(name, problemAt(words, 1, 1, { code: 'duplicate-user', message }, 'Merge the two lines.'));
  }
  names.add(name);
  const merged = mergeSelectors(tokens.slice(2).map(toBytes), table.dialect);
  if (merged.open !== undefined) {
    const crashes = table.dialect.aclFileParenthesisCrashes && merged.rules.length > 0;
    const problem = {
      code: crashes ? 'crashes-server' : 'unmatched-parenthesis',
      message: `${file}:${line}: Unmatched parenthesis in selector definition.`,
    } as const;
    const help = crashes
      ? 'Close the selector: this server does not report it, it crashes at ACL LOAD and at startup.'
      : 'Close the selector with a ")" at the end of one of its rules.';
    return refuse(name, problemAt(words, merged.open + 2, tokens.length - 1, problem, help));
  }
  const context = ruleContext(table, options.pubsubDefault);
  const draft = newUser(context);
  if (again) applyRule(draft, 'reset', context);
  return applyRules(name, draft, merged.rules, words, context, options);
}

function applyRules(
  name: string,
  draft: DraftUser,
  rules: readonly MergedRule[],
  words: Words,
  context: RuleContext,
  options: AclFileOptions,
): ParsedUserLine {
  const { table } = context;
  const where = `${options.file ?? 'users.acl'}:${words.line}`;
  const problems: Problem[] = [];
  const everyError = table.dialect.aclFileErrors === 'every';
  let reported = false;
  for (const rule of rules) {
    const token = rule.token.replace(/^[\t\r\n]+|[\t\r\n]+$/g, '');
    const code = applyRule(draft, token, context);
    if (code === undefined) continue;
    // Unknown commands are all reported, of the other errors only the first of a line; 6.x reports them all.
    const byName = code === 'unknown-command' && !everyError;
    if (code !== 'unknown-command' && reported && !everyError) continue;
    if (code !== 'unknown-command') reported = true;
    const operation = byName ? `Error in applying operation '${hideSecrets(toText(token))}': ` : '';
    const message = `${where}: ${operation}${REASONS[code]}. `;
    const help = adviseFileRule(name, toText(token), code, table);
    problems.push(problemAt(words, rule.index + 2, rule.last + 2, { code, message }, help));
  }
  const hazards = findHazards(rules, draft, table).map((hazard) => {
    const at = hazard.index === undefined ? 1 : hazard.index + 2;
    return problemAt(words, at, at, hazard, hazard.help);
  });
  if (problems.length > 0) return { name, user: undefined, problems, hazards: [] };
  return { name, user: finishUser(toBytes(name), draft, table), problems, hazards };
}

function refuse(name: string | undefined, problem: Problem): ParsedUserLine {
  return { name, user: undefined, problems: [problem], hazards: [] };
}

/** A problem about the words `from` to `to`. */
function problemAt(
  words: Words,
  from: number,
  to: number,
  problem: Pick<Problem, 'code' | 'message'>,
  help: string | undefined,
): Problem {
  const tokens = words.tokens.slice(from, to + 1);
  const start = words.starts[from] ?? 0;
  const end = (words.starts[to] ?? start) + (words.tokens[to]?.length ?? 0);
  return {
    code: problem.code,
    message: problem.message,
    range: [start, end],
    line: words.line,
    token: from < 2 ? (tokens[0] ?? '') : hideSecrets(tokens.join(' ')),
    ...(from >= 2 && { index: from - 2 }),
    ...(help !== undefined && { help }),
  };
}
