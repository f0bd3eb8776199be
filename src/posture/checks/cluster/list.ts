/** The checks of the area "cluster", in the order of their ids. */

import type { Check } from '../../check.ts';
import { busInPlaintext } from './bus-in-plaintext.ts';
import { busOpen } from './bus-open.ts';
import { announcedInPublic } from './announced-in-public.ts';
import { unhealthy } from './unhealthy.ts';
import { readsWhenDown } from './reads-when-down.ts';
import { nodeFileOpen } from './node-file-open.ts';
import { stranger } from './stranger.ts';
import { noReplicationPassword } from './no-replication-password.ts';

export const clusterChecks: readonly Check[] = [
  busInPlaintext,
  busOpen,
  announcedInPublic,
  unhealthy,
  readsWhenDown,
  nodeFileOpen,
  stranger,
  noReplicationPassword,
];
