/** AUTH-023: a credential that is older than the policy, its level or a framework allows. */

import { daysSince } from '../../../policy/index.ts';
import type { Check, DeclaredUsers } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { opensByPassword, rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const NAMES_SHOWN = 5;

export const credentialOverdue: Check = {
  id: 'AUTH-023',
  area: 'authentication',
  title: 'A credential is overdue for rotation',
  goal: 'Credentials are replaced before they are older than the policy allows',
  severity: 'medium',
  rationale:
    'No version knows when a password was set, and ACL LIST shows nothing of it: a secret that leaked years ago still opens ' +
    'the server. The dates are those that wardis user rotate wrote into the state folder; a user without a date is unknown, ' +
    'never young.',
  appliesWhen: (_snapshot, { declared, expected }) => {
    if (declared === undefined) return 'no policy declares users';
    return expected.credentials.rotationDays !== undefined || 'neither policy nor level asks for rotation';
  },
  evaluate: (snapshot, { declared, expected, now }) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const daysMax = expected.credentials.rotationDays ?? Number.POSITIVE_INFINITY;
      const judged = users.flatMap((fact) => {
        const { user } = fact;
        const known = declared?.get(user.name);
        if (known === undefined || !opensByPassword(user) || user.nopass) return [];
        const { rotatedAt } = known;
        return [{ fact, rotatedAt, days: rotatedAt === undefined ? undefined : daysSince(rotatedAt, now) }];
      });
      const overdue = judged.filter(({ days }) => days !== undefined && days > daysMax);
      if (overdue.length > 0) {
        return fail(
          rows(overdue, ({ fact, rotatedAt, days }) =>
            evidence(
              `user ${fact.user.name}: last replaced on ${rotatedAt?.slice(0, 10)}, ${days} days ago; at most ${daysMax}`,
              fact.from,
            ),
          ),
          overdue.map(({ fact }) => byHand(`wardis user rotate ${fact.user.name}`)),
        );
      }
      const undated = judged.filter(({ days }) => days === undefined).map(({ fact }) => fact.user.name);
      if (undated.length === 0) return pass(`no credential is older than ${daysMax} days`, from);
      return {
        status: 'unknown',
        missing: `when the credentials of ${listNames(undated)} were last replaced`,
        why: 'servers do not know it, and the state folder has no record of a rotation',
        look: 'rotate once by wardis user rotate NAME, and audit with the same policy or --state DIR',
        reason: 'not-asked',
      };
    }),
  remedy: 'Replace the credential with no outage: wardis user rotate NAME.',
  references: [REFERENCES.acl],
  examples: {
    bad: {
      ...withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
      declared: rotatedOn('2020-01-31'),
    },
    good: {
      ...withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
      declared: rotatedOn('2026-11-01'),
    },
  },
};

function rotatedOn(day: string): DeclaredUsers {
  return new Map([['app', { role: 'readwrite', rotatedAt: `${day}T00:00:00Z` }]]);
}

function listNames(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
