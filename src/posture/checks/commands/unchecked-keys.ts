/** CMD-021: commands whose keys this version checks wrongly, in the hands of users with key patterns. */

import { dialectOf, globMatch, reach, type Dialect, type User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { readFact, readServer } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, rows, runnable, withdraw } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const uncheckedKeys: Check = {
  id: 'CMD-021',
  area: 'commands',
  title: 'A confined user holds a command that reaches other keys',
  goal: 'Users with key patterns hold no command whose keys are checked wrongly',
  severity: 'high',
  rationale:
    'GEORADIUS … STORE a STORE b checks the first key and writes the second; SORT k STORE by STORE b likewise, where a pattern ' +
    'matches a key called get, by or limit; XREADGROUP with a consumer called STREAMS reads a stream that was not checked, ' +
    'where a pattern matches that word. Seen on every version that was tried; fixed in Redis 7.2.16, 7.4.11, 8.2.9, 8.4.6, ' +
    '8.6.6 and 8.8.2, GEORADIUS in Valkey 9.1. Judged by the exact version and by the patterns of each user.',
  evaluate: (snapshot) =>
    readServer(snapshot, (server) =>
      readFact(snapshot.users, 'the users and their rules', (users, from) => {
        const dialect = dialectOf(server);
        const found = users.flatMap((fact) => {
          const held = runnable(fact.user, isConfined(fact.user) ? wrongly(fact.user, dialect) : []);
          return held.length === 0 ? [] : [{ fact, held }];
        });
        if (found.length === 0) return pass('no confined user holds such a command', from);
        return fail(
          rows(found, ({ fact, held }) => holding(fact, held)),
          found.slice(0, 20).map(({ fact, held }) => withdraw(fact.user, held)),
        );
      }),
    ),
  remedy:
    'ACL SETUSER name -georadius -georadiusbymember (GEOSEARCHSTORE does the same), -sort, -xreadgroup; or upgrade.',
  references: [
    REFERENCES.acl,
    { title: 'redis/redis #15478', url: 'https://github.com/redis/redis/pull/15478' },
  ],
  attackPaths: ['AP-12'],
  examples: {
    bad: withUsers('redis-7.2.6', [`user app on ${HASH} ~app:* -@all +@geo`]),
    good: withUsers('redis-7.2.6', [`user app on ${HASH} ~app:* -@all +@geo -georadius -georadiusbymember`]),
  },
};

function isConfined(user: User): boolean {
  // What is written here unchecked is beyond a reader of every key as well.
  return reach(user).keys === 'some' && dutyOf(user) !== 'off';
}

function wrongly(user: User, dialect: Dialect): readonly string[] {
  return [
    ...(dialect.georadiusFirstStore ? ['georadius', 'georadiusbymember'] : []),
    ...(dialect.sortSkipsStoreValue && matches(user, ['get', 'by', 'limit', 'GET', 'BY', 'LIMIT'])
      ? ['sort']
      : []),
    ...(dialect.xreadKeywordWindow && matches(user, ['streams', 'STREAMS', 'Streams']) ? ['xreadgroup'] : []),
  ];
}

function matches(user: User, words: readonly string[]): boolean {
  return reach(user).keyPatterns.some(({ pattern }) => words.some((word) => globMatch(pattern, word)));
}
