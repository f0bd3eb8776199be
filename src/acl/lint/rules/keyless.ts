/** Commands that take no key, or none that is checked: key patterns do not hold them back. */
import type { LintRule, LintUser } from '../rule.ts';
import { canRun, reach } from '../../decision/reach.ts';
import { hasKeyPatterns, hasNeighbours, holderRule, isConfined, showPatterns } from './holder.ts';
import { SCRIPT_RULES } from './script.ts';
import { DATABASE_RULES } from './database.ts';
import { allowed, BEFORE_7_0, denied, prove, SECRET, SINCE_6_0, SINCE_7_0 } from './proof.ts';
import { findOwnKey } from './witness.ts';

const keysScan = holderRule({
  id: 'keys-scan-enumerate',
  title: 'Key names of everybody can be listed',
  severity: 'low',
  rationale:
    'KEYS, SCAN, RANDOMKEY and DBSIZE take no key, so key patterns are not asked: the first three show the names of all keys in the database, whoever owns them, and DBSIZE counts them. +@read and +@keyspace bring them. Names often hold user ids, mail addresses or session tokens.',
  fix: 'Deny KEYS, SCAN, RANDOMKEY and DBSIZE after the category that brings them, or give each tenant a server (Valkey 9.1: a database) of its own. SSCAN, HSCAN and ZSCAN take a key and are safe.',
  commands: ['keys', 'scan', 'randomkey', 'dbsize', 'clusterscan'],
  applies: hasKeyPatterns,
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) ? 'medium' : 'low'),
  because: ({ user }, subject) =>
    hasNeighbours(subject, user)
      ? `they take no key, so ${showPatterns(user)} does not keep it from the names of other users' keys`
      : `they take no key, so ${showPatterns(user)} does not keep it from the names of all keys`,
  shownBy: ({ held }) =>
    held.includes('scan')
      ? ['SCAN', '0']
      : held.includes('keys')
        ? ['KEYS', '*']
        : [(held[0] ?? '').toUpperCase()],
  proof: [
    prove(
      SINCE_6_0,
      '~app:* +@read',
      allowed('KEYS', '*'),
      allowed('SCAN', '0'),
      allowed('RANDOMKEY'),
      allowed('DBSIZE'),
      denied('GET', 'secret:key'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +@read` },
    good: { text: `user app on ${SECRET} ~app:* +@read -keys -scan -randomkey -dbsize` },
  },
});

const flushall = holderRule({
  id: 'flushall-ignores-keys',
  title: 'A user with a few keys may delete all of them',
  severity: 'high',
  rationale:
    'FLUSHALL, FLUSHDB and SWAPDB take no key, so key patterns are not asked. +@write and +@keyspace bring all three: a user that is limited to its own keys empties the database of everybody, or exchanges it with another. From 7.0 on +@write brings FUNCTION FLUSH as well.',
  fix: 'Deny them after the word that brings them, or list the commands that are needed instead of +@write.',
  commands: ['flushall', 'flushdb', 'swapdb', 'function|flush', 'function|delete'],
  applies: (user) => hasKeyPatterns(user) && (holdsWhole(user, 'flushall') || holdsWhole(user, 'flushdb')),
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) ? 'critical' : 'high'),
  because: ({ user }) => `they take no key, so ${showPatterns(user)} does not hold them back`,
  shownBy: ({ held }) => [(held[0] ?? '').toUpperCase()],
  proof: [
    prove(
      SINCE_6_0,
      '~app:* +@write',
      allowed('FLUSHALL'),
      allowed('FLUSHDB'),
      allowed('SWAPDB', '0', '1'),
      denied('SET', 'other', 'x'),
    ),
    prove(
      SINCE_6_0,
      '~app:* +@write -flushall -flushdb -swapdb',
      denied('FLUSHALL'),
      denied('FLUSHDB'),
      denied('SWAPDB', '0', '1'),
      allowed('SET', 'app:1', 'x'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +@read +@write` },
    good: { text: `user app on ${SECRET} ~app:* +@read +@write -flushall -flushdb -swapdb` },
  },
});

