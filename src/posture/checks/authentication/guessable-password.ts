/** AUTH-010: a password that is guessed at once. */

import type { Provenance, Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { clearSecrets, guessable, guessedHash, isTemplate } from '../../password-guess.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const guessablePassword: Check = {
  id: 'AUTH-010',
  area: 'authentication',
  title: 'A password is easily guessed',
  goal: 'Passwords are random',
  severity: 'high',
  rationale:
    'The server answers tens of thousands of guesses a second on one connection, never slows down, and logs none of ' +
    'them in its log file. Its hashes are unsalted SHA-256, so whoever reads them tries billions a second. Only random ' +
    'passwords stand that. Clear passwords are compared with guesses; of hashes, a short list of common ones is tried.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = guesses(snapshot);
      if (found.length === 0) return pass(`${users.length} users: no common password among them`, from);
      const verdict = fail(
        rows(found, ({ owner, why, at }) => evidence(`the password of ${owner} is ${why}`, at)),
        [
          ...found
            .filter(({ owner }) => owner.startsWith('user '))
            .slice(0, 20)
            .map(({ owner }) => ({
              kind: 'set-user' as const,
              name: owner.slice('user '.length),
              rules: ['resetpass', '>NEW_PASSWORD'],
            })),
          byHand('Take the new passwords from: ACL GENPASS 256'),
        ],
      );
      if (verdict.status !== 'fail' || context.expected.request.exposure === 'localhost') return verdict;
      return { ...verdict, severity: { value: 'critical', because: 'other hosts can try it' } };
    }),
  remedy: 'Generate passwords (ACL GENPASS 256 gives 64 hexadecimal characters) and store their hashes only.',
  references: [REFERENCES.security, REFERENCES.acl],
  attackPaths: ['AP-06', 'AP-10'],
  examples: {
    bad: withUsers('redis-7.2', ['user app on >app123 ~app:* +get']),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};

interface Guess {
  readonly owner: string;
  readonly why: string;
  readonly at: Provenance;
}

function guesses(snapshot: Snapshot): readonly Guess[] {
  const clear = clearSecrets(snapshot).flatMap(({ owner, secret, from: at }) => {
    const password = secret.reveal();
    if (password === '' || isTemplate(password)) return [];
    const why = guessable(password, owner.startsWith('user ') ? [owner.slice('user '.length)] : []);
    return why === undefined ? [] : [{ owner, why, at }];
  });
  const known = new Set(clear.map(({ owner }) => owner));
  const hashed = (snapshot.users.known ? snapshot.users.value : []).flatMap((fact) => {
    const owner = `user ${fact.user.name}`;
    const why = known.has(owner) || !fact.user.enabled ? undefined : guessedHash(fact);
    return why === undefined ? [] : [{ owner, why, at: fact.from }];
  });
  return [...clear, ...hashed];
}
