/** USER-013: a rule that the server accepts and that ends it later. */

import type { Check } from '../../check.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withAclFile, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const crashingRule: Check = {
  id: 'USER-013',
  area: 'users',
  title: 'A rule ends the server when it is shown or loaded',
  goal: 'No rule of the ACL file ends the server',
  severity: 'critical',
  rationale:
    'Some malformed rules are accepted and abort the process later, at ACL LIST, GETUSER, SAVE or LOAD: a bare % ' +
    '(CVE-2024-51741), %~pattern on 7.0 (CVE-2024-31227), a first argument with a blank, an unclosed parenthesis in an ACL ' +
    'file (7.0 to 8.0.6 and Valkey to 9.1.2). Whoever can write the file, or run ACL SETUSER, can stop the server.',
  evaluate: (snapshot) => {
    if (!snapshot.aclFile.known && snapshot.aclFile.reason === 'missing')
      return readFact(snapshot.users, 'the users', () => notApplicable('there is no ACL file'));
    return readFact(snapshot.aclFile, 'the ACL file', ({ path, file }, from) => {
      const found = [...file.hazards, ...file.problems].filter(
        ({ code }) => code === 'crashes-server' || code === 'breaks-display',
      );
      if (found.length === 0) return pass(`${path}: no rule that ends the server`, from);
      return fail(
        rows(found, ({ message, line }) =>
          evidence(message, { kind: 'file', path, ...(line === undefined ? {} : { line }) }),
        ),
        found
          .slice(0, 20)
          .map(({ help, line }) => byHand(`${path}:${line ?? '?'}: ${help ?? 'remove the rule'}`)),
      );
    });
  },
  remedy: 'Correct the rule before the file is loaded, and upgrade to a release with the fix.',
  references: [
    REFERENCES.acl,
    { title: 'CVE-2024-51741', url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-51741' },
    { title: 'CVE-2024-31227', url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-31227' },
  ],
  examples: {
    bad: withAclFile('redis-7.0.15', ['user default off resetpass', `user app on ${HASH} % +get`]),
    good: withUsers('redis-7.0.15', [`user app on ${HASH} %R~app:* +get`]),
  },
};
