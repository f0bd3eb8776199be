/** The checks of the area "scripting", in the order of their ids. */

import type { Check } from '../../check.ts';
import { applicationScripts } from './application-scripts.ts';
import { debugCommandEnabled } from './debug-command-enabled.ts';
import { deprecatedLua } from './deprecated-lua.ts';
import { insecureLua } from './insecure-lua.ts';
import { moduleCommandEnabled } from './module-command-enabled.ts';
import { protectedConfigsEnabled } from './protected-configs-enabled.ts';
import { unknownModule } from './unknown-module.ts';

export const scriptingChecks: readonly Check[] = [
  applicationScripts,
  insecureLua,
  deprecatedLua,
  debugCommandEnabled,
  moduleCommandEnabled,
  protectedConfigsEnabled,
  unknownModule,
];
