/**
 * What each rule of a user did to the rights of its selector, one after the other: for rules of the lint that ask which
 * word brought a command, or whether a later word undid an earlier one.
 */
import { cString, toBytes, toLower, toText } from '../../bytes.ts';
import { splitArguments } from '../../language/argument-split.ts';
import { newSelector } from '../../language/draft.ts';
import type { DraftSelector } from '../../language/draft.ts';
import { applySelectorRule } from '../../language/rule.ts';
import { mergeSelectors } from '../../language/selector-merge.ts';
import { ruleContext } from '../../language/user.ts';
import { applyCommand, categoryBits, emptyBits, hasBit } from '../../table/command-bits.ts';
import type { CommandTable } from '../../table/command-table.ts';
import type { LintToken, LintUser } from '../rule.ts';

/** A selector after a rule, in bytes. */
export interface SelectorState {
  readonly bits: Uint32Array;
  /** Command index to its first arguments. */
  readonly firstArgs: ReadonlyMap<number, readonly string[]>;
  readonly allKeys: boolean;
  readonly keys: readonly { readonly pattern: string; readonly bits: number }[];
  readonly allChannels: boolean;
  readonly channels: readonly string[];
}

/** One rule, applied. */
export interface Step {
  /** The rule by itself: `+get`, also inside parentheses. */
  readonly rule: string;
  /** The word it was written in: the opening one of a selector in parentheses. */
  readonly token: LintToken;
  /** The last word of the selector; otherwise `token`. */
  readonly last: LintToken;
  readonly before: SelectorState;
  readonly after: SelectorState;
  readonly names: Named;
}

/** What a rule speaks of. `set` holds the commands. */
export type Named =
  | {
      readonly kind: 'all' | 'category' | 'command' | 'subcommand';
      readonly sign: '+' | '-';
      readonly set: Uint32Array;
    }
  | { readonly kind: 'first-arg'; readonly sign: '+'; readonly index: number; readonly arg: string }
  | { readonly kind: 'reset' | 'keys' | 'channels' | 'other' };

/** The steps of one selector that the user still has; the first one is the root. */
export interface History {
  readonly selector: number;
  readonly steps: readonly Step[];
}

/** The steps of every selector of the user, in order. Refused rules are passed over. */
export function historiesOf(user: LintUser): readonly History[] {
  const known = cache.get(user);
  if (known !== undefined) return known;
  const made = readHistories(user);
  cache.set(user, made);
  return made;
}

/** The rule that brought the command: the last one after which a selector had it, and kept it. */
export function findGrant(user: LintUser, fullName: string): Step | undefined {
  const { table } = user.user;
  const name = fullName.toLowerCase();
  const command =
    table.commands.get(name) ?? table.commands.get(name.slice(0, Math.max(0, name.indexOf('|'))));
  if (command === undefined) return undefined;
  const indices = command.isContainer ? command.subcommands.map((sub) => sub.index) : [command.index];
  for (const { steps } of historiesOf(user)) {
    for (const index of indices) {
      const last = steps.at(-1);
      if (last === undefined || !holds(last.after, index)) continue;
      const granted = steps.findLast((step) => !holds(step.before, index) && holds(step.after, index));
      if (granted !== undefined) return granted;
    }
  }
  return undefined;
}

/** Full names of the commands that a set holds; a container only when it runs by itself. */
export function namesOf(set: Uint32Array, table: CommandTable): readonly string[] {
  return table.byIndex
    .filter(
      (command) => hasBit(set, command.index) && (!command.isContainer || Math.abs(command.arity) === 1),
    )
    .map((command) => command.fullName);
}

/** In `a`, and not in `b`. */
export function without(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((word, i) => word & ~(b[i] ?? 0));
}

/** In both. */
export function common(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((word, i) => word & (b[i] ?? 0));
}

const cache = new WeakMap<LintUser, readonly History[]>();

function holds(state: SelectorState, index: number): boolean {
  return hasBit(state.bits, index) || (state.firstArgs.get(index)?.length ?? 0) > 0;
}

function readHistories(user: LintUser): readonly History[] {
  const { table } = user.user;
  const context = ruleContext(table, undefined);
  const root: DraftSelector = newSelector(context);
  const rootSteps: Step[] = [];
  let others: Step[][] = [];
  for (const merged of mergeSelectors(
    user.tokens.map(({ text }) => toBytes(text)),
    table.dialect,
  ).rules) {
    const token = user.tokens[merged.index];
    const last = user.tokens[merged.last];
    if (token === undefined || last === undefined) continue;
    const place = { token, last };
    const word = toLower(cString(merged.token));
    if (word === 'reset') {
      const before = snapshot(root);
      Object.assign(root, newSelector(context));
      rootSteps.push({ rule: word, ...place, before, after: snapshot(root), names: { kind: 'reset' } });
    }
    if (word === 'reset' || word === 'clearselectors') others = [];
    else if (table.dialect.selectors && merged.token.startsWith('(') && merged.token.endsWith(')')) {
      const inner = newSelector(context);
      const steps: Step[] = [];
      for (const rule of splitArguments(merged.token.slice(1, -1), table.dialect.argumentSplit) ?? []) {
        if (!applyStep(inner, rule, place, steps, table)) break;
      }
      others.push(steps);
    } else if (!isUserLevel(word)) {
      applyStep(root, merged.token, place, rootSteps, table);
    }
  }
  return [rootSteps, ...others].map((steps, selector) => ({ selector, steps }));
}

