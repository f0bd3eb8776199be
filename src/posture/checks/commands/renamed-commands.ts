/** CMD-023: rename-command in place of user rights. */

import type { Check } from '../../check.ts';
import { readConf } from '../../conf-judgement.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { rows } from '../../rights.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const FORGOTTEN = [
  'flushdb',
  'flushall',
  'swapdb',
  'config',
  'module',
  'acl',
  'replicaof',
  'slaveof',
  'migrate',
  'debug',
];

export const renamedCommands: Check = {
  id: 'CMD-023',
  area: 'commands',
  title: 'Commands are renamed in place of being denied',
  goal: 'Rights are taken away by users, not by renaming',
  severity: 'low',
  rationale:
    'rename-command hides a command from everybody, replicas, Sentinel and tools included, and the new name stands in the ' +
    'file. ACL rules go by the original name: +flushall is accepted though it is renamed away, the new name is not known to ' +
    'them. Files that rename CONFIG and FLUSHALL mostly leave FLUSHDB, SWAPDB, MODULE, ACL and REPLICAOF as they are.',
  evaluate: (snapshot) =>
    readConf(snapshot, ({ effective }) => {
      const renamed = effective.renamedCommands;
      const first = renamed[0];
      if (first === undefined)
        return readFact(snapshot.conf, 'the conf file', (_conf, from) =>
          pass('no rename-command line', from),
        );
      const names = new Set(renamed.map(({ line }) => (line.args[0] ?? '').toLowerCase()));
      const left = FORGOTTEN.filter((name) => !names.has(name));
      return fail(
        [
          ...rows(renamed, ({ path, line }) =>
            evidence(
              `${(line.args[0] ?? '').toUpperCase()} is ${line.args[1] === '' ? 'switched off' : 'renamed'}`,
              {
                kind: 'file',
                path,
                line: line.number,
              },
            ),
          ),
          ...(left.length === 0
            ? []
            : [evidence(`still there under their own names: ${left.join(', ').toUpperCase()}`)]),
        ],
        renamed.slice(0, 20).map(({ path, line }) => ({
          kind: 'remove-directive' as const,
          name: 'rename-command',
          file: path,
          line: line.number,
        })),
      );
    }),
  remedy: 'Give each client a user without these commands, switch default off, and remove the lines.',
  references: [REFERENCES.acl, REFERENCES.security],
  examples: {
    bad: { server: 'redis-7.2', conf: 'rename-command FLUSHALL ""\nrename-command CONFIG c0nf\n' },
    good: { server: 'redis-7.2', conf: 'port 6379\n' },
  },
};
