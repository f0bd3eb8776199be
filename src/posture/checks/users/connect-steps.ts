/** USER-023: an application cannot run what its client library runs on connecting. */

import type { User } from '../../../acl/index.ts';
import { versionAtLeast } from '../../../conf/index.ts';
import type { Check } from '../../check.ts';
import { holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, mayRun, printCommands, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const connectSteps: Check = {
  id: 'USER-023',
  area: 'users',
  title: 'An application cannot run what its client library runs',
  goal: 'Applications hold the commands of their libraries’ connection steps',
  severity: 'info',
  rationale:
    'Libraries send PING, SELECT, CLIENT SETNAME and (7.2 and later) CLIENT SETINFO by themselves. They are in ' +
    '@connection, SELECT in @keyspace on 6.x; @read and @write have none of them. The refusals break pools and fill ACL LOG, ' +
    'and people answer with +@all.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.users, 'the users and their rules', (users, from) => {
        const found = users
          .filter(({ user }) => dutyOf(user) === 'application' && user.name !== 'default')
          .map((fact) => ({ fact, names: lacking(fact.user) }))
          .filter(({ names }) => names.length > 0);
        if (found.length === 0) return pass('every application can run the steps of a connection', from);
        return fail(
          rows(found, ({ fact, names }) =>
            evidence(`user ${fact.user.name} may not run ${printCommands(names)}`, fact.from),
          ),
          found.slice(0, 20).map(({ fact, names }) => ({
            kind: 'set-user' as const,
            name: fact.user.name,
            rules: names.map((name) => `+${name}`),
          })),
        );
      }),
    ),
  remedy:
    'Add +ping +select +client|setname +client|setinfo; not +@connection, which contains CLIENT KILL and PAUSE.',
  references: [REFERENCES.acl, REFERENCES.clients],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous`]),
    good: withUsers('redis-7.2', [
      `user app on ${HASH} ~app:* +get +set +ping +select +client|setname +client|setinfo`,
    ]),
  },
};

function lacking(user: User): readonly string[] {
  const { dialect } = user.table;
  const info = versionAtLeast({ product: dialect.product, version: dialect.version }, '7.2')
    ? ['client|setinfo']
    : [];
  return ['ping', 'select', 'client|setname', ...info].filter((name) => !mayRun(user, name));
}
