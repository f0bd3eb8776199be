/** USER-016: a user confined to its keys hears and writes every channel. */

import { reach } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { holdingData, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, isKeyLimited, rows, runnable, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const everyChannel: Check = {
  id: 'USER-016',
  area: 'users',
  title: 'A user confined to its keys reaches every channel',
  goal: 'Users reach their own channels',
  severity: 'medium',
  rationale:
    'Key patterns say nothing about channels. With &*, and on 6.2 without any & rule (acl-pubsub-default allchannels), the ' +
    'user reads what other applications publish and publishes in their name.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, '6.0 has no channel rules'),
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.users, 'the users and their rules', (users, from) => {
        const found = users.filter(
          ({ user }) =>
            dutyOf(user) === 'application' &&
            isKeyLimited(user) &&
            reach(user).channels === 'all' &&
            runnable(user, ['publish', 'subscribe', 'psubscribe', 'spublish', 'ssubscribe']).length > 0,
        );
        if (found.length === 0) return pass('no confined user reaches every channel', from);
        return fail(
          rows(found, showRules),
          found.slice(0, 20).map(({ user }) => ({
            kind: 'set-user' as const,
            name: user.name,
            rules: ['resetchannels', '&PREFIX.*'],
          })),
        );
      }),
    ),
  remedy: 'ACL SETUSER name resetchannels &prefix.*; the words work on every version from 6.2 on.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* &* +get +subscribe`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* resetchannels &app.* +get +subscribe`]),
  },
};
