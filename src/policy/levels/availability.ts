/**
 * Which expected settings a version has, by the recorded catalogue. The cluster bus's protected mode is newer than the
 * recorded servers; its versions are those of the release notes of Redis 8.6.7, 8.8.3 and 8.10.2.
 */

import { getDirective, type ServerVersion } from '../../conf/index.ts';

/** Whether the version has the directive. */
export function isAvailable(server: ServerVersion, name: string): boolean {
  return name === 'cluster-bus-port-protected-mode'
    ? hasBusProtection(server)
    : getDirective(name, server) !== undefined;
}

function hasBusProtection(server: ServerVersion): boolean {
  const [major = 0, minor = 0, patch = 0] = server.version.split('.').map(Number);
  if (server.product !== 'redis' || major < 8) return false;
  if (major > 8 || minor > 10) return true;
  const since: Readonly<Record<number, number>> = { 6: 7, 8: 3, 10: 2 };
  return patch >= (since[minor] ?? Number.POSITIVE_INFINITY);
}
