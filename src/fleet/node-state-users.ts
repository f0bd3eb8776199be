/**
 * Users of many nodes: the same line under the same command table is one user in memory, parsed once. A line holds
 * password hashes, so that what is remembered is let go with the run that it belongs to.
 */

import { parseUserLine, type CommandTable } from '../acl/index.ts';
import type { SharedFacts } from './shared-facts.ts';
import type { UserFact } from './snapshot.ts';
import type { ReadLine } from './user-reply.ts';

/** Lines that are kept for one command table. */
const LINES_MAX = 20_000;

type Remembered = Map<string, UserFact['user'] | undefined>;

/** By run, then by table. */
const runs = new WeakMap<SharedFacts, WeakMap<CommandTable, Remembered>>();

export function rememberLines(shared: SharedFacts): ReadLine {
  const tables = runs.get(shared) ?? new WeakMap<CommandTable, Remembered>();
  runs.set(shared, tables);
  return (line, table) => {
    const lines: Remembered = tables.get(table) ?? new Map();
    tables.set(table, lines);
    if (lines.has(line)) return lines.get(line);
    const { user } = parseUserLine(line, table);
    if (lines.size < LINES_MAX) lines.set(line, user);
    return user;
  };
}
