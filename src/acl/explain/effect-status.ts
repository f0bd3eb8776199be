/** From what a rule changed, and what later rules made of it, to its status and the reason. */
import { toText } from '../bytes.ts';
import { hideSecrets } from '../language/rule-error.ts';
import type { MergedRule } from '../language/selector-merge.ts';
import { emptyBits } from '../table/command-bits.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { Contribution, EffectReason, EffectStatus, LostTo, TokenEffect } from './effect.ts';
import { ownersOf, standingFacts } from './ledger.ts';
import type { Account, Ledger } from './ledger.ts';
import type { CommandWrites } from './scene.ts';
import { aspectOf, countedBits, FUTURE, nameFacts } from './fact.ts';
import type { Aspect, Fact } from './fact.ts';

/** A rule after it was applied (or refused). */
export interface AppliedRule extends MergedRule {
  readonly account: Account;
  readonly children: readonly TokenEffect[];
  readonly conventional: boolean;
  /** For a rule that changed nothing: ordinals of those that had given it all before. */
  readonly by: readonly number[];
  /** What it gives to a user who has nothing; known where it matters. */
  readonly named?: readonly Fact[];
  readonly writes?: CommandWrites;
  readonly fault?: EffectReason;
  readonly message?: string;
}

interface Verdict {
  readonly status: EffectStatus;
  readonly reason?: EffectReason;
  /** Ordinals. */
  readonly by: readonly number[];
}

/** The effects of rules that were applied in this order to one state. */
export function judgeRules(
  rules: readonly AppliedRule[],
  ledger: Ledger,
  table: CommandTable,
): readonly TokenEffect[] {
  const standing = standingFacts(ledger);
  const implied = findImplied(rules, standing, table);
  const indexOf = (ordinal: number): number => rules[ordinal]?.index ?? ordinal;
  return rules.map((rule, ordinal) => {
    const verdict = implied.get(ordinal) ?? judge(rule, standing[ordinal] ?? [], ledger, table, ordinal);
    const by = verdict.by.map(indexOf);
    const { account } = rule;
    return {
      token: hideSecrets(toText(rule.token)),
      index: rule.index,
      last: rule.last,
      status: verdict.status,
      ...(verdict.reason !== undefined && { reason: verdict.reason }),
      by,
      ...contributions(account, standing[ordinal] ?? [], table),
      lostTo: collectLosses(account, indexOf, table),
      children: verdict.status === 'lost' ? rule.children.map((child) => gone(child, by)) : rule.children,
      ...(rule.message !== undefined && { message: rule.message }),
    };
  });
}

function judge(
  rule: AppliedRule,
  standing: readonly Fact[],
  ledger: Ledger,
  table: CommandTable,
  ordinal: number,
): Verdict {
  if (rule.fault !== undefined)
    return { status: rule.fault === 'dropped' ? 'none' : 'refused', reason: rule.fault, by: [] };
  const { given, taken, losses } = rule.account;
  if (given.length + taken.length === 0) return judgeIdle(rule, ledger, table, ordinal);
  const empty = rule.token.startsWith('(') && rule.children.every((child) => child.status === 'none');
  if (empty) return { status: 'none', reason: 'empty-selector', by: [] };
  if (losses.length === 0) return { status: 'effective', by: [] };
  const by = [...new Set(losses.map((loss) => loss.by))].sort((a, b) => a - b);
  const lostGiven = losses.filter((loss) => loss.given);
  const reason =
    lostGiven.length === 0
      ? 'regranted-by'
      : lostGiven.every((loss) => loss.replaced)
        ? 'replaced-by'
        : 'wiped-by';
  return { status: standing.length === 0 ? 'lost' : 'partly-lost', reason, by };
}

/** A rule that changed nothing when it was applied. */
function judgeIdle(rule: AppliedRule, ledger: Ledger, table: CommandTable, ordinal: number): Verdict {
  const none = (reason: EffectReason, by: readonly number[] = []): Verdict => ({
    status: 'none',
    reason,
    by,
  });
  if (rule.conventional) return none('conventional');
  const { token, writes } = rule;
  if (token === '') return none('names-nothing');
  if (/^(?:skip-)?sanitize-payload$/i.test(token) && table.dialect.sanitizePayload === 'ignored')
    return none('ignored');
  if (writes === undefined) {
    const gives = !/^(?:off$|reset|clear|[<!])/i.test(token);
    return none(gives ? 'already-granted' : 'nothing-to-remove', rule.by);
  }
  const named = factsOf(token.startsWith('-') || /^n/i.test(token) ? writes.off : writes.on, table);
  const isFirstArg = token.startsWith('+') && token.includes('|') && named.length === 0;
  // On a user who has nothing, such a rule gives something unless its command needs no right.
  if (isFirstArg) return none(rule.named?.length === 0 ? 'always-allowed' : 'already-granted', rule.by);
  if (named.length === 0) {
    const some = [...writes.on, ...writes.off].some((word) => word !== 0);
    return none(some ? 'always-allowed' : 'names-nothing');
  }
  if (token.startsWith('+') || /^a/i.test(token)) return none('already-granted', rule.by);
  const later = named.filter((fact) => ledger.states.get(fact)?.on === true);
  return none(
    'nothing-to-remove',
    ownersOf(ledger, later).filter((owner) => owner > ordinal),
  );
}

