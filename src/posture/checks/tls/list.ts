/** The checks of the area "tls", in the order of their ids. */

import type { Check } from '../../check.ts';

export const tlsChecks: readonly Check[] = [];
