/** Writes down when credentials were replaced, for the check of their age. */

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

type Place = Pick<FleetEntry, 'stateFolder' | 'fleet'>;
type Surroundings = Pick<CommandContext, 'now'> & {
  readonly terminal: Pick<CommandContext['terminal'], 'err'>;
};

export function rememberRotation(user: string, entry: Place, context: Surroundings): void {
  rememberRotations([user], entry, context);
}

/** Of many in one write. A record that cannot be read is left alone and said: the rotation itself is done. */
export function rememberRotations(users: readonly string[], entry: Place, context: Surroundings): void {
  if (users.length === 0) return;
  const path = join(entry.stateFolder, CREDENTIALS_FILE);
  const read = readCredentialRecord(
    existsSync(path) ? readFileSync(path, 'utf8') : printCredentialRecord([]),
  );
  if (!read.ok) {
    context.terminal.err(`${path} was left as it is, and the day is not in it: ${read.problem}\n`);
    return;
  }
  const rotatedAt = context.now().toISOString();
  const fleet = entry.fleet === undefined ? {} : { fleet: entry.fleet.name };
  const record = users.reduce<typeof read.record>(
    (known, user) => recordRotation(known, { user, ...fleet, rotatedAt }),
    read.record,
  );
  writeWhole(path, printCredentialRecord(record), 0o600);
}
