/** REPL-002: masterauth alone means the default user. */

import type { Check } from '../../check.ts';
import { holdingData, readFact, readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const logsInAsDefault: Check = {
  id: 'REPL-002',
  area: 'replication',
  title: 'Replication logs in as the default user',
  goal: 'Replication has a user of its own',
  severity: 'medium',
  rationale:
    'With masterauth and no masteruser a replica logs in as default, so default must stay on and powerful, and its password lies in clear in every configuration file. A user with +psync +replconf +ping is enough on every version tested.',
  evaluate: (snapshot, context) =>
    holdingData(snapshot, () => {
      const secret = snapshot.secrets.get('masterauth');
      if (secret === undefined)
        return {
          status: 'unknown',
          missing: 'masterauth',
          why: 'it was not read',
          look: 'read: CONFIG GET masterauth',
        };
      return readFact(secret, 'masterauth', (password) => {
        if (password.isEmpty()) return notApplicable('masterauth is not set');
        if (!context.expected.users.named)
          return notApplicable('named users are not asked for at this level');
        return readSettings(snapshot, ['masteruser'], ({ masteruser: { value, from } }) =>
          value === '' || value === 'default'
            ? fail(
                [evidence(`masteruser ${value === '' ? '""' : value}`, from)],
                [
                  {
                    kind: 'set-user',
                    name: 'replica',
                    rules: ['reset', 'on', '>THE_PASSWORD_OF_MASTERAUTH', '+psync', '+replconf', '+ping'],
                  },
                  set('masteruser', 'replica'),
                ],
              )
            : pass(`masteruser ${value}`, from),
        );
      });
    }),
  remedy:
    'Create a user with +psync +replconf +ping on every node, set masteruser and masterauth, then switch default off.',
  references: [REFERENCES.replication, REFERENCES.replicationValkey, REFERENCES.acl],
  attackPaths: ['AP-03', 'AP-10'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'masterauth an-example-password\n' },
    good: { server: 'redis-7.2', conf: 'masteruser replica\nmasterauth an-example-password\n' },
  },
};
