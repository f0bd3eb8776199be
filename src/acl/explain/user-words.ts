/** A {@link UserExplanation} in short sentences, one subject each, for a list with headings. */
import type { KeyPattern } from '../selector.ts';
import type { CrossingKind } from '../tenancy/crossing.ts';
import { listNames } from './effect-words.ts';
import type { WordOptions } from './effect-words.ts';
import type { Obstacle } from './key-demand.ts';
import type { CategoryShare, LoginFacts, SelectorExplanation } from './user-explanation.ts';

/** A sentence and what it is about. */
export interface UserSentence {
  readonly about: 'commands' | 'keys' | 'channels' | 'databases' | 'never run' | 'ignore keys';
  readonly text: string;
}

/** `on, 2 passwords`. */
export function describeLogin({ enabled, nopass, passwords }: LoginFacts): string {
  const count = passwords === 1 ? '1 password' : `${passwords} passwords`;
  if (!enabled) return 'off: nobody can log in';
  if (nopass) return 'on, any password opens it';
  return passwords === 0 ? 'on, but no password: nobody can log in' : `on, ${count}`;
}

/** What one selector gives, and what of it leads nowhere. */
export function describeSelector(
  selector: SelectorExplanation,
  commandTotal: number,
  options: WordOptions,
): readonly UserSentence[] {
  const { keyless, neverRun } = selector;
  const grants = selector.commands.length + selector.firstArgs.length > 0;
  return [
    { about: 'commands', text: describeCommands(selector, commandTotal, options) },
    ...(grants ? describeReach(selector) : []),
    ...neverRun.map(({ obstacle, commands }) => ({
      about: 'never run' as const,
      text: `${listNames(commands, options.namesMax)}: ${OBSTACLE_WORDS[obstacle]}`,
    })),
    ...(selector.keys === 'all' ? [] : keyless).map(({ kind, commands }) => ({
      about: 'ignore keys' as const,
      text: `${listNames(commands, options.namesMax)}: ${KIND_WORDS[kind]}`,
    })),
  ];
}

const OBSTACLE_WORDS: Readonly<Record<Obstacle, string>> = {
  'no-keys': 'no key is given',
  'no-read': 'no key pattern reads',
  'no-write': 'no key pattern writes',
  'no-read-and-write': 'no key pattern reads and writes',
  'no-channels': 'no channel is given',
  'no-databases': 'no database is given',
};

const KIND_WORDS: Readonly<Record<CrossingKind, string>> = {
  enumerate: 'show names or numbers of keys of everybody',
  destroy: 'remove or replace what belongs to others',
  observe: 'show what others do',
  control: 'act on the server or on other clients',
  export: 'take data out of the server',
  unchecked: 'touch keys without a check',
};

function describeCommands(
  { commands, firstArgs, categories, futureCommands }: SelectorExplanation,
  total: number,
  { namesMax }: WordOptions,
): string {
  const limited = firstArgs.map((rule) => {
    const bar = rule.indexOf('|');
    return `${rule.slice(0, bar).toUpperCase()} with ${rule.slice(bar + 1)}`;
  });
  const also = limited.length === 0 ? '' : `; ${limited.slice(0, namesMax).join(', ')} only`;
  const later = futureCommands ? ', and those of modules loaded later' : '';
  if (commands.length === 0) return limited.length === 0 ? `none${later}` : `${limited.join(', ')} only`;
  if (commands.length === total) return `every command (${total})${later}`;
  const head = `${commands.length} of ${total}`;
  if (commands.length <= namesMax) return `${head}: ${listNames(commands, namesMax)}${also}${later}`;
  return `${head}: ${describeShares(categories)}${also}${later}`;
}

/** Whole categories, then the larger parts of others. */
function describeShares(categories: readonly CategoryShare[]): string {
  const named = categories.filter(({ category, granted }) => category !== '' && granted > 0);
  const whole = named.filter(({ granted, total }) => granted === total);
  const parts = named
    .filter(({ granted, total }) => granted < total)
    .sort((a, b) => b.granted / b.total - a.granted / a.total)
    .slice(0, PARTS_MAX);
  const texts = [
    ...(whole.length === 0 ? [] : [`all of ${whole.map(({ category }) => `@${category}`).join(' ')}`]),
    ...(parts.length === 0
      ? []
      : [
          `part of ${parts.map(({ category, granted, total }) => `@${category} ${granted}/${total}`).join(' ')}`,
        ]),
  ];
  return texts.join('; ');
}

const PARTS_MAX = 6;

function describeReach(selector: SelectorExplanation): readonly UserSentence[] {
  const { keys, keyPatterns, channels, channelPatterns, databases } = selector;
  const sentences: UserSentence[] = [
    { about: 'keys', text: keys === 'all' ? 'every key, read and write' : describePatterns(keyPatterns) },
    {
      about: 'channels',
      text:
        channels === 'all' ? 'every channel' : channels === 'none' ? 'none' : shorten(channelPatterns, ' '),
    },
  ];
  if (databases !== 'all')
    sentences.push({ about: 'databases', text: databases.length === 0 ? 'none' : databases.join(' ') });
  return sentences;
}

function describePatterns(patterns: readonly KeyPattern[]): string {
  const access = (read: boolean, write: boolean): readonly string[] =>
    patterns
      .filter((each) => each.read === read && each.write === write)
      .map(({ pattern }) => (pattern === '' ? '"" (the empty name)' : pattern));
  const texts = (
    [
      ['reads and writes', access(true, true)],
      ['reads', access(true, false)],
      ['writes', access(false, true)],
    ] as const
  )
    .filter(([, list]) => list.length > 0)
    .map(([verb, list]) => `${verb} ${shorten(list, ' ')}`);
  return texts.length === 0 ? 'none' : texts.join('; ');
}

const PATTERNS_MAX = 12;

function shorten(list: readonly string[], between: string): string {
  const more = list.length - PATTERNS_MAX;
  return list.slice(0, PATTERNS_MAX).join(between) + (more > 0 ? ` and ${more} more` : '');
}
