/** The checks of the area "users", in the order of their ids. */

import type { Check } from '../../check.ts';
import { aclFileRefused } from './acl-file-refused.ts';
import { applicationAdministrator } from './application-administrator.ts';
import { backupUserLacks } from './backup-user-lacks.ts';
import { connectSteps } from './connect-steps.ts';
import { crashingRule } from './crashing-rule.ts';
import { denyList } from './deny-list.ts';
import { duplicateUser } from './duplicate-user.ts';
import { emptyPattern } from './empty-pattern.ts';
import { emergencyAdministrator } from './emergency-administrator.ts';
import { everyChannel } from './every-channel.ts';
import { everyKey } from './every-key.ts';
import { firstArgumentRule } from './first-argument-rule.ts';
import { globInName } from './glob-in-name.ts';
import { idleDeny } from './idle-deny.ts';
import { keyspaceEvents } from './keyspace-events.ts';
import { manyAdministrators } from './many-administrators.ts';
import { minusPattern } from './minus-pattern.ts';
import { monitorReadsValues } from './monitor-reads-values.ts';
import { noChannel } from './no-channel.ts';
import { noCommand } from './no-command.ts';
import { expiredUser } from './expired-user.ts';
import { undeclaredUser } from './undeclared-user.ts';
import { nodesDiffer } from './nodes-differ.ts';
import { powerfulDefault } from './powerful-default.ts';
import { readerWrites } from './reader-writes.ts';
import { selectorBypass } from './selector-bypass.ts';
import { tenantOverlap } from './tenant-overlap.ts';
import { uncheckedPayload } from './unchecked-payload.ts';
import { undoneDeny } from './undone-deny.ts';
import { widenedKeys } from './widened-keys.ts';
import { wipedGrant } from './wiped-grant.ts';
import { writeOnlyReads } from './write-only-reads.ts';

export const usersChecks: readonly Check[] = [
  applicationAdministrator,
  everyKey,
  denyList,
  powerfulDefault,
  noCommand,
  wipedGrant,
  undoneDeny,
  idleDeny,
  minusPattern,
  widenedKeys,
  selectorBypass,
  emptyPattern,
  crashingRule,
  tenantOverlap,
  globInName,
  everyChannel,
  noChannel,
  keyspaceEvents,
  writeOnlyReads,
  manyAdministrators,
  monitorReadsValues,
  backupUserLacks,
  connectSteps,
  uncheckedPayload,
  aclFileRefused,
  duplicateUser,
  firstArgumentRule,
  readerWrites,
  nodesDiffer,
  expiredUser,
  undeclaredUser,
  emergencyAdministrator,
];
