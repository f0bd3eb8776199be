/**
 * An ACL file rewritten in canonical order and spelling, proved to mean the same: every rewritten line is parsed again
 * and compared with the line as it was, under both values of `acl-pubsub-default`.
 */
import { toBytes, toText } from '../bytes.ts';
import { invariant } from '../invariant.ts';
import { parseAclFile, parseUserLine } from '../language/aclfile.ts';
import type { AclFileOptions } from '../language/aclfile.ts';
import { mergeSelectors } from '../language/selector-merge.ts';
import type { Problem } from '../problem.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { PubsubDefault } from '../table/dialect.ts';
import type { User } from '../selector.ts';
import { hashRule } from './rule-form.ts';
import { orderRules } from './rule-order.ts';
import type { CommandOrder } from './rule-order.ts';
import { haveSameRights } from './same-rights.ts';
import { simplifyRules, simplifySelectors } from './simplify.ts';
import type { SameWith } from './simplify.ts';

export interface FormatOptions extends AclFileOptions {
  /** `hashed`: passwords in clear become their SHA-256, which is what the server keeps. Default: as written. */
  readonly passwords?: 'hashed';
  /** `effective`: rules without effect in this version go. Default: every rule stays. */
  readonly rules?: 'effective';
}

/** The new text, or why the server refuses the file as it is. */
export type FormattedFile =
  | { readonly text: string; readonly problems: readonly [] }
  | { readonly text: undefined; readonly problems: readonly Problem[] };

/**
 * Rewrites an ACL file: users keep their order, runs of empty lines become one, and each user's rules are put in the
 * order of ACL LIST. A file that the server refuses is left alone.
 */
export function formatAclFile(text: string, table: CommandTable, options: FormatOptions = {}): FormattedFile {
  const { problems } = parseAclFile(text, table, options);
  if (problems.length > 0) return { text: undefined, problems };
  const lines: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    if (line !== '') lines.push(formatUserLine(line, table, options));
    else if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  }
  if (lines.at(-1) === '') lines.pop();
  return { text: lines.map((line) => `${line}\n`).join(''), problems: [] };
}

/** One line of a file that the server accepts. */
export function formatUserLine(line: string, table: CommandTable, options: FormatOptions = {}): string {
  const [keyword = '', name = '', ...tokens] = line.split(' ');
  const merged = mergeSelectors(tokens.map(toBytes), table.dialect).rules;
  const rules = merged.map(({ token }) => toText(token.replace(/^[\t\r\n]+|[\t\r\n]+$/g, '')));
  const before = readUsers(line, table);
  const print = (attempt: readonly string[]): string => [keyword, name, ...attempt].join(' ');
  const same = (attempt: readonly string[]): boolean => isSame(before, readUsers(print(attempt), table));
  const order = (attempt: readonly string[]): readonly string[] =>
    ORDERS.map((commands) => orderRules(attempt, commands)).find(same) ?? attempt;
  const ordered = order(rules);
  const written = options.passwords === 'hashed' ? ordered.map(hashRule) : ordered;
  invariant(same(written), 'the rules mean the same in canonical order');
  return print(options.rules === 'effective' ? simplify(written, same, order) : written);
}

/** Commands of one sign may stand in any order, but for first arguments of 6.x: then they stay as they were. */
const ORDERS: readonly CommandOrder[] = ['sorted', 'kept'];
/** A rule that goes may leave another one without effect, or let its neighbours be sorted. */
const ROUNDS_MAX = 8;

function simplify(
  rules: readonly string[],
  same: SameWith,
  order: (rules: readonly string[]) => readonly string[],
): readonly string[] {
  let left = rules;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const simpler = simplifySelectors(simplifyRules(left, same), same);
    const next = order(same(simpler) ? simpler : left);
    if (next.length === left.length && next.every((rule, at) => rule === left[at])) break;
    left = next;
  }
  return left;
}

const PUBSUB_DEFAULTS: readonly PubsubDefault[] = ['allchannels', 'resetchannels'];

/** The user of a line under each default; it may be refused under one of them only. */
function readUsers(line: string, table: CommandTable): readonly (User | undefined)[] {
  return PUBSUB_DEFAULTS.map((pubsubDefault) => parseUserLine(line, table, { pubsubDefault }).user);
}

/** What is refused under one default has no meaning there to keep. */
function isSame(before: readonly (User | undefined)[], after: readonly (User | undefined)[]): boolean {
  return before.every((user, at) => {
    const other = after[at];
    return user === undefined || (other !== undefined && haveSameRights(user, other));
  });
}
