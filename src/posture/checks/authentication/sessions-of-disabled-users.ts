/** AUTH-022: sessions of named users that are off. */

import type { Check } from '../../check.ts';
import { exampleClient, exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const sessionsOfDisabledUsers: Check = {
  id: 'AUTH-022',
  area: 'authentication',
  title: 'Sessions of switched-off users are still open',
  goal: 'Switching a user off ends its sessions',
  severity: 'high',
  rationale:
    'off, resetpass and <password close no connection, on any version: the session keeps its rights. ACL DELUSER closes ' +
    'them, CLIENT KILL USER does.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users) =>
      readFact(snapshot.clients, 'CLIENT LIST', (clients, from) => {
        const off = new Set(
          users.flatMap(({ user }) => (user.enabled || user.name === 'default' ? [] : [user.name])),
        );
        const left = clients.filter(({ user }) => off.has(user));
        if (left.length === 0) return pass('every session belongs to an enabled user', from);
        return fail(
          rows(left, ({ address, user, ageSeconds }) =>
            evidence(`${address} as ${user} for ${ageSeconds} s`, from),
          ),
          [...new Set(left.map(({ user }) => user))]
            .slice(0, 20)
            .map((name) => byHand(`CLIENT KILL USER ${name}`)),
        );
      }),
    ),
  remedy: 'CLIENT KILL USER name, after switching the user off.',
  references: [REFERENCES.acl, REFERENCES.clients],
  examples: {
    bad: withUsers('redis-7.2', [`user temp off ${HASH} ~* +@all`], {
      facts: { clients: exampleFact([exampleClient({ user: 'temp' })]) },
    }),
    good: withUsers('redis-7.2', [`user temp off ${HASH} ~* +@all`], {
      facts: { clients: exampleFact([exampleClient({ user: 'app' })]) },
    }),
  },
};
