/** Why one selector gives a command, or where it stops: the tests of acl.c ACLSelectorCheckCmd, in its order. */
import { equalsIgnoringCase, toBytes, toLower } from '../bytes.ts';
import type { CommandPlan } from '../decision/command-plan.ts';
import { findRefusedDatabase } from '../decision/database-check.ts';
import { matchBytes } from '../decision/glob.ts';
import type { Selector } from '../selector.ts';
import { hasBit } from '../table/command-bits.ts';
import type { CommandTable } from '../table/command-table.ts';
import { checkedKeys } from './checked-key.ts';
import type { CheckedKey } from './checked-key.ts';
import { coveringPatterns, nameNeed, patternsGiving, printPattern } from './coverage.ts';
import type { TokenEffect } from './effect.ts';

/** A rule that decided. */
export interface DecidingToken {
  readonly token: string;
  /** As in {@link TokenEffect}; of a rule inside parentheses, that of the whole selector. */
  readonly index: number;
  /** Position among the rules inside the parentheses. */
  readonly inner?: number;
}

/** One test of a selector. */
export interface DecisionStep {
  readonly about: 'command' | 'key' | 'channel' | 'database';
  /** Command name, key, channel, or database. */
  readonly object: string;
  readonly outcome: 'given' | 'refused';
  /** Of a key: the access that is asked for. */
  readonly need?: 'any access' | 'read' | 'write' | 'read and write';
  /** The rules that decided it, in order; none when it is for want of a rule. */
  readonly tokens: readonly DecidingToken[];
  /** In words, without the tokens' positions. */
  readonly sentence: string;
}

/** What a selector is asked. */
export interface Question {
  readonly selector: Selector;
  /** The rules that made it. */
  readonly effects: readonly TokenEffect[];
  /** The parenthesised rule, when it is not the root. */
  readonly whole?: TokenEffect;
  readonly plan: CommandPlan;
  readonly argv: readonly string[];
  readonly table: CommandTable;
  readonly db: number;
}

/** Keys and channels that are given get a step each up to this many; a refused one always does. */
const GIVEN_STEPS_MAX = 100;

/** Up to the first refusal. */
export function explainSteps(question: Question): readonly DecisionStep[] {
  const steps: DecisionStep[] = [];
  for (const step of allSteps(question)) {
    if (step.outcome === 'given' && steps.length >= GIVEN_STEPS_MAX) continue;
    steps.push(step);
    if (step.outcome === 'refused') break;
  }
  return steps;
}

function* allSteps(question: Question): Generator<DecisionStep> {
  const { selector, plan, argv, table } = question;
  if (table.dialect.databases && !selector.allDatabases) {
    const step = databaseStep(question);
    if (step !== undefined) yield step;
  }
  yield commandStep(question);
  for (const key of checkedKeys(plan, argv, table)) yield keyStep(question, key);
  if (plan.channels === 'none') return;
  const channels = plan.channels === 'first' ? argv.slice(1, 2) : argv.slice(1);
  for (const channel of channels) yield channelStep(question, channel);
}

function commandStep(question: Question): DecisionStep {
  const { selector, plan, argv } = question;
  const { fullName, index } = plan.command;
  const shown = printName(fullName);
  const step = (
    outcome: 'given' | 'refused',
    tokens: readonly DecidingToken[],
    sentence: string,
  ): DecisionStep => ({
    about: 'command',
    object: fullName,
    outcome,
    tokens,
    sentence,
  });
  if (plan.free) return step('given', [], `${shown} needs no right`);
  if (selector.allCommands || hasBit(selector.engine.bits, index)) {
    const tokens = find(question, ({ commands }) => commands.standing.includes(fullName));
    return step('given', tokens, `${names(tokens) || 'the user as it was'} gives ${shown}`);
  }
  const words = selector.firstArgs.get(fullName) ?? [];
  const first = toLower(argv[1] ?? '');
  const word = words.find((each) => equalsIgnoringCase(toBytes(each), toBytes(first)));
  const limited = find(question, ({ firstArgs }) =>
    firstArgs.standing.some((rule) => rule.startsWith(`${fullName}|`)),
  );
  if (word !== undefined) {
    const rule = `${fullName}|${word}`;
    const tokens = find(question, ({ firstArgs }) => firstArgs.standing.includes(rule));
    return step('given', tokens, `${names(tokens)} gives ${shown} with the first argument ${word}`);
  }
  if (words.length > 0)
    return step('refused', limited, `${shown} is given with the first argument ${words.join(' or ')} only`);
  return step('refused', ...whyNotGiven(question, fullName, shown));
}

/** The rule that took the command away, and those it took it from. */
function whyNotGiven(
  question: Question,
  fullName: string,
  shown: string,
): [tokens: readonly DecidingToken[], sentence: string] {
  const taker = question.effects.find(({ commands }) => commands.stillTaken.includes(fullName));
  if (taker === undefined) return [[], `no rule gives ${shown}`];
  const givers = question.effects.filter(({ lostTo }) =>
    lostTo.some(({ by, what }) => by === taker.index && what.includes(fullName)),
  );
  const tokens = [...givers, taker].map((effect) => refer(question, effect));
  if (givers.length === 0) return [tokens, `${taker.token} takes ${shown} away`];
  return [
    tokens,
    `${taker.token} takes away ${shown}, which ${givers.map(({ token }) => token).join(' and ')} gave`,
  ];
}

