/**
 * Why a server refuses a word of a user's rules, by cause instead of by message: `Syntax error` alone has a dozen of
 * them. Every refused word has exactly one cause, and every cause is a rule of the lint.
 */
import { parseUser } from '../language/user.ts';
import type { ProblemCode } from '../problem.ts';
import type { CommandTable } from '../table/command-table.ts';
import { moduleOf } from './module-name.ts';
import { findPlaceholder, findSpans } from './placeholder.ts';
import type { PlaceholderSpan } from './placeholder.ts';
import type { LintSubject, LintToken, LintUser } from './rule.ts';
import { firstToAccept } from './since.ts';

export type RefusalCause =
  | 'trailing-comment'
  | 'placeholder-split'
  | 'password-command'
  | 'placeholder-hash'
  | 'password-hash-malformed'
  | 'password-removal'
  | 'password-blank'
  | 'unknown-category'
  | 'unknown-command'
  | 'module-command'
  | 'needs-newer-server'
  | 'command-without-sign'
  | 'aclfile-quote'
  | 'unknown-token'
  | 'pattern-after-all-keys'
  | 'pattern-after-all-channels'
  | 'channel-needs-reset'
  | 'sub-after-full'
  | 'unmatched-parenthesis'
  | 'refused-rule';

/** A refused rule with its cause. */
export interface Refusal {
  readonly user: LintUser;
  readonly token: LintToken;
  readonly last: LintToken;
  readonly cause: RefusalCause;
  /** The template whose parts the words are. */
  readonly span?: PlaceholderSpan;
  /** The first server that accepts it. */
  readonly since?: string;
}

const known = new WeakMap<LintSubject, ReadonlyMap<RefusalCause, readonly Refusal[]>>();

/** The refused rules of every user that have this cause. Worked out once for a subject. */
export function refusalsBy(cause: RefusalCause, subject: LintSubject): readonly Refusal[] {
  let byCause = known.get(subject);
  if (byCause === undefined) {
    byCause = groupRefusals(subject);
    known.set(subject, byCause);
  }
  return byCause.get(cause) ?? [];
}

function groupRefusals(subject: LintSubject): ReadonlyMap<RefusalCause, readonly Refusal[]> {
  const groups = new Map<RefusalCause, Refusal[]>();
  for (const user of subject.users) {
    for (const refusal of explainRefusals(user, subject)) {
      const group = groups.get(refusal.cause);
      if (group === undefined) groups.set(refusal.cause, [refusal]);
      else group.push(refusal);
    }
  }
  return groups;
}

