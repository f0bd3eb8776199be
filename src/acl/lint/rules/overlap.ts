/**
 * Patterns of different users that match a common key or channel. Two globs can only meet when the literal start of one
 * is the beginning of the other's: sorted by it, each pattern is compared with its ancestors alone.
 */
import { globIntersection } from '../../compare/glob-overlap.ts';
import { readGlob } from './glob-item.ts';

/** A pattern and who has it. */
export interface Owned<Owner> {
  readonly owner: Owner;
  readonly pattern: string;
}

/** Two patterns that meet. */
export interface Meeting<Owner> {
  /** The one with the shorter literal start. */
  readonly wide: Owned<Owner>;
  readonly narrow: Owned<Owner>;
  /** A key that both match. */
  readonly witness: string;
  /**
   * - `mid-word`: the wide one ends in the middle of the other's name, as `app_a*` in `app_ab:*`.
   * - `nested`: it ends at a separator, or is shorter by whole words: probably meant.
   * - `crossing`: neither is the other's beginning.
   */
  readonly shape: 'mid-word' | 'nested' | 'crossing';
}

/** Comparisons of one subject. */
export const PAIRS_MAX = 100_000;

/** Meetings of patterns of different owners, equal patterns left out: those are shared on purpose. */
export function findMeetings<Owner>(patterns: readonly Owned<Owner>[]): readonly Meeting<Owner>[] {
  const sorted = patterns
    .map((owned) => ({ owned, start: literalStart(owned.pattern) }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const held = new Map<Owner, Set<string>>();
  for (const { owner, pattern } of patterns) held.set(owner, (held.get(owner) ?? new Set()).add(pattern));
  const meetings: Meeting<Owner>[] = [];
  let open: typeof sorted = [];
  let pairs = 0;
  for (const each of sorted) {
    open = open.filter(({ start }) => each.start.startsWith(start));
    for (const other of open) {
      if (other.owned.owner === each.owned.owner || other.owned.pattern === each.owned.pattern) continue;
      if (held.get(other.owned.owner)?.has(each.owned.pattern) === true) continue;
      if (held.get(each.owned.owner)?.has(other.owned.pattern) === true) continue;
      if (++pairs > PAIRS_MAX) return meetings;
      const overlap = globIntersection(other.owned.pattern, each.owned.pattern);
      if (overlap.overlaps !== true) continue;
      const shape = shapeOf(other.owned.pattern, other.start, each.start);
      meetings.push({ wide: other.owned, narrow: each.owned, witness: overlap.witness, shape });
    }
    open.push(each);
  }
  return meetings;
}

/** What the pattern begins with before its first star, question mark or bracket. */
export function literalStart(pattern: string): string {
  let start = '';
  for (const item of readGlob(pattern)) {
    if (item.kind !== 'literal') break;
    start += item.text;
  }
  return start;
}

function shapeOf(wide: string, start: string, narrowStart: string): Meeting<never>['shape'] {
  if (wide !== `${start}*`) return 'crossing';
  const next = narrowStart[start.length] ?? '';
  return /[\p{L}\p{N}]$/u.test(start) && /[\p{L}\p{N}]/u.test(next) ? 'mid-word' : 'nested';
}
