/**
 * Whoever replicas log in as must stay. Seen on real servers: a link whose user is switched off stays up until it is cut
 * and never comes back; deleting the user cuts it at once. A primary that takes over must know the same user.
 */

import { hashPassword } from '../../acl/index.ts';
import type { Refusal } from '../plan.ts';
import {
  canLogIn,
  isReplica,
  listNames,
  lostCommands,
  lostPasswords,
  showCommand,
  type Guard,
  type GuardedFleet,
  type GuardedNode,
  type ReplicaLogin,
  type ReplicaLogins,
} from './case.ts';

/** PING comes before AUTH. SYNC is for the second channel of Valkey 8.0 and later. */
const NEEDS = ['psync', 'replconf'];

export const guardReplication: Guard = ({ draft, changes, sessions }, fleet) => {
  if (draft.state.mode === 'sentinel') return [];
  const dual = draft.state.settings.get('dual-channel-replication-enabled');
  const needs = dual?.known === true && dual.value === 'yes' ? [...NEEDS, 'sync'] : NEEDS;
  const logins = loginsOf(draft.node.group, fleet);
  return changes.flatMap((change): readonly Refusal[] => {
    const { name } = change;
    const seen = logins.names.has(name) ? [] : (sessions.get(name) ?? []).filter(isReplica);
    const ours = [
      ...(logins.byUser.get(name) ?? []),
      ...seen.map(({ address }) => ({ user: name, now: name, hash: undefined, replica: address })),
    ];
    if (ours.length === 0) return [];
    const harm = harmOf(change, ours, needs);
    if (harm === undefined) return [];
    const replicas = [...new Set(ours.map(({ replica }) => replica))];
    const away = replicas.filter((replica) => isAway(replica, fleet));
    const there = ours.filter(({ replica }) => !away.includes(replica));
    const onlyAway = there.length === 0 || harmOf(change, there, needs) === undefined;
    const who = `${listNames(replicas, 4)} ${replicas.length === 1 ? 'replicates' : 'replicate'}`;
    return [
      {
        code: 'replication-user',
        node: draft.node.id,
        user: change.name,
        message: `${who} as ${change.name}, which ${harm}: replication would stop.`,
        next: onlyAway
          ? `bring ${listNames(away, 4)} back, or leave ${away.length === 1 ? 'it' : 'them'} out of the fleet; then plan again`
          : change.name === 'default'
            ? 'give the replicas another login first: CONFIG SET masteruser and masterauth (wardis migrate does)'
            : `declare ${change.name} in the policy with role: replication, or give the replicas another masteruser first`,
        override: 'allow',
      },
    ];
  });
};

/** A node of the fleet that could not be read: as whom it will replicate is not known, and it cannot be told. */
function isAway(id: string, { nodes, input }: GuardedFleet): boolean {
  const known = input.topology.nodes.some((node) => node.id === id);
  return known && !nodes.some(({ draft }) => draft.node.id === id);
}

/** Replicas of the node, and of the others that it may take over from. */
function loginsOf(group: string | undefined, fleet: GuardedFleet): ReplicaLogins {
  const known = fleet.logins.get(group) ?? sortLogins(findLogins(group, fleet));
  fleet.logins.set(group, known);
  return known;
}

function sortLogins(logins: readonly ReplicaLogin[]): ReplicaLogins {
  const byUser = new Map<string, ReplicaLogin[]>();
  for (const login of logins) {
    const known = byUser.get(login.user);
    if (known === undefined) byUser.set(login.user, [login]);
    else known.push(login);
  }
  return { byUser, names: new Set(logins.flatMap(({ now, user }) => [now, user])) };
}

function findLogins(group: string | undefined, { nodes, input }: GuardedFleet): readonly ReplicaLogin[] {
  if (input.topology.kind === 'standalone') return [];
  const read = new Set(nodes.map(({ draft: other }) => other.node.id));
  const logins = nodes
    .filter(({ draft: other }) => other.role === 'replica' && other.node.group === group)
    .map(({ draft: other }) => {
      const { settings, secrets } = other.state;
      const user = settings.get('masteruser');
      const password = secrets.get('masterauth');
      const now = user?.known === true && user.value !== '' ? user.value : 'default';
      const changes = other.settings.flatMap((setting) => setting.changes);
      const next = changes.find(({ name }) => name === 'masteruser' || name === 'primaryuser')?.after;
      const secret =
        changes.find(({ name }) => name === 'masterauth' || name === 'primaryauth')?.after ??
        (password?.known === true ? password.value : undefined);
      const clear = typeof secret === 'string' ? secret : secret?.reveal();
      return {
        user: typeof next === 'string' ? next : now,
        now,
        hash: clear === undefined || clear === '' ? undefined : hashPassword(clear),
        replica: other.node.id,
      };
    });
  // A replica that could not be read comes back as it was, and most likely as the others are.
  const unread = input.topology.nodes.filter(
    (node) => node.role === 'replica' && node.group === group && !read.has(node.id),
  );
  const names = new Set(logins.map(({ now }) => now));
  return [
    ...logins,
    ...unread.flatMap(({ id }) =>
      [...names].map((user) => ({ user, now: user, hash: undefined, replica: id })),
    ),
  ];
}

function harmOf(
  { before, after }: GuardedNode['changes'][number],
  logins: readonly ReplicaLogin[],
  needs: readonly string[],
): string | undefined {
  if (after === undefined) return 'would be removed';
  if (canLogIn(before) && !canLogIn(after)) return 'could not log in any more';
  const lost = lostCommands(before, after, needs);
  if (lost.length > 0) return `would lose ${listNames(lost.map(showCommand))}`;
  const gone = lostPasswords(before, after);
  if (
    before.nopass &&
    !after.nopass &&
    logins.some(({ hash }) => hash === undefined || !after.passwords.includes(hash))
  )
    return 'would want a password that the replica does not send';
  if (logins.some(({ hash }) => hash !== undefined && gone.includes(hash)))
    return 'would lose the password that the replica sends';
  const unknown = logins.some(({ hash }) => hash === undefined);
  return unknown && gone.length > 0 ? 'would lose a password that the replica may be sending' : undefined;
}
