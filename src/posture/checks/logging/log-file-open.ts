/** LOG-011: who may read or edit the log. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { printMode, readPath, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, notApplicable, pass } from '../../verdict.ts';

export const logFileOpen: Check = {
  id: 'LOG-011',
  area: 'logging',
  title: 'Others on the host can read or edit the server log',
  goal: 'Only the server and the log collector reach the log file',
  severity: 'low',
  rationale:
    'The log names addresses, users’ keys in crash reports, and paths; whoever may write it removes his traces.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['logfile', 'dir'], ({ logfile, dir }) => {
      if (logfile.value === '' || logfile.value === '/dev/null')
        return notApplicable('the log is not a file');
      const path = logfile.value.startsWith('/')
        ? logfile.value
        : `${dir.value.replace(/\/$/, '')}/${logfile.value}`;
      return readPath(snapshot, path, ({ mode }, from) => {
        const seen = `${path} has mode ${printMode(mode)}`;
        return (mode & 0o026) === 0
          ? pass(seen, from)
          : fail([evidence(seen, from)], [{ kind: 'file-mode', path, mode: '0640' }]);
      });
    }),
  remedy: 'chmod 0640, with the group of the log collector.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'logfile /var/log/redis/redis.log\n',
      facts: examplePaths({ '/var/log/redis/redis.log': { mode: 0o666 } }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'logfile /var/log/redis/redis.log\n',
      facts: examplePaths({ '/var/log/redis/redis.log': { mode: 0o640 } }),
    },
  },
};
