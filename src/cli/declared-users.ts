/**
 * What a policy says of its users, as checks ask for it: roles, ends, and when each credential was last replaced as far
 * as the state folder has it on record.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialRecord } from '../change/index.ts';
import { usersWithSecrets, type PolicyDocument } from '../policy/index.ts';
import type { DeclaredUser, DeclaredUsers } from '../posture/index.ts';
import type { CommandContext } from './context.ts';

/** `CREDENTIALS_FILE` of the change room. */
const RECORD = 'credentials.json';

/** When the credential of a user was last replaced, ISO 8601; undefined where nothing is recorded. */
export type RotatedAt = (user: string) => string | undefined;

/** The users of the policy, the Sentinels' own and the ones that fleets are audited as included. */
export function declaredUsers(document: PolicyDocument, rotatedAt: RotatedAt): DeclaredUsers {
  const auditors = document.fleets
    .flatMap(({ auth, sentinel }) => [auth, sentinel?.auth])
    .flatMap((auth) => (auth === undefined ? [] : [{ name: auth.user, role: 'custom' }]));
  const users = [...auditors, ...usersWithSecrets(document), ...document.users];
  return new Map<string, DeclaredUser>(
    users.map((user) => {
      const rotated = rotatedAt(user.name);
      return [
        user.name,
        {
          role: user.role,
          ...('expires' in user ? { expires: user.expires } : {}),
          ...('breakGlass' in user ? { breakGlass: user.breakGlass } : {}),
          ...(rotated === undefined ? {} : { rotatedAt: rotated }),
        },
      ] as const;
    }),
  );
}

/** When credentials were last replaced, wherever that was; the oldest of several fleets. */
export async function loadRotations(folder: string, context: CommandContext): Promise<RotatedAt> {
  const record = await readCredentialFile(folder, context);
  if (record.length === 0) return () => undefined;
  const { lastRotated } = await import('../change/index.ts');
  return (user) => lastRotated(record, user);
}

/**
 * The record of rotations of a state folder. One that is not there, or that cannot be read, leaves the ages unknown; the
 * latter is said.
 */
export async function readCredentialFile(folder: string, context: CommandContext): Promise<CredentialRecord> {
  const path = join(folder, RECORD);
  const text = readText(path);
  if (text === undefined) return [];
  // With its schema it takes a while to load, and most audits have no record.
  const { readCredentialRecord } = await import('../change/index.ts');
  const read: ReturnType<typeof readCredentialRecord> =
    typeof text === 'string' ? readCredentialRecord(text) : { ok: false, problem: text.message };
  if (read.ok) return read.record;
  context.terminal.err(`${path} is not used, the ages of credentials are unknown: ${read.problem}\n`);
  return [];
}

function readText(path: string): string | Error | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return error instanceof Error ? error : new Error('it cannot be read');
  }
}
