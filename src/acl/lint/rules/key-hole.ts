/**
 * Commands whose keys a build does not check as it runs them, by patch level: GEORADIUS, SORT and XREADGROUP were fixed
 * in Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6 and 8.8.2, GEORADIUS in Valkey 9.1, SORT_RO in Redis 7.0.13 and 7.2.1.
 */
import { canRun } from '../../decision/reach.ts';
import { decide } from '../../decision/decide.ts';
import type { LintRule, LintSubject, LintUser } from '../rule.ts';
import type { Dialect } from '../../table/dialect.ts';
import { findGrant } from './history.ts';
import { denyFix, hasNeighbours, hitAt, isConfined, judgedUsers, listCommands } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_7_0 } from './proof.ts';
import { findForeignKey, findKeyword, findOwnKey } from './witness.ts';

const UNPATCHED = [
  'redis-7.0',
  'redis-7.2',
  'redis-7.4',
  'redis-8.0',
  'valkey-7.2',
  'valkey-8.0',
  'valkey-8.1',
];

const georadius = holeRule({
  id: 'georadius-double-store',
  title: 'GEORADIUS with two STORE options writes a key that is not checked',
  rationale:
    'GEORADIUS and GEORADIUSBYMEMBER take STORE and STOREDIST more than once: this build checks the first destination and writes the last one. Whoever may write one key can overwrite any other. GEORADIUS is in @write and @geo, not in @dangerous.',
  fix: 'Update to Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6, 8.8.2 or Valkey 9.1, or deny GEORADIUS and GEORADIUSBYMEMBER: GEOSEARCHSTORE does the same and is checked.',
  commands: ['georadius', 'georadiusbymember'],
  isOpen: (dialect) => dialect.georadiusFirstStore,
  lines: (user, victim) => {
    const source = findOwnKey(user, 'read');
    const target = findOwnKey(user, 'write');
    if (source === undefined || target === undefined) return undefined;
    const plain = ['GEORADIUS', source, '0', '0', '1', 'km', 'STORE'];
    return { refused: [...plain, victim], runs: [...plain, target, 'STORE', victim] };
  },
  does: 'overwrites',
  severity: 'medium',
  proof: [
    prove(
      UNPATCHED,
      '~app:* +georadius',
      denied('GEORADIUS', 'app:g', '0', '0', '1', 'km', 'STORE', 'victim'),
      allowed('GEORADIUS', 'app:g', '0', '0', '1', 'km', 'STORE', 'app:x', 'STORE', 'victim'),
    ),
    prove(
      ['redis-7.2.16', 'redis-7.4.11', 'valkey-9.1'],
      '~app:* +georadius',
      denied('GEORADIUS', 'app:g', '0', '0', '1', 'km', 'STORE', 'app:x', 'STORE', 'victim'),
    ),
  ],
  bad: `user app on ${SECRET} ~app:* +@read +@write -@dangerous`,
  good: `user app on ${SECRET} ~app:* +@read +@write -@dangerous -georadius -georadiusbymember`,
});

const sort = holeRule({
  id: 'sort-store-keyword',
  title: 'SORT with a destination called by, get or limit writes a key that is not checked',
  rationale:
    'SORT key STORE by STORE victim: the server that looks for keys takes the first destination for an option and passes over the second STORE, the command itself obeys it. It works for every user with a pattern that matches the word by, get or limit. Seen on Redis 6.2 to 8.0.6 and Valkey to 9.1.2.',
  fix: 'Update to Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6 or 8.8.2, or deny SORT, or choose patterns that do not match these words: a prefix with a colon is enough.',
  commands: ['sort'],
  isOpen: (dialect) => dialect.sortSkipsStoreValue,
  lines: (user, victim) => {
    const word = findKeyword(user, ['by', 'get', 'limit'], 'write');
    const source = findOwnKey(user, 'read');
    if (word === undefined || source === undefined) return undefined;
    // LIMIT takes two words along.
    const skipped = word.toLowerCase() === 'limit' ? ['STORE', 'STORE'] : ['STORE'];
    return {
      refused: ['SORT', source, 'STORE', victim],
      runs: ['SORT', source, 'STORE', word, ...skipped, victim],
    };
  },
  does: 'overwrites',
  severity: 'high',
  proof: [
    prove(
      ['redis-6.2', ...SINCE_7_0],
      '~b* +sort',
      denied('SORT', 'b1', 'STORE', 'victim'),
      allowed('SORT', 'b1', 'STORE', 'by', 'STORE', 'victim'),
    ),
    prove(
      ['redis-7.2.16', 'redis-8.2.9'],
      '~b* +sort',
      denied('SORT', 'b1', 'STORE', 'by', 'STORE', 'victim'),
    ),
  ],
  bad: `user b on ${SECRET} ~b* +@read +@write -flushall -flushdb -swapdb`,
  good: `user b on ${SECRET} ~b:* +@read +@write -flushall -flushdb -swapdb`,
});

