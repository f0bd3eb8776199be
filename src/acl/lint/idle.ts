/**
 * The rules of a user that do nothing: they repeat, deny what is not there, or lose to a later denial. Worked out once
 * for a user and kept small, because what each rule contributed is a long list.
 */
import type { TokenEffect } from '../explain/effect.ts';
import type { LintToken, LintUser } from './rule.ts';

/** The words of one idle rule. */
export interface IdleRule {
  readonly token: LintToken;
  readonly last: LintToken;
  /** The rules that give it already. */
  readonly by: readonly LintToken[];
}

export interface IdleRules {
  readonly grants: readonly IdleRule[];
  readonly denials: readonly IdleRule[];
  /** Named grants that one later denial takes away. */
  readonly lost: readonly { readonly token: LintToken; readonly by: LintToken }[];
}

const NOTHING: IdleRules = { grants: [], denials: [], lost: [] };
const known = new WeakMap<LintUser, IdleRules>();

export function idleRulesOf(user: LintUser): IdleRules {
  const before = known.get(user);
  if (before !== undefined) return before;
  const found = isPlain(user) ? NOTHING : summarise(user);
  known.set(user, found);
  return found;
}

/** Only distinct names and patterns behind a first -@all: nothing can repeat. Most users of large files are like that. */
function isPlain(user: LintUser): boolean {
  const seen = new Set<string>();
  let patterns = 0;
  for (const { text } of user.tokens) {
    const word = text.toLowerCase();
    if (/^[><#!]/.test(word)) continue;
    if (seen.has(word) || /^(?:\+@|all|[(%])/.test(word)) return false;
    if (word.startsWith('-') && (word !== '-@all' || [...seen].some((each) => each.startsWith('+'))))
      return false;
    if (/^[~&]/.test(word)) patterns++;
    if (word.startsWith('+')) {
      const bar = word.indexOf('|');
      if (bar !== -1 && seen.has(word.slice(0, bar))) return false;
      if (user.user.table.commands.get(word.slice(1))?.isContainer === true) return false;
    }
    seen.add(word);
  }
  return patterns < 3;
}

function summarise(user: LintUser): IdleRules {
  const grants: IdleRule[] = [];
  const denials: IdleRule[] = [];
  const lost: { token: LintToken; by: LintToken }[] = [];
  for (const effect of user.effects) {
    const token = user.tokens[effect.index];
    const last = user.tokens[effect.last];
    if (token === undefined || last === undefined) continue;
    const by = effect.by.flatMap((index) => user.tokens[index] ?? []);
    if (isIdleGrant(effect, token)) grants.push({ token, last, by });
    else if (isIdleDenial(effect, token)) denials.push({ token, last, by });
    const taker = takerOf(effect, token, user);
    if (taker !== undefined) lost.push({ token, by: taker });
  }
  return { grants, denials, lost };
}

/** `regranted-by` and `wiped-by` are lost, not idle: they are mistakes of order. */
function isIdleGrant({ status, reason }: TokenEffect, { text }: LintToken): boolean {
  return (
    status === 'none' &&
    /^(?:[+~%&(]|all)/i.test(text) &&
    (reason === 'already-granted' || reason === 'implied' || reason === 'always-allowed')
  );
}

/** -@all is a good habit wherever it stands. */
function isIdleDenial({ status, reason, by }: TokenEffect, { text }: LintToken): boolean {
  return (
    status === 'none' &&
    text.startsWith('-') &&
    text.toLowerCase() !== '-@all' &&
    reason === 'nothing-to-remove' &&
    by.length === 0
  );
}

function takerOf(
  { status, lostTo }: TokenEffect,
  { text }: LintToken,
  user: LintUser,
): LintToken | undefined {
  const [only, ...others] = lostTo;
  if (status !== 'lost' || only === undefined || others.length > 0 || !/^\+[^@]/.test(text)) return undefined;
  const taker = user.tokens[only.by];
  const word = taker?.text.toLowerCase() ?? '';
  return word.startsWith('-') && word !== '-@all' ? taker : undefined;
}
