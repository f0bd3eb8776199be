/**
 * Are tenants apart: no key and no channel is within reach of two of them, and none holds a command that reaches beyond
 * its patterns. The answer is a proof with its size, or witnesses; what could not be worked out is unknown, not apart.
 */
import { toText } from '../bytes.ts';
import { canRun } from '../decision/reach.ts';
import type { Selector, User } from '../selector.ts';
import { findCrossings } from './crossing.ts';
import type { CrossingKind } from './crossing.ts';
import { findOverlaps } from './overlap.ts';
import type { OverlapSearch, OwnedPattern } from './overlap.ts';

export type Verdict = 'apart' | 'overlap' | 'unknown';

/** A key or channel that two users reach. */
export interface TenantOverlap {
  readonly users: readonly [string, string];
  readonly patterns: readonly [string, string];
  /** The patterns as rules have them: `%R~*`, `&news.*`. */
  readonly rules: readonly [string, string];
  readonly witness: string;
  readonly database?: number;
}

/** What was proved of keys, or of channels. */
export interface OverlapProof {
  readonly verdict: Verdict;
  readonly patterns: number;
  /** Pairs of patterns that had to be compared. */
  readonly compared: number;
  /** The first overlaps that were found. */
  readonly overlaps: readonly TenantOverlap[];
  /** False: there are more overlaps than were looked for. */
  readonly complete: boolean;
}

/** A crossing command and who holds it. */
export interface TenantCrossing {
  readonly command: string;
  readonly kind: CrossingKind;
  readonly users: number;
  /** The first of them. */
  readonly examples: readonly string[];
}

export interface TenantProof {
  /** `apart` only when keys and channels are apart and nobody holds a crossing command. */
  readonly verdict: Verdict;
  readonly users: number;
  /** Users beside the tenants who were compared with them. */
  readonly existing: number;
  readonly keys: OverlapProof;
  readonly channels: OverlapProof;
  readonly crossings: readonly TenantCrossing[];
}

export interface ProofOptions {
  /** The tenant a user belongs to: users of one tenant may share keys. Default: every user is a tenant of its own. */
  readonly tenantOf?: (name: string) => string;
  /** Users who are there already: they are compared with the tenants, and not with one another. */
  readonly existing?: readonly User[];
  /** Key patterns that tenants are meant to share, as the rules have them. */
  readonly sharedKeys?: readonly string[];
  /** Channel patterns that tenants are meant to share. */
  readonly sharedChannels?: readonly string[];
}

/** Users named as examples of a crossing. */
export const EXAMPLES_MAX = 5;

/** Proves that the users of different tenants are apart, or shows where they meet. `off` is not looked at. */
export function proveTenants(tenants: readonly User[], options: ProofOptions = {}): TenantProof {
  const { existing = [] } = options;
  const users = [...tenants, ...existing];
  // All who are there already have one number, which is no tenant's.
  const owners = [...ownersOf(tenants, options.tenantOf), ...existing.map(() => tenants.length)];
  const keys = proveApart(users, owners, keyPatternsOf, options.sharedKeys ?? []);
  const channels = proveApart(users, owners, channelPatternsOf, options.sharedChannels ?? []);
  const crossings = collectCrossings(users, owners);
  const verdicts = [keys.verdict, channels.verdict];
  const verdict =
    verdicts.includes('overlap') || crossings.length > 0
      ? 'overlap'
      : verdicts.includes('unknown')
        ? 'unknown'
        : 'apart';
  return { verdict, users: tenants.length, existing: existing.length, keys, channels, crossings };
}

/** A number for each user's tenant. */
function ownersOf(users: readonly User[], tenantOf: ProofOptions['tenantOf']): readonly number[] {
  if (tenantOf === undefined) return users.map((_, index) => index);
  const numbers = new Map<string, number>();
  return users.map(({ name }) => {
    const tenant = tenantOf(name);
    const number = numbers.get(tenant) ?? numbers.size;
    numbers.set(tenant, number);
    return number;
  });
}

/** A pattern, and the sign that rules write before it. */
interface Signed {
  readonly pattern: string;
  readonly sign: '~' | '%R~' | '%W~' | '&';
}

