/**
 * Who made each fact what it is: every rule owns the facts that it was the last to change, and remembers which later
 * rule took the others over.
 */
import type { Change } from './state-change.ts';
import type { Fact } from './fact.ts';

export interface Ledger {
  readonly states: Map<Fact, { readonly on: boolean; readonly owner: number }>;
  /** One account for each rule, by its ordinal. */
  readonly accounts: Account[];
}

export interface Account {
  readonly given: readonly Fact[];
  readonly taken: readonly Fact[];
  readonly losses: Loss[];
}

/** A fact that a later rule changed back. */
export interface Loss {
  readonly by: number;
  readonly fact: Fact;
  /** The fact was given (and is gone), not taken (and back). */
  readonly given: boolean;
  readonly replaced: boolean;
}

export function openLedger(): Ledger {
  return { states: new Map(), accounts: [] };
}

/** Enters the changes of the next rule; its ordinal is the number of accounts before it. */
export function enterChanges(ledger: Ledger, changes: readonly Change[]): Account {
  const rule = ledger.accounts.length;
  const given: Fact[] = [];
  const taken: Fact[] = [];
  for (const { fact, on, replaced } of changes) {
    const before = ledger.states.get(fact);
    if (before?.on === on) continue;
    // A first-argument rule that never meant anything goes without a trace.
    if (before === undefined && !on && typeof fact === 'string' && fact.startsWith('A:')) continue;
    if (before !== undefined)
      ledger.accounts[before.owner]?.losses.push({
        by: rule,
        fact,
        given: before.on,
        replaced: replaced !== undefined,
      });
    // What wider rights include is not taken from anybody.
    if (replaced === 'wider') {
      ledger.states.delete(fact);
      continue;
    }
    ledger.states.set(fact, { on, owner: rule });
    (on ? given : taken).push(fact);
  }
  const account = { given, taken, losses: [] };
  ledger.accounts.push(account);
  return account;
}

/** The facts that each rule still owns, by its ordinal. */
export function standingFacts(ledger: Ledger): readonly (readonly Fact[])[] {
  const standing: Fact[][] = ledger.accounts.map(() => []);
  for (const [fact, { owner }] of ledger.states) standing[owner]?.push(fact);
  return standing;
}

/** Ordinals of the rules that gave the facts among these that are there, in order, without repeats. */
export function ownersOf(ledger: Ledger, facts: readonly Fact[]): readonly number[] {
  const owners = new Set<number>();
  for (const fact of facts) {
    const state = ledger.states.get(fact);
    if (state?.on === true) owners.add(state.owner);
  }
  return [...owners].sort((a, b) => a - b);
}
