/** The checks of the area "version", in the order of their ids. */

import type { Check } from '../../check.ts';

export const versionChecks: readonly Check[] = [];
