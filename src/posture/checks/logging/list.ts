/** The checks of the area "logging", in the order of their ids. */

import type { Check } from '../../check.ts';
import { accessLogShort } from './access-log-short.ts';
import { accessLogOverrun } from './access-log-overrun.ts';
import { nowhereToLog } from './nowhere-to-log.ts';
import { noCopyOffHost } from './no-copy-off-host.ts';
import { userDataInLog } from './user-data-in-log.ts';
import { logLevel } from './log-level.ts';
import { noCommandAudit } from './no-command-audit.ts';
import { retentionUnproven } from './retention-unproven.ts';
import { underAttack } from './under-attack.ts';
import { crashLogOff } from './crash-log-off.ts';
import { logFileOpen } from './log-file-open.ts';
import { somebodyWatches } from './somebody-watches.ts';
import { noSlowLog } from './no-slow-log.ts';
import { noLatencyRecord } from './no-latency-record.ts';

export const loggingChecks: readonly Check[] = [
  accessLogShort,
  accessLogOverrun,
  nowhereToLog,
  noCopyOffHost,
  userDataInLog,
  logLevel,
  noCommandAudit,
  retentionUnproven,
  underAttack,
  crashLogOff,
  logFileOpen,
  somebodyWatches,
  noSlowLog,
  noLatencyRecord,
];
