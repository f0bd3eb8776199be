/** The checks of the area "limits", in the order of their ids. */

import type { Check } from '../../check.ts';
import { noMemoryLimit } from './no-memory-limit.ts';
import { policyWithoutLimit } from './policy-without-limit.ts';
import { tooFewDescriptors } from './too-few-descriptors.ts';
import { connectionsUnbounded } from './connections-unbounded.ts';
import { connectionsNearlyFull } from './connections-nearly-full.ts';
import { idleSessions } from './idle-sessions.ts';
import { deadPeers } from './dead-peers.ts';
import { outputUnbounded } from './output-unbounded.ts';
import { replicaOutputUnbounded } from './replica-output-unbounded.ts';
import { queryUnbounded } from './query-unbounded.ts';
import { bulkRaised } from './bulk-raised.ts';
import { clientMemoryUnbounded } from './client-memory-unbounded.ts';
import { endlessScripts } from './endless-scripts.ts';
import { memoryNearlyFull } from './memory-nearly-full.ts';

export const limitsChecks: readonly Check[] = [
  noMemoryLimit,
  policyWithoutLimit,
  tooFewDescriptors,
  connectionsUnbounded,
  connectionsNearlyFull,
  idleSessions,
  deadPeers,
  outputUnbounded,
  replicaOutputUnbounded,
  queryUnbounded,
  bulkRaised,
  clientMemoryUnbounded,
  endlessScripts,
  memoryNearlyFull,
];
