/** FILE-018: others on the host can read the ACL file, and the hashes in it. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { printMode, readFact, readPath } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const aclFileReadable: Check = {
  id: 'FILE-018',
  area: 'files',
  title: 'Others on the host can read the ACL file',
  goal: 'Only the server and its administrators read the ACL file',
  severity: 'medium',
  rationale: 'The ACL file holds unsalted SHA-256 hashes, or passwords in clear, and tells who may do what.',
  evaluate: (snapshot) => {
    if (!snapshot.aclFile.known && snapshot.aclFile.reason === 'missing')
      return notApplicable('there is no ACL file');
    return readFact(snapshot.aclFile, 'the ACL file', ({ path }) =>
      readPath(snapshot, path, ({ mode }, from) => {
        const seen = evidence(`${path} has mode ${printMode(mode)}`, from);
        if ((mode & 0o004) === 0) return pass(seen.text, from);
        const clear =
          snapshot.users.known &&
          snapshot.users.value.some(({ clearPasswords }) => clearPasswords.length > 0);
        const verdict = fail([seen], [{ kind: 'file-mode', path, mode: '0640' }]);
        if (verdict.status !== 'fail' || !clear) return verdict;
        return { ...verdict, severity: { value: 'high', because: 'it holds passwords in clear' } };
      }),
    );
  },
  remedy: 'chmod 0640 and chown redis:redis (ACL SAVE writes it anew as the account of the server).',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`], {
      facts: examplePaths({ 'users.acl': { mode: 0o644 } }),
    }),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`], {
      facts: examplePaths({ 'users.acl': { mode: 0o640 } }),
    }),
  },
};
