/** The checks of the area "replication", in the order of their ids. */

import type { Check } from '../../check.ts';
import { missingCredentials } from './missing-credentials.ts';
import { logsInAsDefault } from './logs-in-as-default.ts';
import { replicaWritable } from './replica-writable.ts';
import { powerfulReplicaSession } from './powerful-replica-session.ts';
import { writesWithoutReplicas } from './writes-without-replicas.ts';
import { linkDown } from './link-down.ts';
import { hiddenReplica } from './hidden-replica.ts';
import { unknownPrimary } from './unknown-primary.ts';
import { dualChannelWithoutSync } from './dual-channel-without-sync.ts';
import { uselessReplicationUser } from './useless-replication-user.ts';
import { powerfulReplicationUser } from './powerful-replication-user.ts';

export const replicationChecks: readonly Check[] = [
  missingCredentials,
  logsInAsDefault,
  replicaWritable,
  powerfulReplicaSession,
  writesWithoutReplicas,
  linkDown,
  hiddenReplica,
  unknownPrimary,
  dualChannelWithoutSync,
  uselessReplicationUser,
  powerfulReplicationUser,
];
