/** The checks of the area "authentication", in the order of their ids. */

import type { Check } from '../../check.ts';
import { anyoneIsAUser } from './anyone-is-a-user.ts';
import { anyoneIsAdministrator } from './anyone-is-administrator.ts';
import { clearPasswordInFile } from './clear-password-in-file.ts';
import { credentialOverdue } from './credential-overdue.ts';
import { defaultEnabled } from './default-enabled.ts';
import { defaultOffKeepsNopass } from './default-off-keeps-nopass.ts';
import { defaultUserUndeclared } from './default-user-undeclared.ts';
import { emptyPassword } from './empty-password.ts';
import { emptyRequirepass } from './empty-requirepass.ts';
import { enabledWithoutPassword } from './enabled-without-password.ts';
import { failedLogins } from './failed-logins.ts';
import { guessablePassword } from './guessable-password.ts';
import { namedUserNopass } from './named-user-nopass.ts';
import { replicationPasswordReused } from './replication-password-reused.ts';
import { requirepassBesideAclfile } from './requirepass-beside-aclfile.ts';
import { rotationUnfinished } from './rotation-unfinished.ts';
import { secretInCommandLine } from './secret-in-command-line.ts';
import { secretInComment } from './secret-in-comment.ts';
import { sessionsAsDefault } from './sessions-as-default.ts';
import { sessionsOfDisabledUsers } from './sessions-of-disabled-users.ts';
import { sharedPassword } from './shared-password.ts';
import { shortPassword } from './short-password.ts';
import { templatePassword } from './template-password.ts';

export const authenticationChecks: readonly Check[] = [
  anyoneIsAdministrator,
  anyoneIsAUser,
  defaultEnabled,
  defaultUserUndeclared,
  requirepassBesideAclfile,
  emptyRequirepass,
  namedUserNopass,
  enabledWithoutPassword,
  emptyPassword,
  guessablePassword,
  templatePassword,
  shortPassword,
  sharedPassword,
  clearPasswordInFile,
  secretInComment,
  secretInCommandLine,
  rotationUnfinished,
  replicationPasswordReused,
  defaultOffKeepsNopass,
  failedLogins,
  sessionsAsDefault,
  sessionsOfDisabledUsers,
  credentialOverdue,
];
