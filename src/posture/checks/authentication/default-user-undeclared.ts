/** AUTH-004: an ACL file without a `user default` line leaves the server open, whatever requirepass says. */

import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const defaultUserUndeclared: Check = {
  id: 'AUTH-004',
  area: 'authentication',
  title: 'The ACL file does not declare the default user',
  goal: 'The ACL file has a line for the default user',
  severity: 'critical',
  rationale:
    'The server makes the default user that the file leaves out: on, without a password, with every right. requirepass ' +
    'is dropped without a word, while CONFIG GET requirepass still shows it (seen on ten versions, Redis 6.0.16 to 8.0.6 ' +
    'and Valkey 7.2.7 to 9.1.2). An empty ACL file does the same.',
  evaluate: (snapshot) => {
    if (!snapshot.aclFile.known && snapshot.aclFile.reason === 'missing')
      return notApplicable('there is no ACL file');
    return readFact(snapshot.aclFile, 'the ACL file', ({ path, file }, from) => {
      if (file.defaultUserDeclared) return pass(`${path} declares the default user`, from);
      const requirepass = snapshot.secrets.get('requirepass');
      const dead =
        requirepass?.known === true && !requirepass.value.isEmpty()
          ? [evidence('requirepass is set, and without effect beside aclfile', requirepass.from)]
          : [];
      return fail(
        [evidence(`${path} has no line "user default"`, from), ...dead],
        [{ kind: 'set-user', name: 'default', rules: ['off', 'resetpass'] }],
        'After the next start or ACL LOAD anyone who connects is an administrator.',
      );
    });
  },
  remedy: 'Write `user default off resetpass` as the first line of the ACL file.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-06'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'requirepass 6f1c0b5f9a7e4d38b2c1\naclfile users.acl\n',
      acl: 'user app on >6f1c0b5f9a7e4d38b2c1 ~app:* +get\n',
    },
    good: { server: 'redis-7.2', conf: 'aclfile users.acl\n', acl: 'user default off resetpass\n' },
  },
};
