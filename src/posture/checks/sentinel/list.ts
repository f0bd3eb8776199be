/** The checks of the area "sentinel", in the order of their ids. */

import type { Check } from '../../check.ts';

export const sentinelChecks: readonly Check[] = [];
