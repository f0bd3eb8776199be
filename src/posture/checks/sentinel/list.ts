/** The checks of the area "sentinel", in the order of their ids. */

import type { Check } from '../../check.ts';
import { openSentinel } from './open-sentinel.ts';
import { scriptsReconfigurable } from './scripts-reconfigurable.ts';
import { noLoginToPrimary } from './no-login-to-primary.ts';
import { sentinelLogsInAsDefault } from './logs-in-as-default.ts';
import { unresolvableName } from './unresolvable-name.ts';
import { quorum } from './quorum.ts';
import { tooFew } from './too-few.ts';
import { runsScripts } from './runs-scripts.ts';
import { cannotTalk } from './cannot-talk.ts';

export const sentinelChecks: readonly Check[] = [
  openSentinel,
  scriptsReconfigurable,
  noLoginToPrimary,
  sentinelLogsInAsDefault,
  unresolvableName,
  quorum,
  tooFew,
  runsScripts,
  cannotTalk,
];
