/** LOG-003: a log that goes nowhere. */

import type { Change } from '../../../policy/index.ts';
import type { Check } from '../../check.ts';
import { readSettings, setAndRestart } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, pass } from '../../verdict.ts';

export const nowhereToLog: Check = {
  id: 'LOG-003',
  area: 'logging',
  title: 'The server log goes nowhere',
  goal: 'The server log is kept',
  severity: 'medium',
  rationale:
    'An empty logfile means standard output. With daemonize yes that is /dev/null: starts, failed TLS handshakes, replication to strangers and crashes leave no trace. Under systemd or in a container it is collected.',
  evaluate: (snapshot) =>
    readSettings(snapshot, ['logfile', 'syslog-enabled'], ({ logfile, 'syslog-enabled': syslog }) => {
      if (logfile.value === '/dev/null' && syslog.value !== 'yes')
        return fail([evidence('logfile /dev/null', logfile.from)], FIX);
      if (logfile.value !== '') return pass(`logfile ${logfile.value}`, logfile.from);
      if (syslog.value === 'yes') return pass('syslog-enabled yes', syslog.from);
      return readSettings(snapshot, ['daemonize'], ({ daemonize }) => {
        if (daemonize.value === 'yes')
          return fail([evidence('logfile "" with daemonize yes', daemonize.from)], FIX);
        if (snapshot.unit.known)
          return pass(`standard output, kept by ${snapshot.unit.value.name}`, snapshot.unit.from);
        return {
          status: 'manual',
          instruction:
            'Show that the standard output of the server is collected (journald, or the container platform).',
        };
      });
    }),
  remedy: 'Set logfile, or syslog-enabled yes, or run under a supervisor that keeps the output.',
  references: [REFERENCES.admin, REFERENCES.adminValkey],
  examples: {
    bad: { server: 'redis-7.2', conf: 'daemonize yes\n' },
    good: { server: 'redis-7.2', conf: 'logfile /var/log/redis/redis.log\n' },
  },
};

const FIX: readonly Change[] = [
  setAndRestart('logfile', '/var/log/redis/redis.log'),
  setAndRestart('syslog-enabled', 'yes'),
];
