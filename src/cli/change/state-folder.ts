/**
 * The state folder: runs with their journals, receipts, and the keys that seal and sign. It holds what undoes a change,
 * sealed, so it is closed to others, and a folder that others may write to is not trusted.
 */

import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { makePrivateFolder } from '../file-output.ts';
import type { FleetFlags } from './fleet-options.ts';

const STATE_DEFAULT = '.wardis';
const OTHERS_WRITE = 0o022;

/** Where state is kept: `--state`, else `.wardis` beside the policy, else here. Nothing is made yet. */
export function stateFolderOf(flags: Pick<FleetFlags, 'state'>, policyPath: string | undefined): string {
  return resolve(flags.state ?? join(policyPath === undefined ? '.' : dirname(policyPath), STATE_DEFAULT));
}

/** Where users' secrets are: `--secrets`, else `secrets` beside the policy, else here. */
export function secretsFolderOf(flags: Pick<FleetFlags, 'secrets'>, policyPath: string | undefined): string {
  return resolve(flags.secrets ?? join(policyPath === undefined ? '.' : dirname(policyPath), 'secrets'));
}

/** The state folder, made if it is not there. Throws a {@link CommandFailure} where somebody else could change it. */
export function openStateFolder(folder: string): string {
  if (!existsSync(folder)) makePrivateFolder(folder);
  distrustStateFolder(folder);
  return folder;
}

/**
 * Before runs are read to go on with them: they name the nodes that get our credentials. Throws a {@link CommandFailure}
 * where somebody else could have written them; one that is not there holds nothing.
 */
export function distrustStateFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return;
  const { mode, uid } = found;
  const self = process.getuid?.();
  const directory = (mode & 0o170000) === 0o040000;
  const ours = self === undefined || ((uid === self || uid === 0) && (mode & OTHERS_WRITE) === 0);
  if (directory && ours) return;
  throw new CommandFailure({
    code: 'E_STATE',
    what: 'the state folder is not used; nothing was changed',
    target: folder,
    cause: directory ? 'others than you may change it' : 'this is not a folder',
    next: directory ? `chmod 700 ${folder}, and look who made it` : 'name another: --state DIR',
  });
}