const swapdb = holderRule({
  id: 'swapdb',
  title: 'A user with a few keys may exchange whole databases',
  severity: 'high',
  rationale:
    'SWAPDB takes no key, so key patterns are not asked: every connection in the two databases sees the other one at once, tenants and administrators included. It is in @write, @keyspace and @fast.',
  fix: 'Deny SWAPDB after the word that brings it.',
  commands: ['swapdb'],
  applies: (user) => hasKeyPatterns(user) && !holdsWhole(user, 'flushall') && !holdsWhole(user, 'flushdb'),
  because: ({ user }) => `it takes no key, so ${showPatterns(user)} does not hold it back`,
  shownBy: ({ user }) => ['SWAPDB', ...firstDatabases(user)],
  proof: [
    prove(SINCE_6_0, '~app:* +swapdb', allowed('SWAPDB', '0', '1')),
    prove(SINCE_6_0, '~app:* +@fast', allowed('SWAPDB', '0', '1'), denied('FLUSHALL')),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +set +swapdb` },
    good: { text: `user app on ${SECRET} ~app:* +get +set` },
  },
});

const sortByGetOld = holderRule({
  id: 'sort-by-get-6.2',
  title: 'SORT reads keys outside the patterns (6.x)',
  severity: 'high',
  rationale:
    'Before 7.0, SORT checks the key it sorts and the one it stores to, but not those that its BY and GET patterns name: with the names of other keys in a list of its own, SORT app:list BY nosort GET * returns their values.',
  fix: 'Deny SORT on 6.x, or go to 7.0 or later, where BY and GET need the right to read every key.',
  commands: ['sort'],
  applies: (user) => isConfined(user) && !user.user.table.dialect.keyPermissions,
  severityOf: ({ user }, subject) => (hasNeighbours(subject, user) ? 'critical' : 'high'),
  because: ({ user }) => `on this version its GET and BY options read keys outside ${showPatterns(user)}`,
  shownBy: ({ user }) => ['SORT', findOwnKey(user, 'read') ?? 'list', 'BY', 'nosort', 'GET', '*'],
  proof: [
    prove(
      BEFORE_7_0,
      '~app:* +sort',
      allowed('SORT', 'app:1', 'BY', 'nosort', 'GET', '*'),
      denied('SORT', 'secret'),
    ),
  ],
  examples: {
    bad: { server: 'redis-6.2', text: `user app on ${SECRET} ~app:* +sort` },
    good: { server: 'redis-7.2', text: `user app on ${SECRET} ~app:* +sort` },
  },
});

const clusterSlots = holderRule({
  id: 'cluster-getkeysinslot',
  title: 'A cluster lists key names by slot',
  severity: 'low',
  rationale:
    'CLUSTER GETKEYSINSLOT returns key names of a slot and COUNTKEYSINSLOT counts them, whoever owns them. From 7.0 on they are in no category but @slow, so +@all -@admin -@dangerous keeps them. They answer in cluster mode only.',
  fix: 'Deny CLUSTER GETKEYSINSLOT and COUNTKEYSINSLOT; clients need CLUSTER SLOTS or SHARDS, and KEYSLOT at most.',
  commands: ['cluster|getkeysinslot', 'cluster|countkeysinslot'],
  applies: (user, subject) => isConfined(user) && subject.options.clusterMode !== 'off',
  severityOf: ({ user }, subject) =>
    subject.options.clusterMode === 'on' && hasNeighbours(subject, user) ? 'medium' : 'low',
  because: ({ user }) => `in cluster mode they show key names outside ${showPatterns(user)}`,
  shownBy: () => ['CLUSTER', 'GETKEYSINSLOT', '0', '10'],
  proof: [
    prove(
      SINCE_7_0,
      '~app:* +@all -@dangerous -@admin',
      allowed('CLUSTER', 'GETKEYSINSLOT', '0', '10'),
      allowed('CLUSTER', 'COUNTKEYSINSLOT', '0'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +@all -@dangerous -@admin` },
    good: {
      text: `user app on ${SECRET} ~app:* +@all -@dangerous -@admin -cluster|getkeysinslot -cluster|countkeysinslot`,
    },
  },
});

export const KEYLESS_RULES: readonly LintRule[] = [
  keysScan,
  flushall,
  swapdb,
  sortByGetOld,
  clusterSlots,
  ...SCRIPT_RULES,
  ...DATABASE_RULES,
];

/** Two databases that the user may use. */
function firstDatabases(user: LintUser): readonly string[] {
  const { databases } = reach(user.user);
  return (databases === 'all' ? [0, 1] : databases.slice(0, 2)).map(String);
}

function holdsWhole(user: LintUser, command: string): boolean {
  return canRun(user.user, command, user.user.table) === 'yes';
}
