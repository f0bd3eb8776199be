/** The checks of the area "logging", in the order of their ids. */

import type { Check } from '../../check.ts';

export const loggingChecks: readonly Check[] = [];
