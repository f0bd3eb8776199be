/** USER-027: a rule allows a command for one first argument, and other arguments are not looked at. */

import type { User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { since, SEVEN } from '../../conf-reading.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const firstArgumentRule: Check = {
  id: 'USER-027',
  area: 'users',
  title: 'A rule limits a command by its first argument',
  goal: 'Commands are limited by keys and subcommands',
  severity: 'low',
  rationale:
    '+select|0 and +mget|a look at the first argument only: MGET a secret reads both keys. A later category widens the ' +
    'rule or drops it without a word; servers from 7.0 on log that it may go away.',
  appliesWhen: since(SEVEN, 'up to 6.2 subcommands are written this way'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .map((fact) => ({ fact, rules: firstArguments(fact.user) }))
        .filter(({ rules }) => rules.length > 0);
      if (found.length === 0) return pass('no rule limits a command by its first argument', from);
      return fail(
        rows(found, ({ fact, rules }) => evidence(`user ${fact.user.name}: ${rules.join(' ')}`, fact.from)),
        found
          .slice(0, 20)
          .map(({ fact }) =>
            byHand(`Give user ${fact.user.name} key patterns or databases (Valkey 9.1) in their place`),
          ),
      );
    }),
  remedy: 'Limit keys by patterns; on Valkey 9.1 limit databases by db=.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~* +get +select|0`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get +select`]),
  },
};

function firstArguments(user: User): readonly string[] {
  return user.selectors.flatMap(({ firstArgs }) =>
    [...firstArgs].flatMap(([command, args]) => args.map((argument) => `+${command}|${argument}`)),
  );
}
