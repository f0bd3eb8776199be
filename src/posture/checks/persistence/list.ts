/** The checks of the area "persistence", in the order of their ids. */

import type { Check } from '../../check.ts';
import { noPersistence } from './no-persistence.ts';
import { savePointsIgnored } from './save-points-ignored.ts';
import { dataReadable } from './data-readable.ts';
import { dirWritable } from './dir-writable.ts';
import { writeTarget } from './write-target.ts';
import { durableYetEvicted } from './durable-yet-evicted.ts';
import { writesAfterFailedSave } from './writes-after-failed-save.ts';
import { noChecksum } from './no-checksum.ts';
import { encryptionAtRest } from './encryption-at-rest.ts';
import { backupUntested } from './backup-untested.ts';
import { uncheckedPayloads } from './unchecked-payloads.ts';
import { logNotSynced } from './log-not-synced.ts';
import { savingFails } from './saving-fails.ts';

export const persistenceChecks: readonly Check[] = [
  noPersistence,
  savePointsIgnored,
  dataReadable,
  dirWritable,
  writeTarget,
  durableYetEvicted,
  writesAfterFailedSave,
  noChecksum,
  encryptionAtRest,
  backupUntested,
  uncheckedPayloads,
  logNotSynced,
  savingFails,
];
