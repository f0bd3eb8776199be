/**
 * The compact text of a bundled command table. First line: categories in ACL CAT order; second: flag names; then one
 * command a line, tab-separated: full name, arity, categories and flags as base-36 positions, first,last,step, key
 * specs, native finder, database arguments (`*`: needs every database). A subcommand follows its container.
 */
import type { Dialect } from './dialect.ts';
import type { Command, CommandTable, KeySpec } from './command-table.ts';

/** What a table is made of, before commands know their parents and positions. */
export interface CommandRow {
  readonly fullName: string;
  readonly arity: number;
  readonly categories: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
  readonly legacy: readonly [number, number, number];
  readonly keySpecs: readonly KeySpec[];
  readonly nativeFinder?: string;
  readonly databaseArgs?: string;
  readonly allDatabases: boolean;
}

/** The rows of a bundled text, and its categories. */
export function readTableText(text: string): {
  readonly categories: readonly string[];
  readonly rows: readonly CommandRow[];
} {
  const [first = '', second = '', ...lines] = text.split('\n');
  const categories = first.split(' ');
  const flags = second.split(' ');
  const categorySets = sharedSets(categories);
  const flagSets = sharedSets(flags);
  return { categories, rows: lines.map((line) => readRow(line, categorySets, flagSets)) };
}

/** Rows to a table: a subcommand (`a|b`) is hung under the row `a` before it. */
export function buildTable(
  server: {
    readonly name: string;
    readonly dialect: Dialect;
    readonly exact: boolean;
    readonly note?: string;
  },
  categories: readonly string[],
  rows: readonly CommandRow[],
): CommandTable {
  const commands = new Map<string, Command>();
  const byIndex: Command[] = [];
  let parent: (Command & { subcommands: Command[] }) | undefined;
  for (const row of rows) {
    const bar = row.fullName.indexOf('|');
    const under = bar !== -1 && parent?.fullName === row.fullName.slice(0, bar) ? parent : undefined;
    const { nativeFinder, databaseArgs, ...rest } = row;
    const command = {
      ...rest,
      name: under === undefined ? row.fullName : row.fullName.slice(bar + 1),
      ...(under !== undefined && { parent: under }),
      subcommands: [],
      isContainer: false,
      ...(nativeFinder !== undefined && { nativeFinder }),
      ...(databaseArgs !== undefined && { databaseArgs }),
      isModule: row.flags.has('module'),
      index: byIndex.length,
    };
    if (under === undefined) parent = command;
    else {
      under.subcommands.push(command);
      Object.assign(under, { isContainer: true });
    }
    byIndex.push(command);
    commands.set(row.fullName.toLowerCase(), command);
  }
  return {
    server: server.name,
    dialect: server.dialect,
    exact: server.exact,
    ...(server.note !== undefined && { note: server.note }),
    categories,
    commands,
    byIndex,
  };
}

function readRow(line: string, categorySet: SetOf, flagSet: SetOf): CommandRow {
  const [
    fullName = '',
    arity = '',
    cats = '',
    flagText = '',
    legacy = '',
    specs = '',
    finder = '',
    databases = '',
  ] = line.split('\t');
  const [first = 0, last = 0, step = 0] = legacy === '' ? [] : legacy.split(',').map(Number);
  return {
    fullName,
    arity: Number(arity),
    categories: categorySet(cats),
    flags: flagSet(flagText),
    legacy: [first, last, step],
    keySpecs: specs === '' ? [] : specs.split(';').map(readSpec),
    ...(finder !== '' && { nativeFinder: finder }),
    ...(databases !== '' && databases !== '*' && { databaseArgs: databases }),
    allDatabases: databases === '*',
  };
}

type SetOf = (digits: string) => ReadonlySet<string>;

/** Few different sets occur, many times each: commands share them. */
function sharedSets(names: readonly string[]): SetOf {
  const sets = new Map<string, ReadonlySet<string>>();
  return (digits) => {
    const known = sets.get(digits);
    if (known !== undefined) return known;
    const set = new Set(Array.from(digits, (digit) => names[Number.parseInt(digit, 36)] ?? ''));
    sets.set(digits, set);
    return set;
  };
}

function readSpec(text: string): KeySpec {
  const [letters = '', begin = '', find = ''] = text.split(':');
  const numbers = find.slice(1).split(',').map(Number);
  const [a = 0, b = 0, c = 0] = numbers;
  const at = begin.indexOf('@');
  return {
    read: letters.includes('r'),
    write: letters.includes('w'),
    notKey: letters.includes('n'),
    incomplete: letters.includes('i'),
    variable: letters.includes('v'),
    begin:
      begin === '?'
        ? { type: 'unknown' }
        : at === -1
          ? { type: 'index', index: Number(begin) }
          : { type: 'keyword', keyword: begin.slice(0, at), startFrom: Number(begin.slice(at + 1)) },
    find:
      find === '?'
        ? { type: 'unknown' }
        : find.startsWith('n')
          ? { type: 'keynum', countAt: a, first: b, step: c }
          : { type: 'range', last: a, step: b, limit: c },
  };
}
