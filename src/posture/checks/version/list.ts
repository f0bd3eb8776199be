/** The checks of the area "version", in the order of their ids. */

import type { Check } from '../../check.ts';
import { branchEnded } from './branch-ended.ts';
import { knownFlaws } from './known-flaws.ts';
import { heldOffFlaws } from './held-off-flaws.ts';
import { openQuestions } from './open-questions.ts';
import { behind } from './behind.ts';
import { mixedVersions } from './mixed-versions.ts';
import { debianLua } from './debian-lua.ts';

export const versionChecks: readonly Check[] = [
  branchEnded,
  knownFlaws,
  heldOffFlaws,
  openQuestions,
  behind,
  mixedVersions,
  debianLua,
];
