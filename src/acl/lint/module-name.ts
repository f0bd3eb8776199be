/** Commands and categories that modules bring, or that only other engines have: a plain server refuses them. */

const PREFIXES: Readonly<Record<string, string>> = {
  'ft.': 'search', 'json.': 'json', 'ts.': 'timeseries', 'bf.': 'bloom', 'cf.': 'bloom', 'cms.': 'bloom',
  'topk.': 'bloom', 'tdigest.': 'bloom', 'graph.': 'graph', 'rg.': 'gears', 'ai.': 'ai', 'cl.': 'cell',
  'timeseries.': 'timeseries', 'search.': 'search', 'ldap.': 'ldap',
}; // prettier-ignore

const CATEGORIES: Readonly<Record<string, string>> = {
  json: 'json', search: 'search', timeseries: 'timeseries', bloom: 'bloom', cuckoo: 'bloom', cms: 'bloom',
  topk: 'bloom', tdigest: 'bloom',
}; // prettier-ignore

/** Commands and categories of other engines that read ACL files of the same look. */
const OTHER_ENGINES: Readonly<Record<string, string>> = {
  dfly: 'Dragonfly', dflycluster: 'Dragonfly', replconf_dfly: 'Dragonfly', '@throttle': 'Dragonfly', stick: 'Dragonfly',
  '@custom': 'an engine with commands of its own', 'keydb.cron': 'KeyDB', 'keydb.hrename': 'KeyDB', expiremember: 'KeyDB',
  pexpirememberat: 'KeyDB', expirememberat: 'KeyDB', 'keydb.nhset': 'KeyDB', 'keydb.nhget': 'KeyDB',
  '@garnet': 'Garnet', '@kvrocks': 'Kvrocks', 'cl.throttle': 'Dragonfly or the module redis-cell',
}; // prettier-ignore

/** Who knows a rule such as `+ft.search` or `+@json`: `the module search`, `Dragonfly`. Undefined for plain names. */
export function moduleOf(rule: string): string | undefined {
  const name = rule.replace(/^[+-]/, '').toLowerCase();
  const other = OTHER_ENGINES[name];
  if (other !== undefined) return other;
  if (name.startsWith('@')) {
    const module = CATEGORIES[name.slice(1)];
    return module === undefined ? undefined : `the module ${module}`;
  }
  const dot = name.indexOf('.');
  if (dot <= 0) return undefined;
  const module = PREFIXES[name.slice(0, dot + 1)];
  // No command of a server itself has a dot in its name.
  return module === undefined ? 'a module' : `the module ${module}`;
}
