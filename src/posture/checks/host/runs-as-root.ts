/** HOST-001: as whom the server runs is what its bugs are worth. */

import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { exampleUnit } from '../../example.ts';
import { byHand, readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const runsAsRoot: Check = {
  id: 'HOST-001',
  area: 'host',
  title: 'The server runs as root',
  goal: 'The server runs as a user of its own',
  severity: 'critical',
  rationale:
    'Every file that the server can be made to write, and every flaw in its scripting engine, is then worth the whole host. The server needs no privilege beyond its own directory.',
  evaluate: (snapshot) => {
    if (snapshot.process.known) {
      const { value, from } = snapshot.process;
      return value.user === 'root'
        ? fail([evidence(`process ${value.pid} runs as root`, from)], FIX)
        : pass(`process ${value.pid} runs as ${value.user}`, from);
    }
    return readFact(snapshot.unit, 'the process or its systemd unit', ({ name, service }, from) => {
      if (service.get('DynamicUser') === 'yes') return pass(`${name}: DynamicUser=yes`, from);
      const user = service.get('User') ?? '';
      return user === '' || user === 'root' || user === '0'
        ? fail([evidence(`${name}: ${user === '' ? 'no User=' : `User=${user}`}`, from)], FIX)
        : pass(`${name}: User=${user}`, from);
    });
  },
  remedy: 'Create a system user, set User= and Group= in the unit, and chown the data directory to it.',
  references: [REFERENCES.security, REFERENCES.systemd],
  attackPaths: ['AP-01', 'AP-02', 'AP-04'],
  examples: {
    bad: { server: 'redis-7.2', conf: '', facts: exampleUnit({ ExecStart: '/usr/bin/redis-server' }) },
    good: { server: 'redis-7.2', conf: '', facts: exampleUnit({ User: 'redis' }) },
  },
};

const FIX: readonly Change[] = [
  byHand('Set User=redis and Group=redis in the unit, chown the data directory, and restart.'),
];
