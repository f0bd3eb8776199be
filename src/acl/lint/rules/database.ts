/** Numbered databases: key patterns hold in each of them alike; `db=` exists in Valkey 9.1 only. */
import { canRun, reach } from '../../decision/reach.ts';
import type { LintRule, LintUser } from '../rule.ts';
import { appendTokens, inWords, listSome } from '../hit.ts';
import { findGrant, historiesOf } from './history.ts';
import { findHolders, hasKeyPatterns, hitAt, holderRule, isLimited, judgedUsers } from './holder.ts';
import { allowed, denied, prove, SECRET, SINCE_6_0, SINCE_9_1 } from './proof.ts';

const selectSeparates: LintRule = {
  id: 'select-no-db-separation',
  title: 'Numbered databases do not separate users',
  severity: 'info',
  rationale:
    'Key patterns hold in every numbered database alike. A rule such as +select|2 does not keep a user in database 2 either: every connection begins in database 0 and works there until it sends SELECT. Only Valkey 9.1 and later can limit databases (db=).',
  fix: 'Separate users by key prefixes or by servers; on Valkey 9.1 and later add db= with the numbers.',
  proof: [
    prove(
      SINCE_6_0,
      '~app:* +get +select|2',
      allowed('GET', 'app:1'),
      allowed('SELECT', '2'),
      denied('SELECT', '3'),
    ),
    prove(
      SINCE_9_1,
      '~app:* +get +select db=2',
      allowed('SELECT', '2'),
      denied('SELECT', '3'),
      denied('GET', 'app:1'),
    ),
  ],
  examples: {
    bad: { text: `user app on ${SECRET} ~app:* +get +select|2` },
    good: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +get +select db=2` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const grant = findGrant(user, 'select');
      if (grant === undefined || reach(user.user).databases !== 'all') return [];
      const byWord = grant.names.kind === 'first-arg';
      const named = grant.names.kind === 'command' && hasKeyPatterns(user);
      if (!byWord && !named) return [];
      const message = byWord
        ? `User ${user.name} is not kept in the database of ${grant.rule}: its connections begin in database 0 and may stay there.`
        : `User ${user.name} may work in every database: its key patterns hold in each of them alike.`;
      return [
        hitAt(user, grant, {
          ...(byWord && { severity: 'medium' }),
          message,
          fix: {
            kind: 'words',
            words: 'Separate by key prefix or by server, or on Valkey 9.1 and later by db=.',
          },
        }),
      ];
    }),
};

const selectNeeded: LintRule = {
  id: 'db-select-needed',
  title: 'A user limited to databases cannot reach them',
  severity: 'medium',
  rationale:
    'Every connection begins in database 0. A user whose db= list leaves 0 out is refused every command that works on keys until it has sent SELECT, and that needs +select. FLUSHALL, MOVE, COPY and SWAPDB need all the databases that they touch.',
  fix: 'Add +select, or add 0 to the list.',
  proof: [
    prove(SINCE_9_1, '~* +get +set db=2', denied('GET', 'a'), denied('SELECT', '2')),
    prove(SINCE_9_1, '~* +get +set +select db=2', denied('GET', 'a'), allowed('SELECT', '2')),
    prove(SINCE_9_1, '~* +@all db=0', allowed('FLUSHDB'), denied('FLUSHALL'), denied('SWAPDB', '0', '1')),
  ],
  examples: {
    bad: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +get +set db=2` },
    good: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +get +set +select db=2` },
  },
  judge: (subject) =>
    judgedUsers(subject).flatMap((user) => {
      const { databases } = reach(user.user);
      if (databases === 'all' || databases.includes(0) || databases.length === 0) return [];
      if (canRun(user.user, 'select', subject.table) !== 'no') return [];
      const step = databaseStep(user);
      const words = 'Add +select.';
      return [
        hitAt(user, step, {
          message: `User ${user.name} begins in database 0, may use ${listSome(databases.map(String))} only, and may not SELECT: every key command is refused.`,
          fix: user.user.selectors.length > 1 ? inWords(words) : appendTokens(user, '+select', words),
          proofCommand: ['SELECT', String(databases[0])],
        }),
      ];
    }),
};

const databaseLeak = holderRule({
  id: 'db-info-leak',
  title: 'Other databases are seen in spite of db=',
  severity: 'low',
  rationale:
    'db= limits commands that work on keys. INFO keyspace still counts the keys of every database, MONITOR shows the commands of all of them, and PUBLISH, SUBSCRIBE and keyspace events know no databases.',
  fix: 'Deny INFO and MONITOR; name channels after the tenant.',
  commands: ['info', 'monitor'],
  applies: (user) => reach(user.user).databases !== 'all',
  severityOf: ({ held }) => (held.includes('monitor') ? 'high' : 'low'),
  because: () => 'what they show is not limited by db=',
  shownBy: ({ held }) => (held.includes('monitor') ? ['MONITOR'] : ['INFO', 'keyspace']),
  proof: [
    prove(
      SINCE_9_1,
      '~* +get +info +monitor db=0',
      allowed('INFO', 'keyspace'),
      allowed('MONITOR'),
      denied('SELECT', '1'),
    ),
  ],
  examples: {
    bad: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +get +info db=0` },
    good: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +get db=0` },
  },
});

const execSelect: LintRule = {
  id: 'db-exec-select',
  title: 'A SELECT refused in EXEC leaves the rest in another database',
  severity: 'low',
  rationale:
    'Commands in MULTI are checked again at EXEC. When the rules changed in between and a SELECT is refused, Valkey 9.1 goes on with the commands after it, in the database where the connection was: data lands in the wrong place.',
  fix: 'Let a user that is limited to databases stay in one: without SELECT, beginning in database 0; or do not change its databases while it is connected.',
  proof: [
    prove(
      SINCE_9_1,
      '~* +set +multi +exec +select db=0,1',
      allowed('MULTI'),
      allowed('SELECT', '1'),
      denied('SELECT', '2'),
    ),
  ],
  examples: {
    bad: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +set +multi +exec +select db=0,1` },
    good: { server: 'valkey-9.1', text: `user app on ${SECRET} ~app:* +set +multi +exec db=0` },
  },
  judge: (subject) =>
    findHolders(subject, ['select'], (user) => {
      const { databases } = reach(user.user);
      return databases !== 'all' && databases.length > 1 && isLimited(user);
    })
      .filter(({ user }) =>
        ['multi', 'exec'].every((name) => canRun(user.user, name, subject.table) === 'yes'),
      )
      .map(({ user, grant }) =>
        hitAt(user, grant, {
          message: `User ${user.name} may SELECT inside MULTI: if its databases change before EXEC, the commands after a refused SELECT run in the wrong one.`,
          fix: {
            kind: 'words',
            words: 'Keep the user in one database, or disconnect it when its databases change.',
          },
        }),
      ),
};

export const DATABASE_RULES: readonly LintRule[] = [selectSeparates, selectNeeded, databaseLeak, execSelect];

function databaseStep(user: LintUser): ReturnType<typeof findGrant> {
  return historiesOf(user)
    .flatMap(({ steps }) => steps)
    .findLast(({ rule }) => rule.toLowerCase().startsWith('db='));
}
