/** Who asks for a change, for journals and receipts: the login name and the host, `deploy@bastion`. */

import { hostname, userInfo } from 'node:os';

export function describeActor(): string {
  return `${loginName()}@${hostname()}`;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that no file names.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
