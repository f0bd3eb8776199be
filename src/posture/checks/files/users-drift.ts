/** FILE-015: the users of the running server differ from its ACL file. */

import type { Snapshot, UserFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { compareUsers } from '../../user-comparison.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const usersDrift: Check = {
  id: 'FILE-015',
  area: 'files',
  title: 'The users in force differ from the ACL file',
  goal: 'The ACL file holds the users that are in force',
  severity: 'medium',
  rationale:
    'ACL SETUSER and DELUSER change memory only. Without ACL SAVE a revoked user is back after the next restart or ACL ' +
    'LOAD, and a new one is gone; a line that was corrected in the file is not in force before ACL LOAD.',
  appliesWhen: (snapshot) => snapshot.origin === 'live' || 'only a running server can differ from its file',
  evaluate: (snapshot) => {
    if (!snapshot.aclFile.known && snapshot.aclFile.reason === 'missing')
      return notApplicable('there is no ACL file');
    return readFact(snapshot.aclFile, 'the ACL file', ({ path, file }, from) =>
      readFact(snapshot.users, 'the users in force', (users) => {
        const written: readonly UserFact[] = file.users.map(({ user }) => ({
          user,
          text: `user ${user.name}`,
          from,
          clearPasswords: [],
        }));
        const found = compareUsers(users, written);
        if (found.length === 0) return pass(`${users.length} users are as in ${path}`, from);
        return fail(
          rows(found, ({ name, what, kind }) => evidence(`user ${name}: ${WHERE[kind] ?? what}`, from)),
          [
            byHand(
              `Decide which is right: ACL SAVE writes the users in force into ${path}, ACL LOAD takes the file`,
            ),
          ],
        );
      }),
    );
  },
  remedy: 'ACL SAVE after changes by ACL SETUSER, ACL LOAD after changes of the file.',
  references: [REFERENCES.acl],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`], {
      facts: { origin: 'live', users: exampleFact([]) satisfies Snapshot['users'] },
    }),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`], { facts: { origin: 'live' } }),
  },
};

const WHERE: Readonly<Record<string, string | undefined>> = {
  'only-here': 'in force, and not in the file',
  'only-there': 'in the file, and not in force',
};