function keyStep(question: Question, { key, need }: CheckedKey): DecisionStep {
  const { selector, table } = question;
  const access = nameNeed(need);
  const shown = JSON.stringify(key);
  const step = (
    outcome: 'given' | 'refused',
    tokens: readonly DecidingToken[],
    sentence: string,
  ): DecisionStep => ({
    about: 'key',
    object: key,
    outcome,
    need: access,
    tokens,
    sentence,
  });
  if (selector.allKeys) {
    const tokens = find(question, ({ keys }) => keys.standing.includes('~*'));
    return step('given', tokens, `${names(tokens) || '~*'} gives every key`);
  }
  const [pattern] = coveringPatterns(selector, key, need, table.dialect);
  if (pattern !== undefined) {
    const tokens = find(question, ({ keys }) =>
      keys.standing.some((name) => isPart(name, pattern.pattern, need)),
    );
    return step('given', tokens, `${printPattern(pattern)} gives key ${shown} (${access})`);
  }
  const others = coveringPatterns(selector, key, 0, table.dialect);
  const patterns = others.length > 0 ? others : patternsGiving(selector, need);
  const list = patterns.map(printPattern);
  const tokens = find(question, ({ keys }) =>
    keys.standing.some((name) => patterns.some((each) => isPart(name, each.pattern, 0))),
  );
  if (others.length > 0)
    return step('refused', tokens, `key ${shown} asks for ${access}, which ${shorten(list)} does not give`);
  if (list.length > 0)
    return step(
      'refused',
      tokens,
      `key ${shown} matches none of the patterns that give ${access}: ${shorten(list)}`,
    );
  const none = need === 0 ? 'no key pattern is given' : `no key pattern gives ${access}`;
  return step('refused', [], `${none}, and key ${shown} asks for it`);
}

/** Is `name` (`~p`, `%R~p`) a rule of this pattern that gives some of the need? */
function isPart(name: string, pattern: string, need: number): boolean {
  const tilde = name.indexOf('~');
  if (name.slice(tilde + 1) !== pattern) return false;
  const letters = name.slice(0, tilde);
  const bits = letters === '' ? 3 : (letters.includes('R') ? 1 : 0) | (letters.includes('W') ? 2 : 0);
  return need === 0 || (bits & need) !== 0;
}

function channelStep(question: Question, channel: string): DecisionStep {
  const { selector, plan, table } = question;
  const shown = JSON.stringify(channel);
  const step = (
    outcome: 'given' | 'refused',
    tokens: readonly DecidingToken[],
    sentence: string,
  ): DecisionStep => ({
    about: 'channel',
    object: channel,
    outcome,
    tokens,
    sentence,
  });
  if (selector.allChannels) {
    const tokens = find(question, ({ channels }) => channels.standing.includes('&*'));
    return step('given', tokens, `${names(tokens) || 'the default'} gives every channel`);
  }
  const bytes = toBytes(channel);
  const literal = plan.channels === 'patterns';
  const pattern = selector.channels.find((each) =>
    literal ? each === channel : matchBytes(toBytes(each), bytes, table.dialect.globDepthMax),
  );
  if (pattern !== undefined) {
    const tokens = find(question, ({ channels }) => channels.standing.includes(`&${pattern}`));
    return step('given', tokens, `&${pattern} gives channel ${shown}`);
  }
  const list = selector.channels.map((each) => `&${each}`);
  if (list.length === 0) return step('refused', [], `no channel is given, and ${shown} asks for one`);
  const tokens = find(question, ({ channels }) => channels.standing.length > 0);
  const sentence = literal
    ? `the pattern ${shown} is not, letter for letter, one of ${shorten(list)}`
    : `channel ${shown} matches none of ${shorten(list)}`;
  return step('refused', tokens, sentence);
}

function databaseStep(question: Question): DecisionStep | undefined {
  const { selector, plan, argv, db } = question;
  const at = findRefusedDatabase(selector, plan, argv, db);
  if (at === undefined) return undefined;
  const given = selector.databases.length === 0 ? 'none' : `db=${selector.databases.join(',')}`;
  const asked = plan.command.allDatabases ? 'every database' : `database ${at === 0 ? db : (argv[at] ?? '')}`;
  return {
    about: 'database',
    object: at === 0 ? String(db) : (argv[at] ?? ''),
    outcome: 'refused',
    tokens: find(
      question,
      ({ databases }) => databases.standing.length > 0 || databases.stillTaken.length > 0,
    ),
    sentence: `the command touches ${asked}; given is ${given}`,
  };
}

function find(question: Question, test: (effect: TokenEffect) => boolean): readonly DecidingToken[] {
  return question.effects.filter(test).map((effect) => refer(question, effect));
}

function refer({ whole }: Question, { token, index }: TokenEffect): DecidingToken {
  return whole === undefined ? { token, index } : { token, index: whole.index, inner: index };
}

function names(tokens: readonly DecidingToken[]): string {
  return tokens.map(({ token }) => token).join(' and ');
}

const PATTERNS_SHOWN_MAX = 8;

function shorten(list: readonly string[]): string {
  const more = list.length - PATTERNS_SHOWN_MAX;
  return list.slice(0, PATTERNS_SHOWN_MAX).join(' ') + (more > 0 ? ` and ${more} more` : '');
}

/** `CONFIG GET` for `config|get`. */
export function printName(fullName: string): string {
  return fullName.toUpperCase().replace('|', ' ');
}
