/**
 * Key specs that a security fix flagged: GEORADIUS, XREAD and XREADGROUP let their native finder decide since Redis
 * #15478 (`incomplete`) and Valkey #3971 (`variable_flags`, GEORADIUS only). A bundled table was recorded from one build
 * of its minor version: its flags are set for the build that is asked about. A live table shows its own.
 */
import type { KeySpec } from './command-table.ts';
import type { Dialect } from './dialect.ts';
import type { CommandRow } from './table-text.ts';

/** The rows with the flags of this dialect's build. */
export function flagSpecs(rows: readonly CommandRow[], dialect: Dialect): readonly CommandRow[] {
  if (!dialect.selectors) return rows;
  return rows.map((row) => {
    const hole = HOLES.get(row.fullName);
    if (hole === undefined) return row;
    const fixed = !dialect[hole];
    return { ...row, keySpecs: row.keySpecs.map((spec) => flagSpec(spec, fixed, dialect)) };
  });
}

/** The dialect with the holes that a live server's own flags tell: distributions carry fixes in older versions. */
export function observeHoles(rows: readonly CommandRow[], dialect: Dialect): Dialect {
  if (!dialect.selectors) return dialect;
  const open = (name: string): boolean | undefined =>
    rows
      .find((row) => row.fullName === name)
      ?.keySpecs.filter(isKeyword)
      .every((spec) => !spec.incomplete && !spec.variable);
  const xread = open('xreadgroup') ?? dialect.xreadKeywordWindow;
  return {
    ...dialect,
    georadiusFirstStore: open('georadius') ?? dialect.georadiusFirstStore,
    xreadKeywordWindow: xread,
    // Nothing shows SORT's; Redis fixed it in the same releases.
    sortSkipsStoreValue: dialect.sortSkipsStoreValue && (dialect.product === 'valkey' || xread),
  };
}

const HOLES: ReadonlyMap<string, 'georadiusFirstStore' | 'xreadKeywordWindow'> = new Map([
  ['georadius', 'georadiusFirstStore'],
  ['georadiusbymember', 'georadiusFirstStore'],
  ['xread', 'xreadKeywordWindow'],
  ['xreadgroup', 'xreadKeywordWindow'],
]);

function isKeyword(spec: KeySpec): boolean {
  return spec.begin.type === 'keyword';
}

function flagSpec(spec: KeySpec, fixed: boolean, dialect: Dialect): KeySpec {
  if (!isKeyword(spec)) return spec;
  const variable = dialect.product === 'valkey';
  return { ...spec, incomplete: fixed && !variable, variable: fixed && variable };
}
