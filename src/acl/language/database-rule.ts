/** `db=` rules of Valkey 9.1: acl.c ACLSetSelector and its database list. */
import { cString } from '../bytes.ts';
import type { Dialect } from '../table/dialect.ts';
import type { DraftSelector } from './draft.ts';
import type { RuleError } from './rule-error.ts';

const DATABASE_ID_MAX = 2 ** 31 - 1;

/** Applies a database rule; undefined when the rule is another kind of rule, `applied` when it was one. */
export function applyDatabaseRule(
  selector: DraftSelector,
  token: string,
  word: string,
  dialect: Dialect,
): RuleError | 'applied' | undefined {
  if (!dialect.databases) return undefined;
  if (word === 'alldbs' || word === 'resetdbs') {
    selector.allDatabases = word === 'alldbs';
    selector.databases = [];
    return 'applied';
  }
  if (!word.startsWith('db=')) return undefined;
  const databases = readDatabases(cString(token).slice(3));
  if (typeof databases === 'string') return databases;
  selector.allDatabases = false;
  selector.databases = databases;
  return 'applied';
}

/** Comma-separated numbers as strtoll reads them: leading blanks, a sign and zeros are fine. Sorted, no repeats. */
function readDatabases(text: string): number[] | RuleError {
  const databases = new Set<number>();
  for (const part of text.split(',')) {
    // oxlint-disable-next-line no-control-regex
    const digits = /^[\t-\r ]*([+-]?\d+)$/.exec(part)?.[1];
    if (digits === undefined) return 'syntax';
    const id = Number(digits);
    if (id < 0 || id > DATABASE_ID_MAX) return 'database-out-of-range';
    databases.add(id === 0 ? 0 : id);
  }
  return [...databases].sort((a, b) => a - b);
}
