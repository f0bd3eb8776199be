/** The checks of the area "cluster", in the order of their ids. */

import type { Check } from '../../check.ts';

export const clusterChecks: readonly Check[] = [];
