/** What became of a rule, in one sentence for a table. */
import type { User } from '../selector.ts';
import { crossingKindOf } from '../tenancy/crossing.ts';
import { printName } from './decision-step.ts';
import type { Contribution, TokenEffect } from './effect.ts';

/** Command names that a sentence lists; the rest is counted. */
export interface WordOptions {
  readonly namesMax: number;
}

/**
 * The effect of one rule of `effects`, in words without its own name: `108 commands: APPEND ...`, or `none: -@all
 * further right takes it away`. `user` is the user that the rules make.
 */
export function describeEffect(
  effect: TokenEffect,
  effects: readonly TokenEffect[],
  user: User | undefined,
  options: WordOptions,
): string {
  const by = effect.by
    .map((index) => effects.find((each) => each.index === index)?.token ?? '')
    .join(' and ');
  switch (effect.status) {
    case 'refused':
      return `refused: ${effect.message ?? effect.reason?.replaceAll('-', ' ') ?? ''}`;
    case 'none':
      return describeNothing(effect, by);
    case 'lost':
      return describeLoss(effect, by);
    case 'effective':
    case 'partly-lost':
      return describeContribution(effect, effects, user, options);
  }
}

function describeNothing({ reason, token }: TokenEffect, by: string): string {
  switch (reason) {
    case 'conventional':
      return 'a new user is like that';
    case 'already-granted':
      return by === '' ? 'none: it is so already' : `none: ${by} gives it already`;
    case 'nothing-to-remove':
      return by === ''
        ? 'none: there is nothing to take away'
        : `none: ${by} further right gives what it was to deny`;
    case 'implied':
      return `none: ${by} further right gives it too`;
    case 'always-allowed':
      return token.startsWith('-') ? 'none: no rule can take this away' : 'none: this needs no right';
    case 'empty-selector':
      return 'none: the parentheses give nothing';
    case 'ignored':
      return 'none: this version ignores it';
    case 'dropped':
      return 'none: forgotten, because another parenthesis opens before this one closes';
    default:
      return 'none';
  }
}

function describeLoss({ reason }: TokenEffect, by: string): string {
  switch (reason) {
    case 'replaced-by':
      return `none: ${by} further right replaces it`;
    case 'regranted-by':
      return `none: ${by} further right gives it back`;
    case 'selector-gone':
      return 'none: the selector is removed';
    default:
      return `none: ${by} further right takes it away`;
  }
}

function describeContribution(
  effect: TokenEffect,
  effects: readonly TokenEffect[],
  user: User | undefined,
  options: WordOptions,
): string {
  const parts = [
    ...describeLogin(effect.login),
    ...describeKeys(effect.keys),
    ...describeNames(effect.channels, 'channel', '&*', 'every channel'),
    ...describeNames(effect.databases, 'database', 'alldbs', 'every database'),
    ...describeCommands(effect, effects, user, options),
    ...effect.firstArgs.standing.map((rule) => {
      const bar = rule.indexOf('|');
      return `${printName(rule.slice(0, bar))} with the first argument ${rule.slice(bar + 1)}`;
    }),
  ];
  if (effect.token.startsWith('(')) return 'rights of their own:';
  return parts.length === 0 ? 'the start: nothing is given' : parts.join('; ');
}

const LOGIN_GIVEN: Readonly<Record<string, string>> = {
  on: 'can log in',
  nopass: 'any password opens it',
  password: 'a password',
  'skip-sanitize-payload': 'RESTORE does not check payloads',
};
const LOGIN_TAKEN: Readonly<Record<string, string>> = {
  on: 'cannot log in',
  nopass: '',
  password: 'takes passwords away',
  'skip-sanitize-payload': 'RESTORE checks payloads',
};

function describeLogin({ standing, stillTaken }: Contribution): readonly string[] {
  const given = standing.map((name) => LOGIN_GIVEN[name] ?? name);
  const taken = stillTaken.map((name) => LOGIN_TAKEN[name] ?? name);
  return [...new Set([...given, ...taken])].filter((text) => text !== '');
}

