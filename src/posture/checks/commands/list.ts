/** The checks of the area "commands", in the order of their ids. */

import type { Check } from '../../check.ts';

export const commandsChecks: readonly Check[] = [];
