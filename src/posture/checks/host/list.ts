/** The checks of the area "host", in the order of their ids. */

import type { Check } from '../../check.ts';

export const hostChecks: readonly Check[] = [];
