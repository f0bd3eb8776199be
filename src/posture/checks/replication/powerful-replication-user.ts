/** REPL-011: what the password in every configuration file is good for. */

import type { Check } from '../../check.ts';
import { holdingData, readFact, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { commandsOf, shortRules } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

const NEEDED = new Set(['psync', 'sync', 'replconf', 'ping', 'auth', 'hello', 'quit', 'reset']);

export const powerfulReplicationUser: Check = {
  id: 'REPL-011',
  area: 'replication',
  title: 'The replication user may do more than replicate',
  goal: 'The replication user holds PSYNC, REPLCONF and PING, and nothing else',
  severity: 'medium',
  rationale:
    'The password of masterauth must stand in clear in each node’s configuration; the server knows no other way. So the user behind it should be of no further use. +psync +replconf +ping is enough on every version tested (+sync for Valkey’s dual channel), and no key pattern is needed.',
  evaluate: (snapshot) =>
    holdingData(snapshot, () =>
      readSettings(snapshot, ['masteruser'], ({ masteruser: { value: name } }) => {
        if (name === '') return notApplicable('masteruser is not set');
        return readFact(snapshot.users, 'users', (users) => {
          const found = users.find(({ user }) => user.name === name);
          if (found === undefined) return notApplicable(`user ${name} does not exist on this node`);
          const extra = [...commandsOf(found.user)].filter((command) => !NEEDED.has(command));
          return extra.length === 0
            ? pass(`user ${name} can only replicate`, found.from)
            : fail(
                [
                  evidence(
                    `user ${name} may run ${extra.length} further commands: ${shortRules(found.text)}`,
                    found.from,
                  ),
                ],
                [
                  {
                    kind: 'set-user',
                    name,
                    rules: ['resetkeys', 'resetchannels', 'nocommands', '+psync', '+replconf', '+ping'],
                  },
                ],
              );
        });
      }),
    ),
  remedy: 'ACL SETUSER the replication user: nocommands +psync +replconf +ping, resetkeys, resetchannels.',
  references: [REFERENCES.replication, REFERENCES.acl],
  attackPaths: ['AP-03', 'AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user replica on ${HASH} ~* +@all`], {
      conf: 'masteruser replica\nmasterauth an-example-password\n',
    }),
    good: withUsers('redis-7.2', [`user replica on ${HASH} +psync +replconf +ping`], {
      conf: 'masteruser replica\nmasterauth an-example-password\n',
    }),
  },
};