const xreadgroup = holeRule({
  id: 'xreadgroup-keyword',
  title: 'XREADGROUP with a consumer called STREAMS reads a key that is not checked',
  rationale:
    'XREADGROUP COUNT 1 GROUP g STREAMS STREAMS victim >: the server that looks for keys takes the consumer’s name for the keyword and checks the wrong words. It works for every user with a pattern that matches the word STREAMS in some letter case. Seen on Redis 7.0 to 8.0.6 and Valkey to 9.1.2.',
  fix: 'Update to Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, 8.6.6 or 8.8.2, or deny XREADGROUP, or choose patterns that do not match the word: a prefix with a colon is enough.',
  commands: ['xreadgroup'],
  isOpen: (dialect) => dialect.xreadKeywordWindow,
  lines: (user, victim) => {
    const word = findKeyword(user, ['streams'], 'read');
    if (word === undefined) return undefined;
    return {
      refused: ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', victim, '>'],
      runs: ['XREADGROUP', 'COUNT', '1', 'GROUP', 'g', 'STREAMS', word, victim, '>'],
    };
  },
  does: 'reads',
  severity: 'high',
  proof: [
    prove(
      SINCE_7_0,
      '~s* +xreadgroup',
      denied('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'victim', '>'),
      allowed('XREADGROUP', 'COUNT', '1', 'GROUP', 'g', 'STREAMS', 'streams', 'victim', '>'),
    ),
    prove(
      ['redis-7.2.16'],
      '~s* +xreadgroup',
      denied('XREADGROUP', 'COUNT', '1', 'GROUP', 'g', 'STREAMS', 'streams', 'victim', '>'),
    ),
  ],
  bad: `user s on ${SECRET} ~s* +xreadgroup +xack`,
  good: `user s on ${SECRET} ~s:* +xreadgroup +xack`,
});

const sortReadOnly = holeRule({
  id: 'sort-ro-unchecked',
  title: 'SORT_RO reads keys that are not checked',
  rationale:
    'SORT_RO of Redis 7.0.0 to 7.0.12 and 7.2.0 checks no key at all (CVE-2023-41053): it reads any list, set or sorted set. It is in @read, and in @dangerous.',
  fix: 'Update to Redis 7.0.13 or 7.2.1, or deny SORT_RO.',
  commands: ['sort_ro'],
  isOpen: (dialect) => dialect.sortRoUnchecked,
  lines: (_, victim) => ({ refused: ['LRANGE', victim, '0', '-1'], runs: ['SORT_RO', victim] }),
  does: 'reads',
  severity: 'high',
  proof: [
    prove(['redis-7.0.12', 'redis-7.2.0'], '~app:* +sort_ro', allowed('SORT_RO', 'victim')),
    prove(
      ['redis-7.0.15', 'redis-7.2.6'],
      '~app:* +sort_ro',
      denied('SORT_RO', 'victim'),
      allowed('SORT_RO', 'app:1'),
    ),
  ],
  server: 'redis-7.0.12',
  bad: `user app on ${SECRET} ~app:* +@read -keys`,
  good: `user app on ${SECRET} ~app:* +@read -keys -sort_ro`,
});

export const KEY_HOLE_RULES: readonly LintRule[] = [georadius, sort, xreadgroup, sortReadOnly];

interface Hole {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly fix: string;
  readonly commands: readonly string[];
  readonly isOpen: (dialect: Dialect) => boolean;
  /** A command line that is refused as it should be, and one that gets around it. */
  readonly lines: (
    user: LintUser,
    victim: string,
  ) => { readonly refused: readonly string[]; readonly runs: readonly string[] } | undefined;
  readonly does: 'reads' | 'overwrites';
  readonly severity: 'high' | 'medium';
  readonly proof: LintRule['proof'];
  readonly server?: string;
  readonly bad: string;
  readonly good: string;
}

function holeRule(hole: Hole): LintRule {
  const { id, title, severity, rationale, fix, proof } = hole;
  const server = hole.server === undefined ? {} : { server: hole.server };
  return {
    id,
    title,
    severity,
    rationale,
    fix,
    proof,
    examples: { bad: { ...server, text: hole.bad }, good: { ...server, text: hole.good } },
    judge: (subject) =>
      hole.isOpen(subject.table.dialect)
        ? judgedUsers(subject).flatMap((user) => findHole(hole, user, subject))
        : [],
  };
}

function findHole(hole: Hole, user: LintUser, subject: LintSubject): ReturnType<LintRule['judge']> {
  const { table } = subject;
  const held = hole.commands.filter((name) => canRun(user.user, name, table) === 'yes');
  const [first] = held;
  const victim = findForeignKey(user);
  if (first === undefined || victim === undefined || !isConfined(user)) return [];
  const lines = hole.lines(user, victim);
  if (lines === undefined || decide(user.user, lines.refused, table).allowed) return [];
  const argv = first === 'georadiusbymember' ? byMember(lines.runs) : lines.runs;
  if (!decide(user.user, argv, table).allowed) return [];
  return [
    hitAt(user, findGrant(user, first), {
      severity: hasNeighbours(subject, user) ? 'high' : hole.severity,
      message: `User ${user.name} ${hole.does} any key by ${listCommands(held)}: this build (${table.dialect.product} ${table.dialect.version}) runs ${argv.join(' ')} without checking ${victim}.`,
      evidence: `refused: ${lines.refused.join(' ')}`,
      fix: denyFix(user, held),
      proofCommand: argv,
    }),
  ];
}

/** GEORADIUS with coordinates becomes GEORADIUSBYMEMBER with a member. */
function byMember([, key = '', , , ...rest]: readonly string[]): readonly string[] {
  return ['GEORADIUSBYMEMBER', key, 'member', ...rest];
}
