/** USER-003: `+@all` less some commands: whatever a later version adds is granted. */

import type { Check } from '../../check.ts';
import { readFact, byHand } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holdsEverything, rows, showRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

export const denyList: Check = {
  id: 'USER-003',
  area: 'users',
  title: 'A user holds everything but a list of commands',
  goal: 'Rights are lists of what is allowed',
  severity: 'medium',
  rationale:
    '+@all -flushall -config keeps ACL SETUSER, MODULE LOAD, REPLICAOF, MIGRATE, SHUTDOWN; +@all -@admin -@dangerous still ' +
    'keeps EVAL, FUNCTION LOAD, SCAN and SCRIPT FLUSH. Every new version adds commands that no old list names: COMMANDLOG ' +
    'in Valkey 8.1 gives what -slowlog was to hide.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.leastPrivilege || 'least privilege is not asked at this level',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.filter(({ user }) => {
        const duty = dutyOf(user);
        if (duty === 'off' || duty === 'administrator' || duty === 'anyone' || holdsEverything(user))
          return false;
        return user.selectors.some((selector) => selector.futureCommands);
      });
      if (found.length === 0) return pass('no limited user is made by taking commands away', from);
      return fail(rows(found, showRules), [
        byHand('Write the rights as a list that begins with -@all and adds what the user runs'),
      ]);
    }),
  remedy: 'Begin with -@all and add what the client runs; ACL LOG shows what was forgotten.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-11'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@all -@admin -@dangerous`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* -@all +get +set`]),
  },
};
