/** DATA-004: who may put files where the server loads them from. */

import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { printMode, readPath, readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const SHARED = /^\/(?:tmp|var\/tmp|dev\/shm)\/?$/;

export const dirWritable: Check = {
  id: 'DATA-004',
  area: 'persistence',
  title: 'Others on the host can replace the data files',
  goal: 'Only the server’s user writes to its data directory',
  severity: 'high',
  rationale:
    'The server loads RDB and AOF at start and trusts them. Whoever may write to dir can plant data, functions, or a crafted dump that corrupts memory; in /tmp anybody can.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['dir'], ({ dir }) => {
      if (SHARED.test(dir.value))
        return fail(
          [evidence(`dir ${dir.value}`, dir.from)],
          [setAndRestart('dir', '/var/lib/redis')],
          'Everybody on the host may put files there.',
        );
      return readPath(snapshot, dir.value, ({ mode }, from) => {
        const seen = `${dir.value} has mode ${printMode(mode)}`;
        return (mode & 0o002) === 0
          ? pass(seen, from)
          : fail([evidence(seen, from)], [{ kind: 'file-mode', path: dir.value, mode: '0750' }]);
      });
    }),
  remedy: 'Use a directory of the server’s own, mode 0750 or 0700.',
  references: [REFERENCES.persistence, REFERENCES.security],
  attackPaths: ['AP-05', 'AP-15'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'dir /tmp\n' },
    good: {
      server: 'redis-7.2',
      conf: 'dir /var/lib/redis\n',
      facts: examplePaths({ '/var/lib/redis': { kind: 'directory', mode: 0o750 } }),
    },
  },
};
