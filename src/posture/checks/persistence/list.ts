/** The checks of the area "persistence", in the order of their ids. */

import type { Check } from '../../check.ts';

export const persistenceChecks: readonly Check[] = [];