function explainRefusals(user: LintUser, subject: LintSubject): readonly Refusal[] {
  if (user.refused.length === 0) return [];
  const { table } = subject;
  const spans = findSpans(user.tokens);
  const told = new Set<PlaceholderSpan>();
  const found: Refusal[] = [];
  const comment = user.tokens.findIndex(({ text }) => /^(?:#|\/\/)$/.test(text));
  for (const { index, last, code } of user.refused) {
    const token = user.tokens[index];
    if (token === undefined) continue;
    if (comment !== -1 && index >= comment) {
      // One for the whole comment, whatever its words are.
      found.push({ user, token, last: user.tokens.at(-1) ?? token, cause: 'trailing-comment' });
      break;
    }
    const span = spans.find((each) => index <= each.last && last >= each.from);
    if (span !== undefined) {
      const [from, to] = [user.tokens[span.from] ?? token, user.tokens[span.last] ?? token];
      const cause = span.form === '$(command)' ? 'password-command' : 'placeholder-split';
      if (!told.has(span)) found.push({ user, token: from, last: to, cause, span });
      told.add(span);
      continue;
    }
    const inner = table.dialect.selectors ? innerRule(user, index, last, table) : undefined;
    if (inner === undefined) {
      found.push({ user, token, last: user.tokens[last] ?? token, ...causeOf(user, token, code, subject) });
    } else found.push({ user, token: inner, last: inner, ...causeOf(user, inner, code, subject) });
  }
  return found;
}

/** The rule of a refused selector that is at fault, without the parentheses. */
function innerRule(user: LintUser, from: number, last: number, table: CommandTable): LintToken | undefined {
  const words = user.tokens.slice(from, last + 1);
  if (words[0]?.text.startsWith('(') !== true || words.at(-1)?.text.endsWith(')') !== true) return undefined;
  // Quotes hold words together there.
  if (words.some(({ text }) => /["']/.test(text))) return undefined;
  for (const [i, word] of words.entries()) {
    const open = i === 0 ? 1 : 0;
    const close = i === words.length - 1 ? 1 : 0;
    const text = word.text.slice(open, word.text.length - close);
    if (text === '' || parseUser('x', [`(${text})`], table).problems.length === 0) continue;
    // Good for a user, but not between parentheses.
    if (parseUser('x', [text], table).problems.length === 0) return undefined;
    const range = word.range && ([word.range[0] + open, word.range[1] - close] as const);
    return { ...word, text, ...(range !== undefined && { range }) };
  }
  return undefined;
}

function causeOf(
  user: LintUser,
  token: LintToken,
  code: ProblemCode,
  subject: LintSubject,
): Pick<Refusal, 'cause' | 'since'> {
  const { table } = subject;
  switch (code) {
    case 'bad-password-hash':
      return { cause: isPlaceholderHash(token.text) ? 'placeholder-hash' : 'password-hash-malformed' };
    case 'password-not-found':
      return { cause: 'password-removal' };
    case 'unknown-command':
      return causeOfName(token.text, table);
    case 'syntax':
      return causeOfSyntax(user, token, subject);
    case 'pattern-after-all-keys':
      return { cause: 'pattern-after-all-keys' };
    case 'pattern-after-all-channels':
      return { cause: saysAllChannels(user, token) ? 'pattern-after-all-channels' : 'channel-needs-reset' };
    case 'command-already-allowed':
      return { cause: 'sub-after-full' };
    case 'unmatched-parenthesis':
    case 'crashes-server':
      return { cause: 'unmatched-parenthesis' };
    case 'first-arg-of-subcommand':
    case 'database-out-of-range':
    case 'bad-user-name':
    case 'duplicate-user':
    case 'user-keyword-missing':
    case 'breaks-display':
      return { cause: 'refused-rule' };
  }
}

function causeOfName(text: string, table: CommandTable): Pick<Refusal, 'cause' | 'since'> {
  if (moduleOf(text) !== undefined) return { cause: 'module-command' };
  const since = firstToAccept(text, table);
  if (since !== undefined) return { cause: 'needs-newer-server', since };
  return { cause: text.charAt(1) === '@' ? 'unknown-category' : 'unknown-command' };
}

function causeOfSyntax(
  user: LintUser,
  token: LintToken,
  { table, source }: LintSubject,
): Pick<Refusal, 'cause' | 'since'> {
  const { text } = token;
  const before = user.tokens[token.index - 1]?.text;
  if (before !== undefined && /^[><#!]$/.test(before)) return { cause: 'password-blank' };
  if (source.kind === 'acl-file' && (/^(["']).*\1$/.test(text) || endsQuote(user, token))) {
    return { cause: 'aclfile-quote' };
  }
  const since = firstToAccept(text, table);
  if (since !== undefined) return { cause: 'needs-newer-server', since };
  const name = text.toLowerCase();
  const bare = name.replace(/^@/, '');
  if (table.commands.has(name) || (name.startsWith('@') && table.categories.includes(bare))) {
    return { cause: 'command-without-sign' };
  }
  return { cause: 'unknown-token' };
}

/** The last word of a quoted text that was split at its blanks: `>"ab`, `cd"`. */
function endsQuote(user: LintUser, token: LintToken): boolean {
  const sign = token.text.at(-1);
  if (sign !== '"' && sign !== "'") return false;
  return user.tokens
    .slice(0, token.index)
    .some(({ text }) => /^[><~&]?["']/.test(text) && text.indexOf(sign) === text.lastIndexOf(sign));
}

/** `#<HASH>`, `#${HASH}`, `#APP_HASH`: no hexadecimal, and looking like a name. */
function isPlaceholderHash(text: string): boolean {
  const hash = text.slice(1);
  return findPlaceholder(hash) !== undefined || /^[A-Za-z]\w*(?:HASH|SHA(?:256)?)\w*$/i.test(hash);
}

/** Did a rule before this one ask for every channel? Otherwise it is how a new user of 6.2 starts. */
function saysAllChannels(user: LintUser, token: LintToken): boolean {
  return user.tokens
    .slice(0, token.index)
    .some(({ text }) => text === '&*' || text.toLowerCase() === 'allchannels');
}
