/** The checks of the area "network", in the order of their ids. */

import type { Check } from '../../check.ts';

export const networkChecks: readonly Check[] = [];
