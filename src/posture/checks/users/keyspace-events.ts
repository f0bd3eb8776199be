/** USER-018: a user confined to its keys may hear the events of every key. */

import { globMatch, reach, type User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { holdingData, readFact, settingValue } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, isKeyLimited, rows, runnable, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const keyspaceEvents: Check = {
  id: 'USER-018',
  area: 'users',
  title: 'A confined user may hear the events of every key',
  goal: 'Keyspace events are heard by users who may see every key',
  severity: 'medium',
  rationale:
    'Keyspace notifications name the key, whoever it belongs to: psubscribe on __key* shows the key names and the commands ' +
    'of all tenants as soon as notify-keyspace-events is set.',
  appliesWhen: since({ redis: '6.2', valkey: '7.2' }, '6.0 has no channel rules'),
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readFact(snapshot.users, 'the users and their rules', (users, from) => {
        const found = users.filter(
          ({ user }) => dutyOf(user) === 'application' && isKeyLimited(user) && hearsEvents(user),
        );
        if (found.length === 0) return pass('no confined user may hear keyspace events', from);
        const on = (settingValue(snapshot, 'notify-keyspace-events') ?? '') !== '';
        const verdict = fail(
          rows(found, showRules),
          found.slice(0, 20).map(({ user }) => ({
            kind: 'set-user' as const,
            name: user.name,
            rules: ['resetchannels', '&PREFIX.*'],
          })),
        );
        if (verdict.status !== 'fail' || !on) return verdict;
        return { ...verdict, severity: { value: 'high', because: 'notify-keyspace-events is on' } };
      }),
    ),
  remedy: 'Take the __key* channels from confined users; let one service with its own user pass events on.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* &__key* +get +psubscribe`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* &app.* +get +psubscribe`]),
  },
};

function hearsEvents(user: User): boolean {
  if (runnable(user, ['psubscribe', 'subscribe']).length === 0) return false;
  const { channels, channelPatterns } = reach(user);
  if (channels === 'all') return true;
  return channelPatterns.some(
    (pattern) => globMatch(pattern, '__keyspace@0__:other') || globMatch(pattern, '__keyevent@0__:set'),
  );
}
