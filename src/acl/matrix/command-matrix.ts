/**
 * Users x commands, and users x categories: what each user may run, whatever the keys. Kept as bits, so that ten
 * thousand users take about a megabyte. The answers are those of `canRun` and `grantedCommands`.
 */
import { categoryBits, countCommon, emptyBits, setBit } from '../table/command-bits.ts';
import { isFree } from '../decision/command-plan.ts';
import type { Command, CommandTable } from '../table/command-table.ts';
import { invariant } from '../invariant.ts';
import type { User } from '../selector.ts';

/** May the user run the command: as a whole, with some first argument only (`+select|0`), or not at all. */
export type CommandRight = 'yes' | 'first-arg' | 'no';

/** Users x commands. Read a cell with {@link rightAt}. */
export interface CommandMatrix {
  /** Names, in the order given. */
  readonly users: readonly string[];
  /** Full names in table order; containers only where they run by themselves (COMMAND). */
  readonly commands: readonly string[];
  /** Bits by row: granted as a whole. `words` for each user. */
  readonly whole: Uint32Array;
  /** Bits by row: granted with some first argument. */
  readonly firstArg: Uint32Array;
  /** Length of a row in `whole` and `firstArg`. */
  readonly words: number;
  /** Bit of each column. */
  readonly bits: readonly number[];
}

/** Users x categories. Read a cell with {@link grantedAt}. */
export interface CategoryMatrix {
  readonly users: readonly string[];
  /** In the order of ACL CAT; `total` counts the commands of the matrix in it. */
  readonly categories: readonly { readonly name: string; readonly total: number }[];
  /** Commands granted as a whole, by row. */
  readonly granted: Uint16Array;
}

/** Every user against every command. Time and memory grow linearly with both. */
export function commandMatrix(users: readonly User[], table: CommandTable): CommandMatrix {
  const columns = table.byIndex.filter(runsByItself);
  const words = emptyBits(table).length;
  const whole = new Uint32Array(users.length * words);
  const firstArg = new Uint32Array(users.length * words);
  const free = freeBits(table);
  users.forEach((user, row) => {
    invariant(user.table === table, 'the user was parsed with another command table');
    fillRow(user, free, whole, row * words);
    for (const selector of user.selectors) {
      for (const [index, args] of selector.engine.firstArgs) {
        const at = row * words + (index >>> 5);
        if (args.length > 0) firstArg[at] = (firstArg[at] ?? 0) | (1 << (index & 31));
      }
    }
  });
  return {
    users: users.map((user) => user.name),
    commands: columns.map((command) => command.fullName),
    whole,
    firstArg,
    words,
    bits: columns.map((command) => command.index),
  };
}

/** One cell: `user` and `command` are positions in `matrix.users` and `matrix.commands`. */
export function rightAt(matrix: CommandMatrix, user: number, command: number): CommandRight {
  const bit = matrix.bits[command] ?? 0;
  const at = user * matrix.words + (bit >>> 5);
  if ((((matrix.whole[at] ?? 0) >>> (bit & 31)) & 1) === 1) return 'yes';
  return (((matrix.firstArg[at] ?? 0) >>> (bit & 31)) & 1) === 1 ? 'first-arg' : 'no';
}

/** How many commands of each category every user may run as a whole. */
export function categoryMatrix(users: readonly User[], table: CommandTable): CategoryMatrix {
  const columns = emptyBits(table);
  for (const command of table.byIndex) if (runsByItself(command)) setBit(columns, command.index, 1);
  const sets = categoryBits(table);
  const members = table.categories.map((name) => {
    const set = sets.get(name.toLowerCase())?.members ?? emptyBits(table);
    return set.map((word, i) => word & (columns[i] ?? 0));
  });
  const free = freeBits(table);
  const row = emptyBits(table);
  const granted = new Uint16Array(users.length * members.length);
  users.forEach((user, u) => {
    invariant(user.table === table, 'the user was parsed with another command table');
    row.fill(0);
    fillRow(user, free, row, 0);
    members.forEach((set, c) => (granted[u * members.length + c] = countCommon(set, row)));
  });
  return {
    users: users.map((user) => user.name),
    categories: members.map((set, c) => ({
      name: table.categories[c] ?? '',
      total: countCommon(set, set),
    })),
    granted,
  };
}

/** One cell: commands of the category that the user may run. */
export function grantedAt(matrix: CategoryMatrix, user: number, category: number): number {
  return matrix.granted[user * matrix.categories.length + category] ?? 0;
}

function runsByItself(command: Command): boolean {
  return !command.isContainer || Math.abs(command.arity) === 1;
}

/** Commands that need no right. */
function freeBits(table: CommandTable): Uint32Array {
  const bits = emptyBits(table);
  for (const command of table.byIndex) if (isFree(command, table.dialect)) setBit(bits, command.index, 1);
  return bits;
}

/** What any selector grants, and what needs no right. `from` is where the row begins. */
function fillRow(user: User, free: Uint32Array, rows: Uint32Array, from: number): void {
  for (let i = 0; i < free.length; i++) rows[from + i] = free[i] ?? 0;
  for (const { engine } of user.selectors) {
    for (let i = 0; i < free.length; i++) rows[from + i] = (rows[from + i] ?? 0) | (engine.bits[i] ?? 0);
  }
}
