/** USER-022: a user for backups can make none. */

import type { User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { mayRun, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const backupUserLacks: Check = {
  id: 'USER-022',
  area: 'users',
  title: 'The backup user cannot make a backup',
  goal: 'The backup user holds what a backup runs',
  severity: 'medium',
  rationale:
    'A backup is BGSAVE with LASTSAVE and a copy of the file, or the stream that `redis-cli --rdb` reads (SYNC, or PSYNC ' +
    'with REPLCONF). `~* +@read +psync -@dangerous` does neither: PSYNC is dangerous. Which user it is is told from the name.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(
        ({ user }) => user.enabled && /backup|snapshot|rdbdump/i.test(user.name) && !canBackUp(user),
      );
      if (found.length === 0) return pass('every backup user can make a backup', from);
      return fail(
        rows(found, showRules),
        found.slice(0, 20).map(({ user }) => ({
          kind: 'set-user' as const,
          name: user.name,
          rules: ['resetkeys', '-@all', '+bgsave', '+lastsave', '+info', '+ping'],
        })),
      );
    }),
  remedy: 'Grant +bgsave +lastsave +info +ping, or +sync +psync +replconf for a remote stream.',
  references: [REFERENCES.acl, REFERENCES.persistence],
  examples: {
    bad: withUsers('redis-7.2', [`user backup on ${HASH} ~* +@read +psync -@dangerous`]),
    good: withUsers('redis-7.2', [`user backup on ${HASH} +bgsave +lastsave +info +ping`]),
  },
};

function canBackUp(user: User): boolean {
  return (
    mayRun(user, 'bgsave') ||
    mayRun(user, 'save') ||
    mayRun(user, 'sync') ||
    (mayRun(user, 'psync') && mayRun(user, 'replconf'))
  );
}
