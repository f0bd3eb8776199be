/** USER-005: a user can log in and do nothing. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { commandsOf, opensByPassword, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';
import type { User } from '../../../acl/index.ts';

const FREE: readonly string[] = ['auth', 'hello', 'quit', 'reset'];

export const noCommand: Check = {
  id: 'USER-005',
  area: 'users',
  title: 'A user can log in and do nothing',
  goal: 'Every enabled user holds a command',
  severity: 'medium',
  rationale:
    'A user starts with no command; key patterns alone give none, and a -@all at the end takes all away: `on +@read ~app:* ' +
    '-@all` ends as -@all. The client that should use it fails on its first command, and is moved to default.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const idle = users.filter(({ user }) => opensByPassword(user) && holdsNothing(user));
      if (idle.length === 0) return pass('every enabled user holds a command', from);
      return fail(
        rows(idle, showRules),
        idle.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['+@read', '-@dangerous', '+@connection'],
        })),
      );
    }),
  remedy: 'Add the commands after the last -@all, or switch the user off.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} +@read +@write ~app:* -@all`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};

function holdsNothing(user: User): boolean {
  return (
    [...commandsOf(user)].every((name) => FREE.includes(name)) &&
    user.selectors.every((selector) => selector.firstArgs.size === 0)
  );
}
