/**
 * Which command table answers for a server: the bundled one of its version, the nearest one below it (and says so), or
 * one built from the server's own COMMAND reply. The bundled ones were recorded from Redis 6.0.16, 6.2.16, 7.0.15,
 * 7.2.6, 7.4.1, 8.0.6 and Valkey 7.2.7, 8.0.1, 8.1.1, 9.1.2, without modules.
 */
import { readCommandReply } from './command-reply.ts';
import type { CommandTable } from './command-table.ts';
import { dialectOf, parseVersion } from './dialect.ts';
import type { Product, ServerVersion } from './dialect.ts';
import { invariant } from '../invariant.ts';
import { flagSpecs, observeHoles } from './spec-flags.ts';
import { buildTable, readTableText } from './table-text.ts';
import type { CommandRow } from './table-text.ts';
import { BUNDLED } from './recorded/bundled.ts';

/** Parsed tables by product and version; versions come from servers, so the cache is bounded. */
const TABLES_MAX = 256;
const tables = new Map<string, CommandTable>();

/** The bundled table for a server, or the nearest one below it with `exact: false`. The same object each time. */
export function tableFor(server: ServerVersion): CommandTable {
  const key = `${server.product}-${server.version}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const nearest = nearestBundled(server);
  const { categories, rows } = readTableText(BUNDLED.get(nearest) ?? '');
  const [major, minor] = parseVersion(server.version);
  const exact = nearest === `${server.product}-${major}.${minor}`;
  const note = `no command table of ${key} is bundled: that of ${nearest} stands in`;
  const dialect = dialectOf(server);
  const table = buildTable(
    { name: exact ? nearest : key, dialect, exact, ...(!exact && { note }) },
    categories,
    flagSpecs(rows, dialect),
  );
  if (tables.size < TABLES_MAX) tables.set(key, table);
  return table;
}

/**
 * A table from a live server's COMMAND reply, its modules included. What COMMAND does not tell (native key finders,
 * database arguments) is taken from the bundled table by name. An empty or unreadable reply gives the bundled table,
 * with `exact: false`. Fixes that the server's key specs show are believed more than its version.
 *
 * @example
 * ```ts
 * import { parseUser, tableFromCommandReply } from 'wardis/acl';
 *
 * // What the server answered to COMMAND, as your client hands it over: here, one command of a module.
 * const reply = [['FT.SEARCH', -3, ['readonly', 'module'], 0, 0, 0, ['@read', '@search'], [], [], []]];
 * const table = tableFromCommandReply(reply, { product: 'redis', version: '8.0.6' });
 * const { user } = parseUser('app', ['on', '~app:*', '+@search'], table);
 * console.log(user?.selectors[0].rules); // -@all +@search
 * ```
 *
 * @param reply - The reply; anything in it that is not shaped like a command is passed over.
 * @param server - Product and version as INFO or HELLO tells them.
 */
export function tableFromCommandReply(reply: unknown, server: ServerVersion): CommandTable {
  const bundled = tableFor(server);
  const rows = readCommandReply(reply);
  if (rows.length === 0)
    return {
      ...bundled,
      exact: false,
      note: 'the COMMAND reply could not be read: the bundled table stands in',
    };
  const categories = [...bundled.categories];
  for (const row of rows) {
    for (const category of row.categories) if (!categories.includes(category)) categories.push(category);
  }
  const complete = rows.map((row): CommandRow => {
    const known = bundled.commands.get(row.fullName.toLowerCase());
    if (known === undefined || row.flags.has('module') !== known.isModule) return row;
    return {
      ...row,
      allDatabases: known.allDatabases,
      ...(known.nativeFinder !== undefined && { nativeFinder: known.nativeFinder }),
      ...(known.databaseArgs !== undefined && { databaseArgs: known.databaseArgs }),
    };
  });
  const shown = new Set(complete.map((row) => row.fullName.toLowerCase()));
  // A command taken away by `rename-command NAME ""` is not shown, but rules still speak of it. A Sentinel has only what
  // it shows: what else a category holds on a server is not meant by `+@fast` there (Redis 7.0.15 rewrites rules to that).
  const hidden =
    bundled.exact && !shown.has('sentinel')
      ? bundledRows(server).filter((row) => !shown.has(row.fullName.toLowerCase()))
      : [];
  const whole = hidden.filter((row) => !row.fullName.includes('|') || !shown.has(headOf(row.fullName)));
  const dialect = observeHoles(rows, bundled.dialect);
  return buildTable({ name: bundled.server, dialect, exact: true }, categories, [
    ...complete,
    ...flagSpecs(whole, dialect),
  ]);
}

function bundledRows(server: ServerVersion): readonly CommandRow[] {
  return readTableText(BUNDLED.get(nearestBundled(server)) ?? '').rows;
}

function headOf(fullName: string): string {
  return fullName.slice(0, fullName.indexOf('|'));
}

/** The bundled server at or below a version, else the oldest one of the product. */
function nearestBundled(server: ServerVersion): string {
  const [major, minor] = parseVersion(server.version);
  let nearest = '';
  for (const name of BUNDLED.keys()) {
    const [product, version] = name.split('-') as [Product, string];
    if (product !== server.product) continue;
    const [a, b] = parseVersion(version);
    if (nearest === '' || a < major || (a === major && b <= minor)) nearest = name;
  }
  invariant(nearest !== '', `no table is bundled for ${server.product}`);
  return nearest;
}
