/** AUTH-011: an unrendered template or a placeholder is the password. */

import type { Check } from '../../check.ts';
import { clearSecrets, isTemplate, placeholderHash } from '../../password-guess.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const templatePassword: Check = {
  id: 'AUTH-011',
  area: 'authentication',
  title: 'A placeholder is the password',
  goal: 'Passwords are rendered before the server reads them',
  severity: 'high',
  rationale:
    'The server expands nothing: >${APP_PASSWORD} and >$(ADMIN_PASSWORD) are passwords of that very text, and AUTH with ' +
    'that text works (seen on every version). In a number a template stops the start; in a password the server starts, ' +
    'with a secret that stands in the repository.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const clear = clearSecrets(snapshot).filter(({ secret }) => isTemplate(secret.reveal()));
      const owners = new Set(clear.map(({ owner }) => owner));
      const hashed = users.filter((fact) => !owners.has(`user ${fact.user.name}`) && placeholderHash(fact));
      if (clear.length + hashed.length === 0) return pass('no placeholder is a password', from);
      const verdict = fail(
        [
          ...rows(clear, ({ owner, from: at }) => evidence(`the password of ${owner} is a placeholder`, at)),
          ...rows(hashed, ({ user, from: at }) =>
            evidence(`the password of user ${user.name} is the text of a placeholder`, at),
          ),
        ],
        [
          byHand(
            'Render the file with real secrets before the server reads it, and let an empty variable fail',
          ),
        ],
        'Anyone who has seen the template knows the password.',
      );
      if (verdict.status !== 'fail' || context.expected.request.exposure === 'localhost') return verdict;
      return { ...verdict, severity: { value: 'critical', because: 'other hosts can try it' } };
    }),
  remedy:
    'Render the file (envsubst, the template engine that it was written for), or write #hash of the real secret.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-06'],
  examples: {
    bad: withUsers('redis-7.2', ['user app on >${APP_PASSWORD} ~app:* +get']),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +get`]),
  },
};
