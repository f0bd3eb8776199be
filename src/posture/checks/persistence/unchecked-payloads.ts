/** DATA-011: RESTORE payloads that are believed. */

import type { Check } from '../../check.ts';
import { holdingData, readFact, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, mayRun, opensByPassword, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const uncheckedPayloads: Check = {
  id: 'DATA-011',
  area: 'persistence',
  title: 'RESTORE payloads of ordinary users are not checked',
  goal: 'Payloads of RESTORE are checked, or RESTORE is withheld',
  severity: 'medium',
  rationale:
    'RESTORE takes bytes in the inner format of the server. With sanitize-dump-payload no, the default, only a shallow check is made, and crafted payloads have corrupted memory again and again. Redis 6.0 has no such option, and Valkey 9.1 has dropped it.',
  appliesWhen: (snapshot) =>
    !snapshot.product.known ||
    snapshot.settings.has('sanitize-dump-payload') ||
    'this version has no sanitize-dump-payload',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['sanitize-dump-payload'], ({ 'sanitize-dump-payload': option }) => {
        if (option.value !== 'no') return pass(`sanitize-dump-payload ${option.value}`, option.from);
        return readFact(snapshot.users, 'users', (users) => {
          const holders = users.filter(
            ({ user }) =>
              opensByPassword(user) && mayRun(user, 'restore') && dutyOf(user) !== 'administrator',
          );
          return holders.length === 0
            ? pass('no user but administrators may run RESTORE')
            : fail(
                [
                  evidence('sanitize-dump-payload no', option.from),
                  ...rows(holders, (fact) => holding(fact, ['restore'])),
                ],
                [set('sanitize-dump-payload', 'clients')],
              );
        });
      }),
    ),
  remedy: 'Set sanitize-dump-payload clients, and take RESTORE and MIGRATE from users that do not need them.',
  references: [REFERENCES.security, REFERENCES.acl],
  attackPaths: ['AP-05'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@write +restore`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +set`]),
  },
};
