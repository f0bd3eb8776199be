/** HOST-008: who may replace the program. */

import type { Snapshot } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact, examplePaths } from '../../example.ts';
import { printMode, readFact, readPath } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const binaryWritable: Check = {
  id: 'HOST-008',
  area: 'host',
  title: 'Others than root may replace the server’s program',
  goal: 'Only root may change the server’s program',
  severity: 'high',
  rationale:
    'If the server’s own user owns its program, an intruder in the server makes himself permanent by replacing it.',
  evaluate: (snapshot) =>
    readFact(snapshot.process, 'the running process', ({ executable }) =>
      readPath(snapshot, executable, ({ mode, owner }, from) => {
        const seen = `${executable} has mode ${printMode(mode)}, owner ${owner}`;
        return owner === 'root' && (mode & 0o022) === 0
          ? pass(seen, from)
          : fail(
              [evidence(seen, from)],
              [{ kind: 'file-mode', path: executable, mode: '0755', owner: 'root:root' }],
            );
      }),
    ),
  remedy: 'chown root:root and chmod 0755 the program; install it from a package.',
  references: [REFERENCES.security],
  attackPaths: ['AP-02', 'AP-04'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: running('redis') },
    good: { server: 'redis-7.2', conf: '', facts: running('root') },
  },
};

function running(owner: string): Partial<Snapshot> {
  const executable = '/usr/bin/redis-server';
  return {
    process: exampleFact({
      pid: 4711,
      user: 'redis',
      executable,
      commandLine: [executable],
      secretInCommandLine: false,
    }),
    ...examplePaths({ [executable]: { mode: 0o755, owner, group: owner } }),
  };
}
