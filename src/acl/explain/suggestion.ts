/**
 * What was probably meant, where that is certain enough: the same rules in another order. A grant that a later reset
 * wipes, and a denial that a later grant undoes, are moved; the engine says what that gives.
 */
import { parseUser } from '../language/user.ts';
import type { ParseUserOptions } from '../language/user.ts';
import { hideSecrets } from '../language/rule-error.ts';
import { grantedCommands } from '../decision/reach.ts';
import type { User } from '../selector.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { TokenEffect } from './effect.ts';
import { explainTokens } from './token-effect.ts';

/** The rules in an order in which each of them counts. */
export interface OrderSuggestion {
  /** As given, secrets included: print `shown` instead. */
  readonly tokens: readonly string[];
  /** Secrets as `…`. */
  readonly shown: readonly string[];
  /** The rules that were moved, as shown. */
  readonly moved: readonly string[];
  readonly to: 'front' | 'end';
  /** Commands that the user has with this order and lacks without, and the reverse. */
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** At most one: the first trap that a move undoes, proved by asking the engine. */
export function suggestOrder(
  name: string,
  tokens: readonly string[],
  table: CommandTable,
  options: Pick<ParseUserOptions, 'base' | 'pubsubDefault'> = {},
): OrderSuggestion | undefined {
  const effects = explainTokens(name, tokens, table, options);
  const before = parseUser(name, tokens, table, options).user;
  if (before === undefined) return undefined;
  for (const { moved, to, before: place } of findMoves(effects)) {
    const rest = effects.filter((effect) => !moved.includes(effect));
    const at = rest.findIndex(({ index }) => index === place);
    const order = at === -1 ? [...rest, ...moved] : [...rest.slice(0, at), ...moved, ...rest.slice(at)];
    const ordered = order.flatMap(({ index, last }) => tokens.slice(index, last + 1));
    const after = parseUser(name, ordered, table, options).user;
    if (after === undefined || !isCured(moved, to, effects, explainTokens(name, ordered, table, options)))
      continue;
    return {
      tokens: ordered,
      shown: order.map(({ token }) => token),
      moved: moved.map(({ token }) => hideSecrets(token)),
      to,
      gains: missingFrom(before, after, table),
      loses: missingFrom(after, before, table),
    };
  }
  return undefined;
}

interface Move {
  readonly moved: readonly TokenEffect[];
  readonly to: 'front' | 'end';
  /** `index` of the rule that they are put before. */
  readonly before?: number;
}

const GIVES_ALL = /^(?:\+@all|allcommands|~\*|allkeys|&\*|allchannels)$/i;
const WIPES = /^(?:-@all|nocommands|resetkeys|resetchannels)$/i;

function findMoves(effects: readonly TokenEffect[]): readonly Move[] {
  // Whoever gives everything and then resets it means to narrow.
  const lost = effects.filter(
    ({ token, status, reason }) => status === 'lost' && reason === 'wiped-by' && !GIVES_ALL.test(token),
  );
  const moves: Move[] = [];
  const resets = effects.filter(
    ({ index, token }) => WIPES.test(token) && lost.some(({ by }) => by.includes(index)),
  );
  const first = lost.find(({ by }) => resets.some(({ index }) => by.includes(index)));
  if (first !== undefined) moves.push({ moved: resets, to: 'front', before: first.index });
  // A denial that something further right undoes altogether.
  const denials = effects.filter(
    ({ token, status, reason, by }) =>
      token.startsWith('-') &&
      !WIPES.test(token) &&
      ((status === 'lost' && reason === 'regranted-by') ||
        (status === 'none' && reason === 'nothing-to-remove' && by.length > 0)),
  );
  if (denials.length > 0) moves.push({ moved: denials, to: 'end' });
  return moves;
}

/** Does the move make the rules count that did not? */
function isCured(
  moved: readonly TokenEffect[],
  to: Move['to'],
  before: readonly TokenEffect[],
  after: readonly TokenEffect[],
): boolean {
  const count = (effects: readonly TokenEffect[]): number =>
    effects.filter(({ status }) => status === 'effective' || status === 'partly-lost').length;
  if (to === 'end') return after.slice(-moved.length).every(({ status }) => status === 'effective');
  const lost = before.filter(({ status, reason }) => status === 'lost' && reason === 'wiped-by').length;
  return lost > 0 && count(after) > count(before) - moved.length;
}

function missingFrom(user: User, other: User, table: CommandTable): readonly string[] {
  const own = grantedCommands(user, table);
  return [...grantedCommands(other, table)].filter((name) => !own.has(name));
}
