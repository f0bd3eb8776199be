/** The checks of the area "files", in the order of their ids. */

import type { Check } from '../../check.ts';

export const filesChecks: readonly Check[] = [];
