/** Metrics collectors must go on seeing: what they read is part of how an outage is noticed. */

import type { SessionFact } from '../../fleet/index.ts';
import type { Refusal } from '../plan.ts';
import {
  canLogIn,
  describeSessions,
  isReplica,
  isSentinel,
  listNames,
  lostCommands,
  showCommand,
  type Guard,
  type GuardedNode,
} from './case.ts';

const NEEDS = ['info', 'ping'];
const OBSERVES = /^(?:info|latency|slowlog|commandlog|memory|dbsize|lastsave)(?:\||$)/;
const NAMED = /exporter|telegraf|datadog|collectd|prometheus|zabbix|newrelic/i;

export const guardExporters: Guard = ({ draft, changes, sessions }) =>
  changes.flatMap((change): readonly Refusal[] => {
    const observing = (sessions.get(change.name) ?? []).filter(isExporter);
    const harm = observing.length === 0 ? undefined : harmOf(change, observing);
    if (harm === undefined) return [];
    return [
      {
        code: 'exporter-user',
        node: draft.node.id,
        user: change.name,
        message: `Metrics are collected as ${change.name} from ${describeSessions(observing)}, which ${harm}: monitoring would go blind.`,
        next: `declare ${change.name} with role: monitor, or pass --allow exporter-user`,
        override: 'allow',
      },
    ];
  });

/** By its name or library, or because all that it does is look. */
export function isExporter(session: SessionFact): boolean {
  if (isReplica(session) || isSentinel(session)) return false;
  return NAMED.test(`${session.name} ${session.library}`) || OBSERVES.test(session.lastCommand.toLowerCase());
}

function harmOf(
  { before, after }: GuardedNode['changes'][number],
  sessions: readonly SessionFact[],
): string | undefined {
  if (after === undefined) return 'would be removed';
  if (canLogIn(before) && !canLogIn(after)) return 'could not log in any more';
  const used = sessions.map(({ lastCommand }) => lastCommand.toLowerCase());
  const lost = lostCommands(before, after, new Set([...NEEDS, ...used]));
  return lost.length > 0 ? `would lose ${listNames(lost.map(showCommand))}` : undefined;
}
