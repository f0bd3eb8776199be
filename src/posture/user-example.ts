/** Pieces of which the examples of checks on users are made. */

import type { Snapshot } from '../fleet/index.ts';
import type { Example } from './check.ts';

/** Stands where a user's password hash stands; of no real password. */
export const HASH = `#${'a1b2c3d4'.repeat(8)}`;
/** Another one, so that two users of an example do not share a password. */
export const OTHER_HASH = `#${'0f1e2d3c'.repeat(8)}`;

/** A server whose ACL file switches `default` off and holds these lines. */
export function withUsers(
  server: string,
  lines: readonly string[],
  more: { readonly conf?: string; readonly facts?: Partial<Snapshot> } = {},
): Example {
  return {
    ...withAclFile(server, ['user default off resetpass', ...lines], more.conf),
    ...(more.facts === undefined ? {} : { facts: more.facts }),
  };
}

/** A server whose ACL file holds these lines and no others. */
export function withAclFile(server: string, lines: readonly string[], conf = ''): Example {
  return { server, conf: `${conf}aclfile users.acl\n`, acl: [...lines, ''].join('\n') };
}
