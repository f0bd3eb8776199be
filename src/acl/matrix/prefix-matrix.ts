/**
 * Users x key prefixes: which of the keys that start with a prefix each user may read and write. A selector counts only
 * where it grants some command that reads, or writes, keys. Commands without keys pass every pattern: see `categoryMatrix`
 * for those.
 */
import { toBytes } from '../bytes.ts';
import { emptyBits, setBit } from '../table/command-bits.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import { invariant } from '../invariant.ts';
import { coverPrefix, preparePattern } from './prefix-cover.ts';
import type { Cover } from './prefix-cover.ts';
import type { Selector, User } from '../selector.ts';

/** What of a prefix's keys may be read and written. */
export interface PrefixRight {
  readonly read: Cover;
  readonly write: Cover;
}

/** Users x prefixes. Read a cell with {@link prefixRightAt}. */
export interface PrefixMatrix {
  readonly users: readonly string[];
  readonly prefixes: readonly string[];
  /** By row: a {@link Cover} for reading and one for writing, in one byte. */
  readonly cells: Uint8Array;
}

/**
 * Every user against every prefix: literal text, no glob. `all` and `none` are exact for one pattern; several patterns
 * that only together cover everything are `some`.
 */
export function prefixMatrix(
  users: readonly User[],
  prefixes: readonly string[],
  table: CommandTable,
): PrefixMatrix {
  const cells = new Uint8Array(users.length * prefixes.length);
  const bytes = prefixes.map(toBytes);
  const readers = bitsOf(table, reads);
  const writers = bitsOf(table, writes);
  users.forEach((user, u) => {
    invariant(user.table === table, 'the user was parsed with another command table');
    const row = cells.subarray(u * prefixes.length, (u + 1) * prefixes.length);
    for (const selector of user.selectors) {
      const can = (grants(selector, readers) ? READ : 0) | (grants(selector, writers) ? WRITE : 0);
      if (selector.allKeys) widen(row, can, () => ALL);
      for (const { pattern, bits } of can === 0 ? [] : selector.engine.keys) {
        const prepared = preparePattern(pattern, table.dialect.globDepthMax);
        widen(row, bits & can, (p) => COVERS.indexOf(coverPrefix(prepared, bytes[p] ?? '')));
      }
    }
  });
  return { users: users.map((user) => user.name), prefixes, cells };
}

/** One cell: `user` and `prefix` are positions in `matrix.users` and `matrix.prefixes`. */
export function prefixRightAt(matrix: PrefixMatrix, user: number, prefix: number): PrefixRight {
  const cell = matrix.cells[user * matrix.prefixes.length + prefix] ?? 0;
  return { read: COVERS[cell & 3] ?? 'none', write: COVERS[cell >>> 2] ?? 'none' };
}

/**
 * The literal beginnings of the users' own patterns, sorted, each once: prefixes to ask about when nobody names any. `~*`
 * speaks of none.
 */
export function prefixesOf(users: readonly User[]): readonly string[] {
  const prefixes = new Set<string>();
  for (const user of users) {
    for (const { keys } of user.selectors) for (const { pattern } of keys) prefixes.add(headOf(pattern));
  }
  return [...prefixes].sort();
}

const COVERS: readonly Cover[] = ['none', 'some', 'all'];
const ALL = 2;
const READ = 1;
const WRITE = 2;

/** Adds what a pattern covers, for reading and writing as far as `wanted` has those bits. */
function widen(row: Uint8Array, wanted: number, coverAt: (prefix: number) => number): void {
  if (wanted === 0) return;
  for (let p = 0; p < row.length; p++) {
    const cell = row[p] ?? 0;
    const cover = coverAt(p);
    const read = (wanted & READ) === 0 ? cell & 3 : Math.max(cell & 3, cover);
    const write = (wanted & WRITE) === 0 ? cell >>> 2 : Math.max(cell >>> 2, cover);
    row[p] = read | (write << 2);
  }
}

/** A command of the set is granted, as a whole or for some first argument. */
function grants(selector: Selector, set: Uint32Array): boolean {
  const { bits, firstArgs } = selector.engine;
  for (let i = 0; i < set.length; i++) if (((bits[i] ?? 0) & (set[i] ?? 0)) !== 0) return true;
  for (const [index, args] of firstArgs) {
    if (args.length > 0 && (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1) return true;
  }
  return false;
}

function bitsOf(table: CommandTable, belongs: (command: Command) => boolean): Uint32Array {
  const bits = emptyBits(table);
  for (const command of table.byIndex) if (belongs(command)) setBit(bits, command.index, 1);
  return bits;
}

function reads(command: Command): boolean {
  return command.keySpecs.some((spec) => spec.read && !spec.notKey) || isOfCategory(command, 'read');
}

function writes(command: Command): boolean {
  return command.keySpecs.some((spec) => spec.write && !spec.notKey) || isOfCategory(command, 'write');
}

/** Specs without access flags (EXISTS), 6.x, finders without specs: the category tells, or else it is both (EVAL). */
function isOfCategory(command: Command, category: 'read' | 'write'): boolean {
  if (command.keySpecs.some((spec) => !spec.notKey && (spec.read || spec.write))) return false;
  if (command.legacy[0] === 0 && command.nativeFinder === undefined) return false;
  const { categories } = command;
  return categories.has(category) || (!categories.has('read') && !categories.has('write'));
}

/** Text before the first character with a meaning, `\x` taken as `x`. */
function headOf(pattern: string): string {
  return /^(?:[^*?[\\]|\\[^])*/.exec(pattern)?.[0].replace(/\\([^])/g, '$1') ?? '';
}
