/** USER-017: a user may SUBSCRIBE or PUBLISH, and has no channel to do it on. */

import { reach } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, rows, runnable, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const noChannel: Check = {
  id: 'USER-017',
  area: 'users',
  title: 'A user holds pub/sub commands and no channel',
  goal: 'Users with pub/sub commands have channels',
  severity: 'info',
  rationale:
    'From 7.0 on a new user has no channel, so that PUBLISH and SUBSCRIBE answer NOPERM; on 6.2 the same line allowed every ' +
    'channel. After an upgrade this is what breaks.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, '6.0 has no channel rules'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(
        ({ user }) =>
          dutyOf(user) === 'application' &&
          reach(user).channels === 'none' &&
          runnable(user, ['publish', 'subscribe']).length > 0,
      );
      if (found.length === 0) return pass('every user with pub/sub commands has channels', from);
      return fail(
        rows(found, showRules),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['&PREFIX.*'],
        })),
      );
    }),
  remedy: 'Add & rules, or take the pub/sub commands away (-@pubsub).',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +publish +subscribe`]),
    good: withUsers('redis-7.2', [
      `user app on ${HASH} ~app:* resetchannels &app.* +get +publish +subscribe`,
    ]),
  },
};
