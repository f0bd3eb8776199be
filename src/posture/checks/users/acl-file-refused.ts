/** USER-025: the server refuses the ACL file, and with it the start. */

import type { Problem } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withAclFile, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const aclFileRefused: Check = {
  id: 'USER-025',
  area: 'users',
  title: 'The server refuses the ACL file',
  goal: 'The ACL file loads on this version',
  severity: 'high',
  rationale:
    'One bad line and the whole file is refused: the server does not start, and ACL LOAD changes nothing. An ACL file knows ' +
    'no comments, no continuation lines, no quotes and no tabs; a category is not a documentation group (sorted_set is ' +
    '@sortedset, generic is @keyspace, server is @admin); a hash is 64 lower-case hexadecimal digits; from 7.0 on a user ' +
    'may stand there once only. Of 75 files found in public repositories 21 did not load.',
  evaluate: (snapshot) => {
    if (!snapshot.aclFile.known && snapshot.aclFile.reason === 'missing')
      return readFact(snapshot.users, 'the users', () => notApplicable('there is no ACL file'));
    return readFact(snapshot.aclFile, 'the ACL file', ({ path, file }, from) => {
      if (file.problems.length === 0) return pass(`${path} loads`, from);
      return fail(
        rows(file.problems, (problem) =>
          evidence(withoutSecrets(problem), {
            kind: 'file',
            path,
            ...(problem.line === undefined ? {} : { line: problem.line }),
          }),
        ),
        file.problems
          .slice(0, 20)
          .map(({ help, line }) => byHand(`${path}:${line ?? '?'}: ${help ?? 'correct the line'}`)),
        'The server does not start with this file, and ACL LOAD keeps the old users.',
      );
    });
  },
  remedy:
    'Correct every line that is named: one user to a line, no comments. Keep explanations in the policy file, from which ' +
    'the ACL file is made.',
  references: [REFERENCES.acl],
  examples: {
    bad: withAclFile('redis-7.2', [
      '# the application',
      'user default off resetpass',
      `user app on ${HASH} ~app:* +@sorted_set`,
    ]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@sortedset`]),
  },
};

/** The server repeats the rule at fault in its message; a password rule is shortened. */
function withoutSecrets({ message, token }: Problem): string {
  if (token === undefined || !/^[><#!]/.test(token)) return message;
  return message.replaceAll(token, `${token.charAt(0)}…`);
}
