/**
 * Sets of commands as bits, and the sets that rules speak of: a command with its subcommands, a category with
 * everything under it (acl.c ACLChangeSelectorPerm, ACLSetSelectorCommandBitsForCategory, Redis 7.2).
 */
import type { Command, CommandTable } from './command-table.ts';

/** The sets of one category. */
export interface CategoryBits {
  /** Commands that have the category: what the display counts. */
  readonly members: Uint32Array;
  /** What `+@category` touches: the members a rule may touch, and the subcommands of member containers. */
  readonly reach: Uint32Array;
}

/** No command. */
export function emptyBits(table: CommandTable): Uint32Array {
  return new Uint32Array((table.byIndex.length + 31) >>> 5);
}

export function hasBit(bits: Uint32Array, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

export function setBit(bits: Uint32Array, index: number, on: 0 | 1): void {
  const word = bits[index >>> 5] ?? 0;
  bits[index >>> 5] = on === 1 ? word | (1 << (index & 31)) : word & ~(1 << (index & 31));
}

/** Adds (`on` 1) or takes away (`on` 0) a whole set. */
export function applySet(bits: Uint32Array, set: Uint32Array, on: 0 | 1): void {
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] ?? 0;
    const other = set[i] ?? 0;
    bits[i] = on === 1 ? word | other : word & ~other;
  }
}

/** A command, and all subcommands of a container. */
export function applyCommand(bits: Uint32Array, command: Command, on: 0 | 1): void {
  setBit(bits, command.index, on);
  for (const sub of command.subcommands) setBit(bits, sub.index, on);
}

export function isEmpty(bits: Uint32Array): boolean {
  return bits.every((word) => word === 0);
}

/** Members of both. */
export function countCommon(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) count += popCount((a[i] ?? 0) & (b[i] ?? 0));
  return count;
}

/** The sets of every category of a table, worked out once. */
export function categoryBits(table: CommandTable): ReadonlyMap<string, CategoryBits> {
  const known = cache.get(table);
  if (known !== undefined) return known;
  const sets = new Map<string, CategoryBits>();
  for (const category of table.categories) sets.set(category.toLowerCase(), collect(table, category));
  cache.set(table, sets);
  return sets;
}

const cache = new WeakMap<CommandTable, ReadonlyMap<string, CategoryBits>>();

function collect(table: CommandTable, category: string): CategoryBits {
  const members = emptyBits(table);
  const reach = emptyBits(table);
  for (const command of table.byIndex) {
    if (!command.categories.has(category)) continue;
    setBit(members, command.index, 1);
    if (command.isModule && table.dialect.categoriesSkipModules) continue;
    applyCommand(reach, command, 1);
  }
  return { members, reach };
}

function popCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
