/** A matrix as every format prints it: users in rows, and cells that know their words and how much they grant. */

import {
  categoryMatrix,
  commandMatrix,
  globMatch,
  grantedAt,
  prefixesOf,
  prefixMatrix,
  prefixRightAt,
  rightAt,
} from '../../acl/index.ts';
import type { Subject } from './subject.ts';

export interface Grid {
  readonly kind: 'categories' | 'prefixes' | 'commands';
  readonly title: string;
  readonly legend: string;
  readonly columns: readonly GridColumn[];
  readonly rows: readonly GridRow[];
  readonly cell: (row: number, column: number) => GridCell;
}

export interface GridColumn {
  readonly name: string;
  /** Commands of a category. */
  readonly total?: number;
}

export interface GridRow {
  readonly user: string;
  readonly enabled: boolean;
}

export interface GridCell {
  /** How much is granted: everything, something, or nothing. */
  readonly grant: 'all' | 'some' | 'none';
  /** For people: `12/40`, `Rw`. */
  readonly text: string;
  /** For programs. */
  readonly value: number | string | { readonly read: string; readonly write: string };
}

/** Prefixes that are shown when nobody names any. */
const OWN_PREFIXES_MAX = 24;
/** No right at all. */
export const NOTHING_TEXT = '·';

export function categoryGrid(subject: Subject): Grid {
  const matrix = categoryMatrix(usersOf(subject), subject.table);
  return {
    kind: 'categories',
    title: 'Commands of each category',
    legend: 'granted of all; keys and channels aside',
    columns: matrix.categories.map(({ name, total }) => ({ name, total })),
    rows: rowsOf(subject),
    cell: (row, column) => {
      const value = grantedAt(matrix, row, column);
      const total = matrix.categories[column]?.total ?? 0;
      if (value === 0) return { grant: 'none', text: NOTHING_TEXT, value };
      return value === total
        ? { grant: 'all', text: 'all', value }
        : { grant: 'some', text: `${value}/${total}`, value };
    },
  };
}

export function prefixGrid(subject: Subject, prefixes: readonly string[]): Grid {
  const matrix = prefixMatrix(usersOf(subject), prefixes, subject.table);
  return {
    kind: 'prefixes',
    title: 'Keys that begin with a prefix',
    legend: 'R reads and W writes every key of the prefix, r and w some of them',
    columns: prefixes.map((name) => ({ name })),
    rows: rowsOf(subject),
    cell: (row, column) => {
      const { read, write } = prefixRightAt(matrix, row, column);
      const letter = (cover: string, upper: string): string =>
        cover === 'none' ? '' : cover === 'all' ? upper : upper.toLowerCase();
      const text = letter(read, 'R') + letter(write, 'W');
      const grant = text === '' ? 'none' : text === 'RW' ? 'all' : 'some';
      return { grant, text: text === '' ? NOTHING_TEXT : text, value: { read, write } };
    },
  };
}

/** `names` may hold stars; table order. */
export function commandGrid(subject: Subject, names: readonly string[]): Grid {
  const matrix = commandMatrix(usersOf(subject), subject.table);
  const wanted = names.map((name) => name.toLowerCase());
  const picked = [...matrix.commands.keys()].filter((at) =>
    wanted.some((name) => globMatch(name, matrix.commands[at]?.toLowerCase() ?? '')),
  );
  return {
    kind: 'commands',
    title: 'Commands',
    legend: 'arg: only with some first arguments; keys and channels aside',
    columns: picked.map((at) => ({ name: matrix.commands[at] ?? '' })),
    rows: rowsOf(subject),
    cell: (row, column) => {
      const value = rightAt(matrix, row, picked[column] ?? 0);
      if (value === 'yes') return { grant: 'all', text: 'yes', value };
      return value === 'no'
        ? { grant: 'none', text: NOTHING_TEXT, value }
        : { grant: 'some', text: 'arg', value };
    },
  };
}

/** The prefixes that the users' own patterns begin with, and how many were left out. */
export function ownPrefixes(subject: Subject): {
  readonly prefixes: readonly string[];
  readonly left: number;
} {
  const all = prefixesOf(usersOf(subject)).filter((prefix) => prefix !== '');
  const prefixes = all.slice(0, OWN_PREFIXES_MAX);
  return { prefixes, left: all.length - prefixes.length };
}

function usersOf({ users }: Subject) {
  return users.map(({ user }) => user);
}

function rowsOf({ users }: Subject): readonly GridRow[] {
  return users.map(({ user }) => ({ user: user.name, enabled: user.enabled }));
}
