/** The checks of the area "users", in the order of their ids. */

import type { Check } from '../../check.ts';

export const usersChecks: readonly Check[] = [];