/** Applies one rule and notes what it did; false when it is refused. */
function applyStep(
  selector: DraftSelector,
  rule: string,
  place: Pick<Step, 'token' | 'last'>,
  steps: Step[],
  table: CommandTable,
): boolean {
  // Nobody touches the selector between two rules: one state serves both.
  const before = steps.at(-1)?.after ?? snapshot(selector);
  if (applySelectorRule(selector, rule, ruleContext(table, undefined)) !== undefined) {
    Object.assign(selector, reopen(before));
    return false;
  }
  steps.push({
    rule: toText(rule),
    ...place,
    before,
    after: snapshot(selector, before),
    names: readNames(rule, table),
  });
  return true;
}

/** The state now; what is as it was `before` is shared with it, so that a long list is not held once a rule. */
function snapshot(selector: DraftSelector, before?: SelectorState): SelectorState {
  const { bits, allKeys, allChannels, keys, channels } = selector;
  return {
    bits:
      before !== undefined && bits.every((word, i) => word === before.bits[i]) ? before.bits : bits.slice(),
    firstArgs: snapshotArgs(selector, before),
    allKeys,
    keys: shareEqual(
      keys.map((key, i) => {
        const old = before?.keys[i];
        return old?.pattern === key.pattern && old.bits === key.bits ? old : { ...key };
      }),
      before?.keys,
    ),
    allChannels,
    channels: shareEqual([...channels], before?.channels),
  };
}

function snapshotArgs(
  { firstArgs }: DraftSelector,
  before: SelectorState | undefined,
): SelectorState['firstArgs'] {
  const old = before?.firstArgs;
  const args = [...firstArgs].map(
    ([index, list]) => [index, shareEqual([...list], old?.get(index))] as const,
  );
  const same = old?.size === args.length && args.every(([index, list]) => old.get(index) === list);
  return old !== undefined && same ? old : new Map(args);
}

function shareEqual<T>(now: readonly T[], before: readonly T[] | undefined): readonly T[] {
  const same = before?.length === now.length && now.every((each, i) => each === before[i]);
  return before !== undefined && same ? before : now;
}

function reopen(state: SelectorState): Partial<DraftSelector> {
  return {
    bits: state.bits.slice(),
    firstArgs: new Map([...state.firstArgs].map(([index, args]) => [index, [...args]])),
    keys: state.keys.map((key) => ({ ...key })),
    channels: [...state.channels],
  };
}

function isUserLevel(word: string): boolean {
  return USER_WORDS.has(word) || /^[><#!(]/.test(word) || word === '';
}

const USER_WORDS = new Set(['on', 'off', 'nopass', 'resetpass', 'skip-sanitize-payload', 'sanitize-payload']);

function readNames(rule: string, table: CommandTable): Named {
  const word = toLower(cString(rule));
  const set = emptyBits(table);
  if (word === '+@all' || word === 'allcommands')
    return { kind: 'all', sign: '+', set: set.fill(0xffffffff) };
  if (word === '-@all' || word === 'nocommands') return { kind: 'all', sign: '-', set: set.fill(0xffffffff) };
  if (/^[~%]/.test(word) || word === 'allkeys' || word === 'resetkeys') return { kind: 'keys' };
  if (word.startsWith('&') || word === 'allchannels' || word === 'resetchannels') return { kind: 'channels' };
  const sign = word[0];
  if (sign !== '+' && sign !== '-') return { kind: 'other' };
  const name = word.slice(1);
  if (name.startsWith('@')) {
    return { kind: 'category', sign, set: categoryBits(table).get(name.slice(1))?.reach ?? set };
  }
  const command = table.commands.get(name);
  if (command !== undefined) {
    applyCommand(set, command, 1);
    return { kind: command.parent === undefined ? 'command' : 'subcommand', sign, set };
  }
  const bar = table.dialect.subcommands ? name.lastIndexOf('|') : name.indexOf('|');
  const head = table.commands.get(name.slice(0, Math.max(0, bar)));
  if (head === undefined) return { kind: 'other' };
  return { kind: 'first-arg', sign: '+', index: head.index, arg: name.slice(bar + 1) };
}
