/** The checks of the area "authentication", in the order of their ids. */

import type { Check } from '../../check.ts';

export const authenticationChecks: readonly Check[] = [];
