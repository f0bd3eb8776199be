/**
 * The revision of a policy, and the user that proves which one a node runs: `wardis-revision`, off and without a right,
 * with two password hashes. The first is the revision, the same on every node and readable in ACL LIST; the second is a
 * digest of the declared users as apply left them, passwords included, so that it is of this node alone.
 */

import { createHash } from 'node:crypto';
import { parseUser, type CommandTable, type User } from '../../acl/index.ts';
import { REVISION_USER, type PolicyDocument } from '../../policy/index.ts';
import { imageOf } from './user-image.ts';

export const MARKER = REVISION_USER;

/** Digits of a revision that are shown. */
export const REVISION_DIGITS = 8;

/** Hex SHA-256 of what the policy means: level, choices, users and their rights. No secret, no place of a secret. */
export function policyRevision(policy: PolicyDocument): string {
  const { level, frameworks, exposure } = policy.request;
  const users = policy.users
    .map(({ name, role, keys, channels, databases, commands, expires, breakGlass }) => ({
      name,
      role,
      keys: keys.map(({ pattern, access }) => [pattern, access ?? null]),
      channels,
      databases,
      commands,
      expires: expires ?? null,
      until: breakGlass?.until ?? null,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const meaning = { level, frameworks: frameworks.toSorted(), exposure, choices: policy.choices, users };
  return sha256(JSON.stringify(meaning));
}

/** Hex SHA-256 of users as they stand, passwords included. */
export function digestUsers(users: Iterable<User>): string {
  const lines = [...users]
    .map((user) => ({ ...user, passwords: user.passwords.toSorted() }))
    .map((user) => `${user.name} ${imageOf(user)}`)
    .toSorted();
  return sha256(lines.join('\n'));
}

/** The marker that a node should have. */
export function markerUser(revision: string, digest: string, table: CommandTable): User {
  const channels = table.dialect.channels ? ['resetchannels'] : [];
  const rules = ['off', 'resetpass', `#${revision}`, `#${digest}`, 'resetkeys', ...channels, '-@all'];
  const { user } = parseUser(MARKER, rules, table);
  if (user === undefined) throw new Error('the marker has rules that every version takes');
  return user;
}

/** Stands where a revision stands while a node is changed, and until that was saved. */
const UNSAVED = '0'.repeat(64);

/** The marker of a node that is being changed: of no revision. */
export function unsavedMarker(table: CommandTable): User {
  return markerUser(UNSAVED, sha256(''), table);
}

export function isUnsaved(marker: User | undefined): boolean {
  return marker?.passwords[0] === UNSAVED;
}

/** What a marker says: the revision, and whether the declared users are still as it was set for. */
export function readMarker(
  marker: User | undefined,
  digest: string,
): { readonly revision: string; readonly exact: boolean } | undefined {
  const [revision, left] = marker?.passwords ?? [];
  return revision === undefined || revision === UNSAVED ? undefined : { revision, exact: left === digest };
}

/** A marker that could let somebody in, or do something, is none. */
export function isHarmless(marker: User, wanted: User): boolean {
  return (
    !marker.enabled &&
    !marker.nopass &&
    marker.selectors.length === 1 &&
    marker.selectors[0].rules === wanted.selectors[0].rules
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
