/** DATA-003: whoever reads the RDB or AOF file has the data, passwords in scripts and functions included. */

import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { examplePaths } from '../../example.ts';
import { printMode, readPath, readSettings } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';
import { dataFiles } from './data-files.ts';

export const dataReadable: Check = {
  id: 'DATA-003',
  area: 'persistence',
  title: 'Others on the host can read the data files',
  goal: 'Only the server’s user reads its data files',
  severity: 'medium',
  rationale:
    'RDB and AOF hold every key and value in clear. They are created with the umask of the process, usually 022: readable to everybody unless the directory keeps others out.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['dir'], ({ dir: { value: dir } }) =>
      readPath(snapshot, dir, (directory, from) => {
        if ((directory.mode & 0o001) === 0)
          return pass(`${dir} has mode ${printMode(directory.mode)}: others cannot enter`, from);
        const files = dataFiles(snapshot);
        const open = files.filter(({ fact }) => (fact.mode & 0o004) !== 0);
        const fix: readonly Change[] = [{ kind: 'file-mode', path: dir, mode: '0750' }];
        if (open.length > 0)
          return fail(
            open.map(({ path, fact, from: at }) => evidence(`${path} has mode ${printMode(fact.mode)}`, at)),
            fix,
          );
        return files.length > 0
          ? pass(`${files.map(({ path }) => path).join(', ')}: not readable to others`, from)
          : fail(
              [
                evidence(
                  `${dir} has mode ${printMode(directory.mode)}: others may enter, and new files get the umask of the process`,
                  from,
                ),
              ],
              fix,
            );
      }),
    ),
  remedy: 'chmod 0750 on dir (0700 is better), and UMask=0077 in the unit.',
  references: [REFERENCES.persistence, REFERENCES.systemd],
  attackPaths: ['AP-15'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: 'dir /var/lib/redis\n',
      facts: examplePaths({
        '/var/lib/redis': { kind: 'directory', mode: 0o755 },
        '/var/lib/redis/dump.rdb': { mode: 0o644 },
      }),
    },
    good: {
      server: 'redis-7.2',
      conf: 'dir /var/lib/redis\n',
      facts: examplePaths({ '/var/lib/redis': { kind: 'directory', mode: 0o750 } }),
    },
  },
};
