/** USER-021: a monitoring user may read the data. */

import { reach, type User } from '../../../acl/index.ts';
import type { Check } from '../../check.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { dutyOf, holding, rows, runnable } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';
import { fail, pass } from '../../verdict.ts';

const MONITORS =
  /monitor|exporter|metrics|prometheus|telegraf|zabbix|grafana|datadog|newrelic|nagios|health|probe|collectd|observ/i;
const READS = ['get', 'mget', 'hgetall', 'lrange', 'smembers', 'zrange', 'xrange', 'dump', 'getrange'];

export const monitorReadsValues: Check = {
  id: 'USER-021',
  area: 'users',
  title: 'A monitoring user may read the data',
  goal: 'Monitoring needs no key',
  severity: 'medium',
  rationale:
    'Exporters read INFO, SLOWLOG LEN, LATENCY; none of it needs a key pattern. ~* +@read gives every value to the host ' +
    'that collects metrics. Which users are monitors is told from their name.',
  evaluate: (snapshot) =>
    readFact(snapshot.users, 'the users and their rules', (users, from) => {
      const found = users.flatMap((fact) => {
        const held =
          isMonitor(fact.user) && reach(fact.user).keys !== 'none' ? runnable(fact.user, READS) : [];
        return held.length === 0 ? [] : [{ fact, held }];
      });
      if (found.length === 0) return pass('no monitoring user reads keys', from);
      return fail(
        rows(found, ({ fact, held }) => holding(fact, held)),
        found.slice(0, 20).map(({ fact }) => ({
          kind: 'set-user' as const,
          name: fact.user.name,
          rules: [
            'resetkeys',
            '-@all',
            '+ping',
            '+info',
            '+time',
            '+dbsize',
            '+slowlog|len',
            '+latency|latest',
          ],
        })),
      );
    }),
  remedy: 'resetkeys, and the commands of the exporter one by one.',
  references: [REFERENCES.acl],
  attackPaths: ['AP-10'],
  examples: {
    bad: withUsers('redis-7.2', [`user exporter on ${HASH} ~* +@read +info`]),
    good: withUsers('redis-7.2', [`user exporter on ${HASH} +info +ping +slowlog|len`]),
  },
};

function isMonitor(user: User): boolean {
  return MONITORS.test(user.name) && dutyOf(user) !== 'off' && dutyOf(user) !== 'administrator';
}
