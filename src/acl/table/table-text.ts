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
  const lines = text.split('\n');
  const categories = (lines[0] ?? '').split(' ');
  const columns: Columns = {
    categories: once((digits) => readSet(digits, categories)),
    flags: once((digits) => readSet(digits, (lines[1] ?? '').split(' '))),
    legacy: once(readLegacy),
    keySpecs: once((specs) => (specs === '' ? [] : specs.split(';').map(readSpec))),
  };
  const rows: CommandRow[] = [];
  for (let i = 2; i < lines.length; i++) rows.push(readRow(lines[i] ?? '', columns));
  return { categories, rows };
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
  let parent: Draft | undefined;
  for (const row of rows) {
    const { fullName } = row;
    const bar = fullName.indexOf('|');
    const under = bar !== -1 && parent?.fullName === fullName.slice(0, bar) ? parent : undefined;
    const command: Draft = {
      name: under === undefined ? fullName : fullName.slice(bar + 1),
      fullName,
      subcommands: [],
      isContainer: false,
      arity: row.arity,
      flags: row.flags,
      categories: row.categories,
      keySpecs: row.keySpecs,
      legacy: row.legacy,
      allDatabases: row.allDatabases,
      isModule: row.flags.has('module'),
      index: byIndex.length,
    };
    // Absent rather than undefined: few commands have them.
    if (row.nativeFinder !== undefined) command.nativeFinder = row.nativeFinder;
    if (row.databaseArgs !== undefined) command.databaseArgs = row.databaseArgs;
    if (under === undefined) parent = command;
    else {
      command.parent = under;
      under.isContainer = true;
      under.subcommands.push(command);
    }
    byIndex.push(command);
    commands.set(fullName.toLowerCase(), command);
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

/** A command while its subcommands are being hung under it. */
type Draft = { -readonly [Field in keyof Command]: Command[Field] } & { subcommands: Command[] };

/** Few different texts occur in a column, many times each: they are read once, and commands share what they say. */
interface Columns {
  readonly categories: (digits: string) => ReadonlySet<string>;
  readonly flags: (digits: string) => ReadonlySet<string>;
  readonly legacy: (numbers: string) => CommandRow['legacy'];
  readonly keySpecs: (specs: string) => readonly KeySpec[];
}

function once<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) known.set(text, (value = read(text)));
    return value;
  };
}

function readRow(line: string, columns: Columns): CommandRow {
  const fields = line.split('\t');
  const finder = fields[6] ?? '';
  const databases = fields[7] ?? '';
  const row: { -readonly [Field in keyof CommandRow]: CommandRow[Field] } = {
    fullName: fields[0] ?? '',
    arity: Number(fields[1]),
    categories: columns.categories(fields[2] ?? ''),
    flags: columns.flags(fields[3] ?? ''),
    legacy: columns.legacy(fields[4] ?? ''),
    keySpecs: columns.keySpecs(fields[5] ?? ''),
    allDatabases: databases === '*',
  };
  if (finder !== '') row.nativeFinder = finder;
  if (databases !== '' && databases !== '*') row.databaseArgs = databases;
  return row;
}

function readSet(digits: string, names: readonly string[]): ReadonlySet<string> {
  const set = new Set<string>();
  for (let i = 0; i < digits.length; i++) set.add(names[Number.parseInt(digits.charAt(i), 36)] ?? '');
  return set;
}

function readLegacy(text: string): CommandRow['legacy'] {
  const [first = 0, last = 0, step = 0] = text === '' ? [] : text.split(',').map(Number);
  return [first, last, step];
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
