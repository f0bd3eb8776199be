/** A state that rules are applied to one by one, and what each of them changes: a whole user, or one selector. */
import { emptyBits } from '../table/command-bits.ts';
import { newSelector, newUser } from '../language/draft.ts';
import type { DraftSelector, DraftUser, RuleContext } from '../language/draft.ts';
import type { RuleError } from '../language/rule-error.ts';
import { applyRule, applySelectorRule } from '../language/rule.ts';
import { compareSelector, compareUser, mirrorSelector, mirrorUser } from './state-change.ts';
import type { Change } from './state-change.ts';
import type { Fact } from './fact.ts';

export interface Scene {
  /** Applies a rule; a refused one changes nothing. */
  apply(token: string): RuleError | undefined;
  /** What `token` has changed since the last call. */
  changes(token: string): readonly Change[];
}

export function userScene(user: DraftUser, context: RuleContext): Scene {
  const { table } = context;
  const outside = mirrorUser(user);
  const root = mirrorSelector(user.root);
  return {
    apply: (token) => applyRule(user, token, context),
    changes: (token) => [...compareUser(outside, user), ...compareSelector(root, user.root, token, table)],
  };
}

export function selectorScene(selector: DraftSelector, context: RuleContext): Scene {
  const mirror = mirrorSelector(selector);
  return {
    apply: (token) => applySelectorRule(selector, token, context),
    changes: (token) => compareSelector(mirror, selector, token, context.table),
  };
}

/** What a rule gives to a user who has nothing. */
export function factsNamed(token: string, context: RuleContext): readonly Fact[] {
  const user = newUser(context);
  user.root.allChannels = false;
  user.root.allDatabases = false;
  const scene = userScene(user, context);
  scene.apply(token);
  return scene.changes(token).flatMap(({ fact, on }) => (on ? [fact] : []));
}

/** The commands whose bits a rule sets to 1 or to 0, whatever they were. */
export interface CommandWrites {
  readonly on: Uint32Array;
  readonly off: Uint32Array;
}

/** Found by applying the rule to no command and to all of them. Undefined when it is no command rule. */
export function commandWrites(token: string, context: RuleContext): CommandWrites | undefined {
  if (!/^(?:[+-]|allcommands$|nocommands$)/i.test(token)) return undefined;
  const none = newSelector(context);
  applySelectorRule(none, token, context);
  const all = newSelector(context);
  all.bits.fill(0xffffffff);
  applySelectorRule(all, token, context);
  const off = emptyBits(context.table);
  for (let i = 0; i < off.length; i++) off[i] = ~(all.bits[i] ?? 0);
  return { on: none.bits, off };
}
