/** Writes down when a credential was replaced, for the check of their age. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CREDENTIALS_FILE,
  printCredentialRecord,
  readCredentialRecord,
  recordRotation,
} from '../../change/index.ts';
import type { CommandContext } from '../context.ts';
import { writeWhole } from '../file-output.ts';
import type { FleetEntry } from './fleet-access.ts';

/** A record that cannot be read is left alone and said: the rotation itself is done. */
export function rememberRotation(user: string, entry: FleetEntry, context: CommandContext): void {
  const path = join(entry.stateFolder, CREDENTIALS_FILE);
  const read = readCredentialRecord(
    existsSync(path) ? readFileSync(path, 'utf8') : printCredentialRecord([]),
  );
  if (!read.ok) {
    context.terminal.err(`${path} was left as it is, and the day is not in it: ${read.problem}\n`);
    return;
  }
  const entryOf = {
    user,
    ...(entry.fleet === undefined ? {} : { fleet: entry.fleet.name }),
    rotatedAt: context.now().toISOString(),
  };
  writeWhole(path, printCredentialRecord(recordRotation(read.record, entryOf)), 0o600);
}
