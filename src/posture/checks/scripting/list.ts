/** The checks of the area "scripting", in the order of their ids. */

import type { Check } from '../../check.ts';

export const scriptingChecks: readonly Check[] = [];