function describeKeys({ standing, taken }: Contribution): readonly string[] {
  if (standing.includes('~*')) return ['every key, read and write'];
  if (standing.length === 0) return taken.length > 0 ? ['takes every key away'] : [];
  return standing.map((name) => {
    const tilde = name.indexOf('~');
    const pattern = name.slice(tilde + 1);
    const letters = name.slice(0, tilde);
    const access = letters === '%R' ? 'reads' : letters === '%W' ? 'writes' : 'reads and writes';
    return `${access} keys ${pattern === '' ? '"" (the empty name only)' : pattern}`;
  });
}

function describeNames(
  { given, standing, stillTaken }: Contribution,
  what: string,
  all: string,
  everything: string,
): readonly string[] {
  if (standing.includes(all)) return [everything];
  if (standing.length === 0) {
    if (stillTaken.length === 0) return [];
    return [
      given.length > 0
        ? `no longer every ${what}; its own are replaced further right`
        : `takes every ${what} away`,
    ];
  }
  const names = standing.map((name) => name.replace(/^(?:&|db=)/, ''));
  return [
    `${what}${names.length === 1 ? '' : 's'} ${names.join(' ')}${stillTaken.includes(all) ? ' only' : ''}`,
  ];
}

function describeCommands(
  { commands, lostTo, futureCommands }: TokenEffect,
  effects: readonly TokenEffect[],
  user: User | undefined,
  { namesMax }: WordOptions,
): readonly string[] {
  const { given, standing, stillTaken } = commands;
  const parts: string[] = [];
  if (given.length > 0) {
    const losses = lostTo
      .map(({ by, what }) => ({ by, names: what.filter((name) => given.includes(name)) }))
      .filter(({ names }) => names.length > 0);
    const takers = losses.map(({ by }) => effects.find(({ index }) => index === by)?.token ?? '').join(' ');
    const taken = new Set(losses.flatMap(({ names }) => names)).size;
    const verb = losses.length === 1 ? 'takes' : 'take';
    const all = futureCommands === 'given';
    const head = all ? 'every command' : countNames(given.length);
    if (losses.length > 0) parts.push(`${head}, ${takers} ${verb} ${taken} of them`);
    else if (all) parts.push(head);
    else parts.push(withCount(given.length, listCommands(standing, user, namesMax)));
  }
  if (stillTaken.length > 0)
    parts.push(`takes away ${withCount(stillTaken.length, listCommands(stillTaken, undefined, namesMax))}`);
  return parts;
}

/** A single command needs no count. */
function withCount(count: number, names: string): string {
  return count === 1 ? names : `${countNames(count)}: ${names}`;
}

function countNames(count: number): string {
  return count === 1 ? '1 command' : `${count} commands`;
}

/** Some names; where the user has key patterns, those first that these do not hold back. */
function listCommands(names: readonly string[], user: User | undefined, namesMax: number): string {
  const patterned =
    user !== undefined && user.selectors.some(({ allKeys, keys }) => allKeys || keys.length > 0);
  const free = patterned ? names.filter((name) => CROSSES.has(crossingKindOf(name) ?? '')) : [];
  const bound = names.filter((name) => !free.includes(name));
  const shown = listNames(bound, free.length > 0 ? Math.ceil(namesMax / 2) : namesMax);
  if (free.length === 0) return shown;
  const tail = `${listNames(free, namesMax)}, which ${free.length === 1 ? 'ignores' : 'ignore'} key patterns`;
  return bound.length === 0 ? tail : `${shown}, and ${tail}`;
}

const CROSSES: ReadonlySet<string> = new Set(['enumerate', 'destroy', 'observe', 'control']);

/** `GET SET and 12 more`. */
export function listNames(names: readonly string[], max: number): string {
  const more = names.length - max;
  const shown = names.slice(0, more > 1 ? max : names.length).map(printName);
  return shown.join(' ') + (more > 1 ? ` and ${more} more` : '');
}
