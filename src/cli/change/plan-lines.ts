/** One difference of a plan as lines: what it is about first, then each right that is gained or lost, in words. */

import { REVISION_DIGITS, type Difference } from '../../change/index.ts';
import { linesOfDiff, type DiffLine, type DiffLook } from '../acl/diff-report.ts';

const PATTERNS_SHOWN = 6;

/** So many users that change alike are told as one. */
const ALIKE_MIN = 3;
const USERS_SHOWN = 3;

/** The lines of each difference; users that gain and lose the same are told once, named together. */
export function foldUsers(
  differences: readonly Difference[],
  look: DiffLook,
): readonly (readonly DiffLine[])[] {
  const told = differences.map((difference) => {
    const [head, ...rest] = linesOfDifference(difference, look);
    const alike = difference.kind === 'change-user' && rest.length > 0 ? JSON.stringify(rest) : undefined;
    return { head, rest, alike };
  });
  const heads = new Map<string, DiffLine[]>();
  for (const { head, alike } of told) if (alike !== undefined && head !== undefined) push(heads, alike, head);
  const done = new Set<string>();
  return told.flatMap(({ head, rest, alike }): (readonly DiffLine[])[] => {
    if (head === undefined) return [];
    const same = alike === undefined ? [] : (heads.get(alike) ?? []);
    if (alike === undefined || same.length < ALIKE_MIN) return [[head, ...rest]];
    if (done.has(alike)) return [];
    done.add(alike);
    const shown = look.detail === 'all' ? same : same.slice(0, USERS_SHOWN);
    const more = same.length > shown.length ? ` and ${same.length - shown.length} more` : '';
    const text = `${same.length} users: ${shown.map((each) => each.text).join(', ')}${more}`;
    return [[{ ...head, text }, ...rest]];
  });
}

function push(heads: Map<string, DiffLine[]>, alike: string, head: DiffLine): void {
  const known = heads.get(alike);
  if (known === undefined) heads.set(alike, [head]);
  else known.push(head);
}

function linesOfDifference(difference: Difference, look: DiffLook): readonly DiffLine[] {
  const { mark } = difference;
  switch (difference.kind) {
    case 'add-user':
      return [{ mark, topic: 'user', text: `${difference.user}: ${describeAddition(difference)}` }];
    case 'change-user':
      return linesOfChange(difference, look);
    case 'remove-user': {
      const { user, why, sessions } = difference;
      const ended = sessions === 0 ? '' : `; ends ${sessions === 1 ? '1 session' : `${sessions} sessions`}`;
      return [{ mark, topic: 'user', text: `${user}: ${why}${ended}` }];
    }
    case 'setting': {
      const { name, from, to, reason } = difference;
      const values = from === undefined && to === undefined ? '' : ` ${quote(from)} → ${quote(to)}`;
      return [{ mark, topic: 'setting', text: `${name}${values}: ${reason}` }];
    }
    case 'persistence':
      return [{ mark, topic: HOW[difference.how], text: difference.why }];
    case 'revision': {
      const from = difference.from === undefined ? '' : `${difference.from.slice(0, REVISION_DIGITS)} → `;
      return [{ mark, topic: 'revision', text: `${from}${difference.to.slice(0, REVISION_DIGITS)}` }];
    }
  }
}

function linesOfChange(
  difference: Extract<Difference, { readonly kind: 'change-user' }>,
  look: DiffLook,
): readonly DiffLine[] {
  const { mark, user, after, diff } = difference;
  // What a user without any right has lost is everything: the list would only be long.
  if (/^off\b/.test(after) && !/[+]|nopass/.test(after))
    return [{ mark, topic: 'user', text: `${user}: closed, off, without a password, a key or a command` }];
  const lines = linesOfDiff(diff, look);
  const shown = look.detail === 'all' ? lines : lines.map(({ example: _example, ...line }) => line);
  return [{ mark, topic: 'user', text: user }, ...shown];
}

const HOW = {
  'acl-save': 'ACL SAVE',
  'config-rewrite': 'CONFIG REWRITE',
  'by-hand': 'not kept',
} as const;

function describeAddition({
  rules,
  keys,
  commands,
}: Extract<Difference, { readonly kind: 'add-user' }>): string {
  const state = rules.split(' ', 1)[0] ?? '';
  const more = keys.length > PATTERNS_SHOWN ? ` and ${keys.length - PATTERNS_SHOWN} more` : '';
  const where = keys.length === 0 ? 'no keys' : `${keys.slice(0, PATTERNS_SHOWN).join(' ')}${more}`;
  return `${state} · ${where} · ${commands} commands`;
}

function quote(value: string | undefined): string {
  if (value === undefined) return '[secret]';
  return value === '' ? '""' : value;
}