/**
 * Rules whose standing facts are all given again further right, by rules that are needed themselves. Ordinal to verdict.
 */
function findImplied(
  rules: readonly AppliedRule[],
  standing: readonly (readonly Fact[])[],
  table: CommandTable,
): ReadonlyMap<number, Verdict> {
  const implied = new Map<number, Verdict>();
  // The last rule that sets a fact, among those that are needed; the bits say which commands have one.
  const lastWriter = new Map<Fact, number>();
  const written = emptyBits(table);
  for (let ordinal = rules.length - 1; ordinal >= 0; ordinal--) {
    const rule = rules[ordinal];
    const facts = standing[ordinal] ?? [];
    if (rule === undefined || rule.fault !== undefined || facts.length === 0) continue;
    if (facts.every((fact) => lastWriter.has(fact))) {
      const by = new Set(facts.map((fact) => lastWriter.get(fact) ?? ordinal));
      implied.set(ordinal, { status: 'none', reason: 'implied', by: [...by].sort((a, b) => a - b) });
      continue;
    }
    for (const fact of firstWritten(rule, written, table))
      if (!lastWriter.has(fact)) lastWriter.set(fact, ordinal);
  }
  return implied;
}

/** Command bits and key patterns that a rule sets, whatever they were; of commands, those not yet `written`. */
function firstWritten(
  { writes, named = [], token }: AppliedRule,
  written: Uint32Array,
  table: CommandTable,
): readonly Fact[] {
  if (writes === undefined) return /^[~%]/.test(token) ? named : [];
  const counted = countedBits(table);
  const facts: number[] = [];
  for (let word = 0; word < written.length; word++) {
    const all = ((writes.on[word] ?? 0) | (writes.off[word] ?? 0)) & (counted[word] ?? 0);
    pushBits(facts, word, all & ~(written[word] ?? 0));
    written[word] = (written[word] ?? 0) | all;
  }
  return facts;
}

function pushBits(facts: number[], word: number, bits: number): void {
  for (let left = bits; left !== 0; left &= left - 1) facts.push(word * 32 + 31 - Math.clz32(left & -left));
}

function factsOf(bits: Uint32Array, table: CommandTable): readonly number[] {
  const counted = countedBits(table);
  const facts: number[] = [];
  for (let word = 0; word < bits.length; word++) {
    pushBits(facts, word, (bits[word] ?? 0) & (counted[word] ?? 0));
  }
  return facts;
}

const NOTHING: Contribution = { given: [], taken: [], standing: [], stillTaken: [] };

type Contributions = Pick<TokenEffect, Exclude<Aspect, 'selectors'> | 'futureCommands'>;

function contributions(account: Account, standing: readonly Fact[], table: CommandTable): Contributions {
  // Mostly everything stands or nothing does: names are then worked out once.
  const stands =
    standing.length === account.given.length + account.taken.length ? undefined : new Set(standing);
  const given = byAspect(account.given);
  const taken = byAspect(account.taken);
  const of = (aspect: Aspect): Contribution => {
    const gave = given.get(aspect) ?? [];
    const took = taken.get(aspect) ?? [];
    if (gave.length + took.length === 0) return NOTHING;
    const [gaveNames, tookNames] = [nameFacts(gave, table), nameFacts(took, table)];
    const left = (facts: readonly Fact[], names: readonly string[]): readonly string[] => {
      if (stands === undefined) return names;
      const kept = facts.filter((fact) => stands.has(fact));
      return kept.length === facts.length ? names : nameFacts(kept, table);
    };
    return {
      given: gaveNames,
      taken: tookNames,
      standing: left(gave, gaveNames),
      stillTaken: left(took, tookNames),
    };
  };
  const future = account.given.includes(FUTURE)
    ? 'given'
    : account.taken.includes(FUTURE)
      ? 'taken'
      : undefined;
  return {
    commands: of('commands'),
    firstArgs: of('firstArgs'),
    keys: of('keys'),
    channels: of('channels'),
    databases: of('databases'),
    login: of('login'),
    ...(future !== undefined && { futureCommands: future }),
  };
}

function byAspect(facts: readonly Fact[]): ReadonlyMap<Aspect, readonly Fact[]> {
  const groups = new Map<Aspect, Fact[]>();
  for (const fact of facts) {
    const aspect = aspectOf(fact);
    const group = groups.get(aspect);
    if (group === undefined) groups.set(aspect, [fact]);
    else group.push(fact);
  }
  return groups;
}

function collectLosses(
  { losses }: Account,
  indexOf: (ordinal: number) => number,
  table: CommandTable,
): readonly LostTo[] {
  const byRule = new Map<number, Fact[]>();
  for (const { by, fact } of losses) {
    const facts = byRule.get(by);
    if (facts === undefined) byRule.set(by, [fact]);
    else facts.push(fact);
  }
  return [...byRule].map(([by, facts]) => ({ by: indexOf(by), what: nameFacts(facts, table) }));
}

/** A rule inside parentheses that were removed. */
function gone(child: TokenEffect, by: readonly number[]): TokenEffect {
  return child.status === 'none' ? child : { ...child, status: 'lost', reason: 'selector-gone', by };
}