type PatternsOf = (selector: Selector, user: User) => readonly Signed[];

interface UserPattern extends OwnedPattern, Signed {
  readonly user: User;
}

function proveApart(
  users: readonly User[],
  owners: readonly number[],
  patternsOf: PatternsOf,
  shared: readonly string[],
): OverlapProof {
  const patterns: UserPattern[] = [];
  for (const [index, user] of users.entries()) {
    for (const selector of user.selectors) {
      const databases = selector.allDatabases ? undefined : selector.databases;
      for (const { pattern, sign } of patternsOf(selector, user)) {
        if (shared.length > 0 && shared.includes(toText(pattern))) continue;
        patterns.push({ owner: owners[index] ?? index, pattern, sign, databases, user });
      }
    }
  }
  const search = findOverlaps(patterns);
  return {
    verdict: verdictOf(search),
    patterns: patterns.length,
    compared: search.compared,
    overlaps: search.overlaps.map(({ a, b, witness, database }) => ({
      users: [a.user.name, b.user.name],
      patterns: [toText(a.pattern), toText(b.pattern)],
      rules: [a.sign + toText(a.pattern), b.sign + toText(b.pattern)],
      witness,
      ...(database !== undefined && { database }),
    })),
    complete: search.ended === 'complete',
  };
}

function verdictOf({ overlaps, ended }: OverlapSearch<UserPattern>): Verdict {
  if (overlaps.length > 0) return 'overlap';
  return ended === 'complete' ? 'apart' : 'unknown';
}

/** `~*` counts as the pattern `*`: it meets every pattern that another tenant has. */
function keyPatternsOf({ allKeys, engine }: Selector): readonly Signed[] {
  if (allKeys) return [{ pattern: '*', sign: '~' }];
  return engine.keys.map(({ pattern, bits }) => ({ pattern, sign: SIGNS[bits] ?? '~' }));
}

/** By the bits of a key pattern: 1 reads, 2 writes. */
const SIGNS: Readonly<Record<number, Signed['sign']>> = { 1: '%R~', 2: '%W~' };

/** Channels count where a command that looks at them is granted. */
function channelPatternsOf({ allChannels, engine }: Selector, user: User): readonly Signed[] {
  if (!allChannels) return engine.channels.map((pattern) => ({ pattern, sign: '&' }));
  const looks = CHANNEL_COMMANDS.some((name) => canRun(user, name, user.table) !== 'no');
  return looks ? [{ pattern: '*', sign: '&' }] : [];
}

const CHANNEL_COMMANDS = ['subscribe', 'psubscribe', 'publish', 'ssubscribe', 'spublish'];

function collectCrossings(users: readonly User[], owners: readonly number[]): readonly TenantCrossing[] {
  const found = new Map<string, { command: string; kind: CrossingKind; users: number; examples: string[] }>();
  const lonely = databasesOfOne(users, owners);
  for (const [index, user] of users.entries()) {
    for (const { command, kind, withinDatabase } of findCrossings(user)) {
      if (withinDatabase && lonely(index)) continue;
      const entry = found.get(command) ?? { command, kind, users: 0, examples: [] };
      entry.users++;
      if (entry.examples.length < EXAMPLES_MAX) entry.examples.push(user.name);
      found.set(command, entry);
    }
  }
  return [...found.values()];
}

/** Does no other tenant have any database of this user (Valkey 9.1)? */
function databasesOfOne(users: readonly User[], owners: readonly number[]): (index: number) => boolean {
  const holders = new Map<number, Set<number>>();
  let everywhere = 0;
  for (const [index, user] of users.entries()) {
    if (user.selectors.some(({ allDatabases }) => allDatabases)) everywhere++;
    for (const id of new Set(user.selectors.flatMap(({ databases }) => databases))) {
      const set = holders.get(id) ?? new Set<number>();
      set.add(owners[index] ?? index);
      holders.set(id, set);
    }
  }
  return (index) =>
    everywhere === 0 &&
    (users[index]?.selectors
      .flatMap(({ databases }) => databases)
      .every((id) => holders.get(id)?.size === 1) ??
      false);
}
