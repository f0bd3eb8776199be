/**
 * Which users earlier revisions declared, by fleet: `owned.json` of the state folder. A user that is in it and no longer
 * in the policy is ours to remove; without it nobody could tell a retired user from somebody else's.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailure } from '../failure.ts';
import { writeWhole } from '../file-output.ts';

const OWNED_FILE = 'owned.json';
/** Of servers that are planned without a fleet. */
const NO_FLEET = '';

const ownedSchema = z.strictObject({
  schemaVersion: z.literal('1'),
  fleets: z.array(z.strictObject({ fleet: z.string(), users: z.array(z.string()) })),
});

type Owned = z.infer<typeof ownedSchema>;

/** Names that an earlier apply declared; empty where none did. */
export function readOwnedUsers(stateFolder: string, fleet: string | undefined): ReadonlySet<string> {
  const found = readOwned(stateFolder).fleets.find((each) => each.fleet === (fleet ?? NO_FLEET));
  return new Set(found?.users);
}

/** Written after an apply: the users that the policy declares now. The state folder must be open. */
export function writeOwnedUsers(
  stateFolder: string,
  fleet: string | undefined,
  users: Iterable<string>,
): void {
  const name = fleet ?? NO_FLEET;
  const others = readOwned(stateFolder).fleets.filter((each) => each.fleet !== name);
  const owned: Owned = {
    schemaVersion: '1',
    fleets: [...others, { fleet: name, users: [...new Set(users)].toSorted() }],
  };
  writeWhole(join(stateFolder, OWNED_FILE), `${JSON.stringify(owned, null, 2)}\n`, 0o600);
}

function readOwned(stateFolder: string): Owned {
  const path = join(stateFolder, OWNED_FILE);
  if (!existsSync(path)) return { schemaVersion: '1', fleets: [] };
  try {
    return ownedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new CommandFailure(
      {
        code: 'E_STATE',
        what: 'the list of users that earlier revisions declared cannot be read; nothing was done',
        target: path,
        cause: 'it is not as wardis apply writes it',
        next: 'restore it from a copy; without it, users that the policy lost are left where they are',
      },
      { cause: error },
    );
  }
}
