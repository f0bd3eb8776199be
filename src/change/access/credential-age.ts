/**
 * The record of when each credential was last replaced: `credentials.json` of the state folder. No server knows the age
 * of a password, so that whoever sets one writes it down here. Only the text is read and written; the file is the
 * caller's. It holds no secret and no hash.
 */

import { z } from 'zod';

/** Its name in the state folder. */
export const CREDENTIALS_FILE = 'credentials.json';

const ENTRIES_MAX = 200_000;
const RECORD_CHARS_MAX = 64 * 1024 * 1024;

const recordSchema = z.strictObject({
  schemaVersion: z.literal('1'),
  credentials: z
    .array(
      z.strictObject({
        user: z.string().min(1).max(1_024),
        fleet: z.string().min(1).max(64).optional(),
        rotatedAt: z.iso.datetime({ offset: true }),
      }),
    )
    .max(ENTRIES_MAX),
});

/** One credential: the user's on every node of a fleet, or of wherever `fleet` is absent. */
export interface CredentialEntry {
  readonly user: string;
  readonly fleet?: string | undefined;
  /** ISO 8601: when the present secret was set on the last node. */
  readonly rotatedAt: string;
}

export type CredentialRecord = readonly CredentialEntry[];

export type ReadRecord =
  | { readonly ok: true; readonly record: CredentialRecord }
  /** `problem`: what is wrong with the text, in one sentence without any of it. */
  | { readonly ok: false; readonly problem: string };

/** Reads the text of the file. What cannot be read is never an empty record: ages would look unknown, not lost. */
export function readCredentialRecord(text: string): ReadRecord {
  if (text.length > RECORD_CHARS_MAX)
    return { ok: false, problem: `it has more than ${RECORD_CHARS_MAX} characters` };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  const parsed = recordSchema.safeParse(data);
  if (parsed.success) return { ok: true, record: parsed.data.credentials };
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return { ok: false, problem: `${where === '' ? 'its shape' : where} is not as wardis writes it` };
}

/** The text of the file, one credential a line, in the order of fleets and users. */
export function printCredentialRecord(record: CredentialRecord): string {
  const lines = record
    .toSorted((a, b) => compare(a.fleet ?? '', b.fleet ?? '') || compare(a.user, b.user))
    .map(({ user, fleet, rotatedAt }) => `    ${JSON.stringify({ user, fleet, rotatedAt })}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "schemaVersion": "1",\n  "credentials": ${list}\n}\n`;
}

/** With one credential replaced at `rotatedAt`. */
export function recordRotation(record: CredentialRecord, rotated: CredentialEntry): CredentialRecord {
  return [...forgetCredential(record, rotated), rotated];
}

/** Without the credential of a user that is gone. */
export function forgetCredential(
  record: CredentialRecord,
  gone: Pick<CredentialEntry, 'user' | 'fleet'>,
): CredentialRecord {
  return record.filter((entry) => entry.user !== gone.user || entry.fleet !== gone.fleet);
}

/**
 * When the credential of a user was last replaced: in this fleet, or else what was recorded without a fleet. With no
 * fleet asked for, the oldest of all that are recorded. Undefined where nothing is.
 */
export function lastRotated(record: CredentialRecord, user: string, fleet?: string): string | undefined {
  const own = record.filter((entry) => entry.user === user);
  const fitting =
    fleet === undefined
      ? own
      : [own.find((entry) => entry.fleet === fleet) ?? own.find((entry) => entry.fleet === undefined)].filter(
          (entry) => entry !== undefined,
        );
  return fitting
    .map((entry) => entry.rotatedAt)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
