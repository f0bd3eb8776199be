/** Sentinels watch data nodes, and each other, as some user. Without its rights they see a primary as down. */

import type { SessionFact } from '../../fleet/index.ts';
import type { Refusal } from '../plan.ts';
import {
  canLogIn,
  describeSessions,
  isSentinel,
  listNames,
  lostCommands,
  lostPasswords,
  showCommand,
  type Guard,
  type GuardedNode,
} from './case.ts';

/** What sentinel.c sends to servers. */
const NEEDS = (
  'ping info role publish subscribe multi exec slaveof replicaof ' +
  'config|rewrite client|setname client|kill script|kill'
).split(' ');
/** And to other Sentinels: they are not asked for INFO, and are never told to follow anybody. */
const PEER_NEEDS =
  'ping publish client|setname sentinel|is-master-down-by-addr sentinel|is-primary-down-by-addr'.split(' ');

export const guardSentinels: Guard = ({ draft, changes, sessions }) =>
  changes.flatMap((change): readonly Refusal[] => {
    const watching = (sessions.get(change.name) ?? []).filter(isSentinel);
    if (watching.length === 0) return [];
    const harm = harmOf(change, watching, draft.state.mode === 'sentinel' ? PEER_NEEDS : NEEDS);
    if (harm === undefined) return [];
    return [
      {
        code: 'sentinel-user',
        node: draft.node.id,
        user: change.name,
        message: `A Sentinel is logged in as ${change.name} from ${describeSessions(watching)}, which ${harm}: ${draft.state.mode === 'sentinel' ? 'the Sentinels could not agree on a failover any more' : 'it would take the node for down, or fail to promote it'}.`,
        next: nextOf(change.name, draft.state.mode),
        override: 'allow',
      },
    ];
  });

/** Towards servers and between Sentinels they log in by different settings; no policy declares `default`. */
function nextOf(user: string, mode: GuardedNode['draft']['state']['mode']): string {
  if (mode === 'sentinel') {
    return 'give the Sentinels a user of their own between them first: SENTINEL CONFIG SET sentinel-pass and sentinel-user at each (docs/migrate.md, Sentinels without a password)';
  }
  const other =
    'give the Sentinels another login first: SENTINEL SET NAME auth-user … auth-pass … at each (wardis migrate does)';
  return user === 'default'
    ? other
    : `declare ${user} with role: sentinel and the password that the Sentinels use, or ${other}`;
}

function harmOf(
  { before, after }: GuardedNode['changes'][number],
  sessions: readonly SessionFact[],
  needs: readonly string[],
): string | undefined {
  if (after === undefined) return 'would be removed';
  if (canLogIn(before) && !canLogIn(after)) return 'could not log in any more';
  const used = sessions.map(({ lastCommand }) => lastCommand.toLowerCase());
  const lost = lostCommands(before, after, new Set([...needs, ...used]));
  if (lost.length > 0) return `would lose ${listNames(lost.map(showCommand))}`;
  if (before.nopass && !after.nopass) return 'would want a password';
  return lostPasswords(before, after).length > 0
    ? 'would lose a password that the Sentinel may be using'
    : undefined;
}
