/** AUTH-012: a password in clear is shorter than the level asks. */

import type { Check } from '../../check.ts';
import { clearSecrets, isTemplate } from '../../password-guess.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const shortPassword: Check = {
  id: 'AUTH-012',
  area: 'authentication',
  title: 'A password is too short',
  goal: 'Passwords are long enough that their unsalted hash cannot be searched',
  severity: 'medium',
  rationale:
    'Hashes are unsalted SHA-256 and shown to everybody who may run ACL LIST. Length is what keeps them safe; programs, ' +
    'not people, type these passwords. Only passwords that stand in clear can be measured.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const least = context.expected.credentials.lengthMin;
      const short = clearSecrets(snapshot).filter(({ secret }) => {
        const password = secret.reveal();
        return password !== '' && password.length < least && !isTemplate(password);
      });
      const hashed = users.filter(
        ({ user, clearPasswords }) => user.enabled && user.passwords.length > clearPasswords.length,
      );
      if (short.length === 0 && hashed.length > 0)
        return {
          status: 'manual',
          instruction: `Confirm that the passwords of ${hashed.length} users were generated (ACL GENPASS 256): a hash does not tell how long the password is`,
        };
      if (short.length === 0) return pass(`no password is shorter than ${least} characters`, from);
      return fail(
        rows(short, ({ owner, from: at }) =>
          evidence(`the password of ${owner} has fewer than ${least} characters`, at),
        ),
        [byHand('Generate new ones with ACL GENPASS 256, and store their hashes only')],
      );
    }),
  remedy: 'Generate passwords of 256 bits and rotate to them.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'requirepass h7Kq2x\n' },
    good: {
      server: 'redis-7.2',
      conf: 'requirepass 4be2f0a96c1d7735e8b04f12a9c3d6e75f80b1c24d93ea06f7158c2b9d40e3a1\n',
    },
  },
};
