/**
 * Users as lint rules see them: what was written and where, and the user that it makes. Rules that the server would
 * refuse are passed over, so that the rest of a broken file is judged too.
 */
import { toBytes } from '../bytes.ts';
import { explainTokens } from './effect.ts';
import type { TokenEffect } from './effect.ts';
import { finishUser, newUser, reopenUser } from '../language/draft.ts';
import { applyRule } from '../language/rule.ts';
import { mergeSelectors } from '../language/selector-merge.ts';
import { ruleContext } from '../language/user.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { LintOptions, LintRange, LintToken, LintUser, LintUserKind } from './rule.ts';
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
    const { user, complete } =
      each.user === undefined ? applyTokens(each, table, options, base) : { user: each.user, complete: true };
    if (entries === 'additive') before.set(each.name, user);
    return { user, complete, kind: guessKind(each.name, user) };
  });
  const tenants = findTenants(made);
  return written.map((each, index) => {
    const { user, complete, kind } = made[index] ?? {
      ...applyTokens(each, table, options, undefined),
      kind: 'app',
    };
    return describeUser(each, user, complete ? 'complete' : 'in part', tenants.has(index) ? 'tenant' : kind);
  });
}

function applyTokens(
  written: WrittenUser,
  table: CommandTable,
  options: LintOptions,
  base: User | undefined,
): { readonly user: User; readonly complete: boolean } {
  const context = ruleContext(table, options.pubsubDefault);
  const draft = base === undefined ? newUser(context) : reopenUser(base);
  const merged = mergeSelectors(
    written.tokens.map(({ text }) => toBytes(text)),
    table.dialect,
  );
  let complete = merged.open === undefined;
  for (const { token } of merged.rules) if (applyRule(draft, token, context) !== undefined) complete = false;
  return { user: finishUser(toBytes(written.name), draft, table), complete };
}

function describeUser(
  written: WrittenUser,
  user: User,
  read: 'complete' | 'in part',
  kind: LintUserKind,
): LintUser {
  let effects: readonly TokenEffect[] | undefined;
  return {
    name: written.name,
    ...(written.line !== undefined && { line: written.line }),
    ...(written.range !== undefined && { range: written.range }),
    tokens: written.tokens,
    user,
    complete: read === 'complete',
    kind,
    get effects() {
      effects ??= explainTokens(
        written.name,
        written.tokens.map(({ text }) => text),
        user.table,
      );
      return effects ?? [];
    },
  };
}
