/** The checks of the area "limits", in the order of their ids. */

import type { Check } from '../../check.ts';

export const limitsChecks: readonly Check[] = [];
