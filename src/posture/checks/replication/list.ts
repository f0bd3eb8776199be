/** The checks of the area "replication", in the order of their ids. */

import type { Check } from '../../check.ts';

export const replicationChecks: readonly Check[] = [];
