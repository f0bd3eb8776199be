// Makes src/acl/table/recorded/ from recorded command tables. Usage: node scripts/build-tables.mjs FOLDER
// FOLDER holds `redis-7.2.json` ({categories, commands}) for each version and `native-finders.json`.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node scripts/build-tables.mjs FOLDER');
  process.exit(2);
}

/** 6.x finders, from server.c redisCommandTable of 6.0 and 6.2: COMMAND never showed them. */
const FINDERS_6 = {
  eval: 'evalGetKeys',
  evalsha: 'evalGetKeys',
  georadius: 'georadiusGetKeys',
  georadiusbymember: 'georadiusGetKeys',
  memory: 'memoryGetKeys',
  migrate: 'migrateGetKeys',
  sort: 'sortGetKeys',
  stralgo: 'lcsGetKeys',
  xread: 'xreadGetKeys',
  xreadgroup: 'xreadGetKeys',
  zdiff: 'zunionInterDiffGetKeys',
  zdiffstore: 'zunionInterDiffStoreGetKeys',
  zinter: 'zunionInterDiffGetKeys',
  zinterstore: 'zunionInterDiffStoreGetKeys',
  zunion: 'zunionInterDiffGetKeys',
  zunionstore: 'zunionInterDiffStoreGetKeys',
};

/** @param {Record<string, any>} spec One key spec of COMMAND. */
function printSpec(spec) {
  const flags = new Set(spec.flags);
  let letters = '';
  if (flags.has('access')) letters += 'r';
  if (flags.has('insert') || flags.has('update') || flags.has('delete')) letters += 'w';
  if (flags.has('not_key')) letters += 'n';
  if (flags.has('incomplete')) letters += 'i';
  if (flags.has('variable_flags')) letters += 'v';
  const begin = spec.begin_search.spec;
  const find = spec.find_keys.spec;
  const from = {
    index: () => `${begin.index}`,
    keyword: () => `${begin.keyword}@${begin.startfrom}`,
    unknown: () => '?',
  }[/** @type {'index' | 'keyword' | 'unknown'} */ (spec.begin_search.type)]();
  const run = {
    range: () => `r${find.lastkey},${find.keystep},${find.limit}`,
    keynum: () => `n${find.keynumidx},${find.firstkey},${find.keystep}`,
    unknown: () => '?',
  }[/** @type {'range' | 'keynum' | 'unknown'} */ (spec.find_keys.type)]();
  return `${letters}:${from}:${run}`;
}

const finders = JSON.parse(readFileSync(join(folder, 'native-finders.json'), 'utf8'));
const servers = [];
for (const file of readdirSync(folder).sort()) {
  const server = /^((?:redis|valkey)-\d+\.\d+)\.json$/.exec(file)?.[1];
  if (server === undefined) continue;
  const { categories, commands } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const extra = finders[server] ?? { native_key_finder: FINDERS_6, db_args: {}, all_dbs: [] };
  const all = commands.flatMap((/** @type {any} */ c) => [c, ...(c.subcommands ?? [])]);
  /** @type {Set<string>} */
  const flagSet = new Set(all.flatMap((/** @type {any} */ c) => c.flags));
  const flags = [...flagSet].sort();
  const lines = all.map((/** @type {any} */ c) =>
    [
      c.name,
      c.arity,
      c.cats.map((/** @type {string} */ x) => categories.indexOf(x).toString(36)).join(''),
      c.flags.map((/** @type {string} */ x) => flags.indexOf(x).toString(36)).join(''),
      c.legacy[0] === 0 ? '' : c.legacy.join(','),
      (c.key_specs ?? []).map(printSpec).join(';'),
      extra.native_key_finder[c.name] ?? '',
      extra.db_args[c.name] ?? (extra.all_dbs.includes(c.name) ? '*' : ''),
    ]
      .join('\t')
      .trimEnd(),
  );
  const text = [categories.join(' '), flags.join(' '), ...lines].join('\n');
  if (/[`\\$]/.test(text)) throw new Error(`${server}: the table needs escapes`);
  const name = server.replace(/[-.]/g, '_').toUpperCase();
  writeFileSync(
    join(import.meta.dirname, '../src/acl/table/recorded', `${server}.ts`),
    `// Made by scripts/build-tables.mjs from a recorded COMMAND reply. Columns: src/acl/table/table-text.ts\nexport const ${name} = \`${text}\`;\n`,
  );
  servers.push({ server, name });
}
writeFileSync(
  join(import.meta.dirname, '../src/acl/table/recorded/bundled.ts'),
  [
    '// Made by scripts/build-tables.mjs.',
    ...servers.map(({ server, name }) => `import { ${name} } from './${server}.ts';`),
    '',
    '/** Table text by server, oldest first. */',
    'export const BUNDLED: ReadonlyMap<string, string> = new Map([',
    ...servers.map(({ server, name }) => `  ['${server}', ${name}],`),
    ']);',
    '',
  ].join('\n'),
);
console.log(servers.map((s) => s.server).join(' '));
