/** USER-011: a selector grants administrative commands that the rules outside it withhold. */

import type { Check } from '../../check.ts';
import { since, SEVEN } from '../../conf-reading.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, printCommands, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { canRun, type User } from '../../../acl/index.ts';

export const selectorBypass: Check = {
  id: 'USER-011',
  area: 'users',
  title: 'A selector grants what the line denies outside it',
  goal: 'Selectors grant nothing dangerous that the rest of the line withholds',
  severity: 'high',
  rationale:
    'A selector in parentheses is a set of rights of its own: a deny outside is not inherited. `+@all -flushall (+@all)` ' +
    'may FLUSHALL (7.0 and later).',
  appliesWhen: since(SEVEN, 'this version has no selectors'),
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users
        .map((fact) => ({ fact, names: smuggled(fact.user) }))
        .filter(({ fact, names }) => names.length > 0 && dutyOf(fact.user) !== 'off');
      if (found.length === 0) return pass('no selector grants a dangerous command alone', from);
      return fail(
        rows(found, ({ fact, names }) =>
          evidence(
            `user ${fact.user.name}: a selector grants ${printCommands(names.slice(0, 6))}`,
            fact.from,
          ),
        ),
        found.slice(0, 20).map(({ fact }) => ({
          kind: 'by-hand' as const,
          instruction: `Repeat the denies inside the selectors of user ${fact.user.name}, or grant single commands there`,
        })),
      );
    }),
  remedy: 'Grant single commands inside selectors, and repeat the denies there.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-03'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@all -@dangerous (~* +@all)`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read -@dangerous (~shared:* +get)`]),
  },
};

/** Dangerous commands that a selector grants and the root does not. */
function smuggled(user: User): readonly string[] {
  const [root, ...others] = user.selectors;
  if (others.length === 0) return [];
  const { table } = user;
  const only = (selectors: User['selectors']): User => ({ ...user, selectors });
  return table.byIndex
    .filter(({ categories, isContainer }) => categories.has('dangerous') && !isContainer)
    .map(({ fullName }) => fullName)
    .filter(
      (name) =>
        canRun(only([root]), name, table) === 'no' &&
        others.some((selector) => canRun(only([selector]), name, table) === 'yes'),
    );
}
