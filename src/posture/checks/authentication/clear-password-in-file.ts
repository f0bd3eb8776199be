/** AUTH-014: user lines hold passwords in clear where a hash would do. */

import type { Check } from '../../check.ts';
import { byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { readWrittenUsers } from '../../written-rules.ts';

export const clearPasswordInFile: Check = {
  id: 'AUTH-014',
  area: 'authentication',
  title: 'User lines hold passwords in clear',
  goal: 'Files hold hashes of passwords',
  severity: 'medium',
  rationale:
    'The server needs the SHA-256 only: #hash does what >password does. A password in clear is in every copy, backup and ' +
    'repository of the file. The hash is unsalted, so it protects long random passwords and no others.',
  evaluate: (snapshot) =>
    readWrittenUsers(snapshot, (users) => {
      const clear = users.filter(({ tokens }) => tokens.some((token) => token.startsWith('>')));
      if (clear.length === 0) return pass(`${users.length} user lines hold hashes only`);
      return fail(
        rows(clear, ({ name, from }) => evidence(`user ${name} has a password in clear`, from)),
        [
          byHand('Write #hash in place of >password: printf %s PASSWORD | sha256sum'),
          byHand('With an ACL file in use, ACL SAVE writes the hashes by itself'),
        ],
      );
    }),
  remedy:
    'Replace >password by #sha256. ACL SAVE (with an ACL file) and CONFIG REWRITE (without) write hashes.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', ['user app on >4be2f0a96c1d7735e8b04f12a9c3d6e7 ~app:* +get']),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
