/** The checks of the area "files", in the order of their ids. */

import type { Check } from '../../check.ts';
import { aclFileReadable } from './acl-file-readable.ts';
import { aclTemplate } from './acl-template.ts';
import { badValue } from './bad-value.ts';
import { buildDependentDirective } from './build-dependent-directive.ts';
import { confReadable } from './conf-readable.ts';
import { confTemplate } from './conf-template.ts';
import { confWritable } from './conf-writable.ts';
import { configurationInDir } from './configuration-in-dir.ts';
import { duplicateDirective } from './duplicate-directive.ts';
import { foreignOwner } from './foreign-owner.ts';
import { includeProblem } from './include-problem.ts';
import { newerDirective } from './newer-directive.ts';
import { obsoleteDirective } from './obsolete-directive.ts';
import { oldName } from './old-name.ts';
import { renamedUnknown } from './renamed-unknown.ts';
import { runtimeDrift } from './runtime-drift.ts';
import { trailingComment } from './trailing-comment.ts';
import { unknownDirective } from './unknown-directive.ts';
import { unreadableConf } from './unreadable-conf.ts';
import { usersDrift } from './users-drift.ts';
import { usersInTwoPlaces } from './users-in-two-places.ts';

export const filesChecks: readonly Check[] = [
  unknownDirective,
  newerDirective,
  obsoleteDirective,
  trailingComment,
  confTemplate,
  duplicateDirective,
  usersInTwoPlaces,
  includeProblem,
  unreadableConf,
  badValue,
  buildDependentDirective,
  oldName,
  renamedUnknown,
  runtimeDrift,
  usersDrift,
  configurationInDir,
  confReadable,
  aclFileReadable,
  confWritable,
  foreignOwner,
  aclTemplate,
];
