/** AUTH-018: the password for the primary opens a user that may do more than replicate. */

import { hashPassword } from '../../../acl/index.ts';
import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows } from '../../rights.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const replicationPasswordReused: Check = {
  id: 'AUTH-018',
  area: 'authentication',
  title: 'The replication password opens a powerful user',
  goal: 'Replicas log in as a user that can only replicate',
  severity: 'medium',
  rationale:
    'masterauth stands in clear in the conf file of every replica, and CONFIG GET shows it. If it is the password of ' +
    'default or of an administrator, one readable file gives the fleet away. A user with +psync +replconf is enough.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.named || 'this level allows one shared password',
  evaluate: (snapshot) => {
    const secret = masterauth(snapshot);
    if (secret === undefined)
      return readFact(snapshot.product, 'masterauth', () => notApplicable('masterauth is not set'));
    return readFact(secret, 'masterauth', (password, from) => {
      if (password.isEmpty()) return notApplicable('masterauth is not set');
      return readFact(snapshot.users, 'the users and their rules', (users) => {
        const hash = hashPassword(password.reveal());
        const opened = users.filter(
          ({ user }) => user.enabled && user.passwords.includes(hash) && dutyOf(user) !== 'replication',
        );
        if (opened.length === 0) return pass('masterauth opens no user but the replication user', from);
        return fail(
          [
            evidence('masterauth is set', from),
            ...rows(opened, ({ user, from: at }) => evidence(`it is a password of user ${user.name}`, at)),
          ],
          [
            {
              kind: 'set-user',
              name: 'replica',
              rules: ['on', '>NEW_PASSWORD', '+psync', '+replconf', '+ping'],
            },
            byHand('Then CONFIG SET masteruser replica and masterauth on every node; the link stays up'),
          ],
        );
      });
    });
  },
  remedy: 'Create a replication user and set masteruser and masterauth to it on every node.',
  references: [REFERENCES.replication, REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'requirepass 4be2f0a96c1d7735e8b04f12a9c3d6e7\nmasterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\n',
    },
    good: {
      server: 'redis-7.2',
      conf: 'masteruser replica\nmasterauth 4be2f0a96c1d7735e8b04f12a9c3d6e7\naclfile users.acl\n',
      acl: 'user default off resetpass\nuser replica on >4be2f0a96c1d7735e8b04f12a9c3d6e7 +psync +replconf\n',
    },
  },
};

/** Valkey 8.0 and later call it primaryauth. */
function masterauth(snapshot: Snapshot) {
  const both = ['masterauth', 'primaryauth'].map((name) => snapshot.secrets.get(name));
  return both.find((fact) => fact?.known === true && !fact.value.isEmpty()) ?? both.find((fact) => fact);
}
