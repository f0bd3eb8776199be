/**
 * Users as lint rules see them: what was written and where, and the user that it makes. Rules that the server would
 * refuse are passed over, so that the rest of a broken file is judged too.
 */
import { toBytes } from '../bytes.ts';
import { explainTokens } from '../explain/token-effect.ts';
import { finishUser, newUser, reopenUser } from '../language/draft.ts';
import { applyRule } from '../language/rule.ts';
import { mergeSelectors } from '../language/selector-merge.ts';
import { ruleContext } from '../language/user.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { LintOptions, LintRange, LintRefusal, LintToken, LintUser, LintUserKind } from './rule.ts';
import { findTenants, guessKind } from './user-kind.ts';

/** A user as written: the name, its rules, and where they stand. */
export interface WrittenUser {
  readonly name: string;
  readonly line?: number;
  readonly range?: LintRange;
  readonly tokens: readonly LintToken[];
  /** When its rules were read already, and all of them were accepted. */
  readonly user?: User;
}

/** Reads users. `additive`: a second entry of a name goes on from the first, as ACL SETUSER does. */
export function readUsers(
  written: readonly WrittenUser[],
  table: CommandTable,
  options: LintOptions,
  entries: 'additive' | 'separate' = 'separate',
): readonly LintUser[] {
  const before = new Map<string, User>();
  const made = written.map((each) => {
    const base = entries === 'additive' ? before.get(each.name) : undefined;
    const { user, refused } =
      each.user === undefined
        ? applyTokens(each, table, options, base)
        : { user: each.user, refused: NOTHING_REFUSED };
    if (entries === 'additive') before.set(each.name, user);
    return { each, user, refused, base, kind: guessKind(each.name, user) };
  });
  const tenants = findTenants(made);
  return made.map((one, index) =>
    describeUser({ ...one, kind: tenants.has(index) ? 'tenant' : one.kind }, options),
  );
}

const NOTHING_REFUSED: readonly LintRefusal[] = [];

function applyTokens(
  written: WrittenUser,
  table: CommandTable,
  options: LintOptions,
  base: User | undefined,
): { readonly user: User; readonly refused: readonly LintRefusal[] } {
  const context = ruleContext(table, options.pubsubDefault);
  const draft = base === undefined ? newUser(context) : reopenUser(base);
  const texts = written.tokens.map(({ text }) => toBytes(text));
  const { rules, open } = mergeSelectors(texts, table.dialect);
  const refused: LintRefusal[] = [];
  for (const { token, index, last } of rules) {
    const code = applyRule(draft, token, context);
    if (code !== undefined) refused.push({ index, last, code });
  }
  if (open !== undefined)
    refused.push({ index: open, last: texts.length - 1, code: 'unmatched-parenthesis' });
  return { user: finishUser(toBytes(written.name), draft, table), refused };
}

function describeUser(
  read: {
    readonly each: WrittenUser;
    readonly user: User;
    readonly refused: readonly LintRefusal[];
    readonly base: User | undefined;
    readonly kind: LintUserKind;
  },
  options: LintOptions,
): LintUser {
  const { each, user, refused, base, kind } = read;
  return {
    name: each.name,
    ...(each.line !== undefined && { line: each.line }),
    ...(each.range !== undefined && { range: each.range }),
    tokens: each.tokens,
    user,
    complete: refused.length === 0,
    refused,
    kind,
    get effects() {
      return explainTokens(
        each.name,
        each.tokens.map(({ text }) => text),
        user.table,
        { ...options, ...(base !== undefined && { base }) },
      );
    },
  };
}
