/** AUTH-016: the server was started with a password in its arguments. */

import type { ProcessFact } from '../../../fleet/index.ts';
import type { Check } from '../../check.ts';
import { exampleFact } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

const PROCESS: ProcessFact = {
  pid: 812,
  user: 'redis',
  executable: '/usr/bin/redis-server',
  commandLine: ['/usr/bin/redis-server', '/etc/redis/redis.conf'],
  secretInCommandLine: false,
};

export const secretInCommandLine: Check = {
  id: 'AUTH-016',
  area: 'authentication',
  title: 'A password stands in the command line',
  goal: 'Secrets are not passed as arguments',
  severity: 'medium',
  rationale:
    'Arguments can be read by every account of the host (ps), and land in unit files, container definitions and ' +
    'orchestrator logs. With an ACL file that lacks a `user default` line --requirepass has no effect besides.',
  evaluate: (snapshot) =>
    readFact(snapshot.process, 'the command line of the server process', (process, from) =>
      process.secretInCommandLine
        ? fail(
            [evidence(`${process.executable} was started with a password as argument`, from)],
            [
              byHand(
                'Move the password into the ACL file (as a hash) or into a conf file of mode 0640, and restart',
              ),
            ],
          )
        : pass(`no secret in the arguments of ${process.executable}`, from),
    ),
  remedy: 'Put secrets into files that only the server can read; then rotate this one.',
  references: [REFERENCES.security],
  attackPaths: ['AP-10'],
  examples: {
    bad: {
      server: 'redis-7.2',
      conf: '',
      facts: { process: exampleFact({ ...PROCESS, secretInCommandLine: true }) },
    },
    good: { server: 'redis-7.2', conf: '', facts: { process: exampleFact(PROCESS) } },
  },
};
