/** Which user the replicas log in as: the one that `masteruser` names, or one that is called so. */

import type { User } from '../acl/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import { settingValue } from './reading.ts';

const REPLICAS =
  /(^|[^a-z])(repl|replica|replicas|replication|replicator|replicauser|slave|slaves|syncuser)([^a-z]|$)/i;

export function isReplicationUser(snapshot: Snapshot, user: User): boolean {
  if (user.name === 'default') return false;
  const named = settingValue(snapshot, 'masteruser') || settingValue(snapshot, 'primaryuser');
  return user.name === named || REPLICAS.test(user.name);
}
