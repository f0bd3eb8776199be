/**
 * A live server's COMMAND reply as table rows: RESP2 nested arrays (6.x: seven fields, 7.0 and later: ten), or the same
 * with maps where RESP3 has them. Anything that is not shaped so is skipped, never thrown at.
 */
import type { KeySpec } from './command-table.ts';
import type { CommandRow } from './table-text.ts';

/** Commands of a reply that are read at most; the server itself has 1024 command ids. */
const COMMANDS_MAX = 4096;

/** The rows of a COMMAND reply, each container followed by its subcommands. */
export function readCommandReply(reply: unknown): readonly CommandRow[] {
  const rows: CommandRow[] = [];
  for (const entry of list(reply).slice(0, COMMANDS_MAX)) {
    const fields = list(entry);
    const row = readRow(fields);
    if (row === undefined) continue;
    rows.push(row);
    for (const sub of list(fields[9])) {
      const subRow = readRow(list(sub));
      if (subRow === undefined) continue;
      // 7.0 and later give the full name; a module may give the last word only.
      const fullName = subRow.fullName.includes('|') ? subRow.fullName : `${row.fullName}|${subRow.fullName}`;
      rows.push({ ...subRow, fullName });
    }
  }
  return rows;
}

function readRow(fields: readonly unknown[]): CommandRow | undefined {
  const fullName = text(fields[0]);
  if (fullName === '') return undefined;
  return {
    fullName,
    arity: number(fields[1]),
    flags: new Set(list(fields[2]).map(text)),
    legacy: [number(fields[3]), number(fields[4]), number(fields[5])],
    categories: new Set(list(fields[6]).map((category) => text(category).replace(/^@/, ''))),
    keySpecs: list(fields[8]).map(readSpec),
    allDatabases: false,
  };
}

function readSpec(value: unknown): KeySpec {
  const spec = fieldsOf(value);
  const flags = new Set(list(spec.get('flags')).map((flag) => text(flag).toLowerCase()));
  const begin = fieldsOf(spec.get('begin_search'));
  const find = fieldsOf(spec.get('find_keys'));
  return {
    read: flags.has('access'),
    write: flags.has('insert') || flags.has('update') || flags.has('delete'),
    notKey: flags.has('not_key'),
    incomplete: flags.has('incomplete'),
    variable: flags.has('variable_flags'),
    begin: readBegin(text(begin.get('type')), fieldsOf(begin.get('spec'))),
    find: readFind(text(find.get('type')), fieldsOf(find.get('spec'))),
  };
}

function readBegin(type: string, spec: ReadonlyMap<string, unknown>): KeySpec['begin'] {
  if (type === 'index') return { type, index: number(spec.get('index')) };
  if (type === 'keyword')
    return { type, keyword: text(spec.get('keyword')), startFrom: number(spec.get('startfrom')) };
  return { type: 'unknown' };
}

function readFind(type: string, spec: ReadonlyMap<string, unknown>): KeySpec['find'] {
  const step = Math.max(1, number(spec.get('keystep')));
  if (type === 'range')
    return { type, last: number(spec.get('lastkey')), step, limit: number(spec.get('limit')) };
  if (type === 'keynum') {
    return { type, countAt: number(spec.get('keynumidx')), first: number(spec.get('firstkey')), step };
  }
  return { type: 'unknown' };
}

/** A map in any of its shapes: flat array, Map, object. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  if (value instanceof Map) return new Map([...value].map(([key, field]) => [text(key), field]));
  if (Array.isArray(value)) {
    const fields = new Map<string, unknown>();
    for (let i = 0; i + 1 < value.length; i += 2) fields.set(text(value[i]), value[i + 1]);
    return fields;
  }
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value instanceof Set ? [...value] : [];
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? String.fromCharCode(...value) : '';
}

function number(value: unknown): number {
  const n = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  return typeof n === 'number' && Number.isSafeInteger(n) ? n : 0;
}
