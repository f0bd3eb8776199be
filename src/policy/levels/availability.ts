/**
 * Which expected settings a version lacks. Seen on real servers, Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2; the
 * bus port's protected mode from the release notes of Redis 8.6.7, 8.8.3 and 8.10.2.
 */

import { versionAtLeast, type Product, type ServerVersion } from '../../conf/index.ts';

type Since = Readonly<Partial<Record<Product, string>>>;

const SINCE: Readonly<Record<string, Since>> = {
  'acl-pubsub-default': { redis: '6.2', valkey: '7.2' },
  'enable-debug-command': { redis: '7.0', valkey: '7.2' },
  'enable-module-command': { redis: '7.0', valkey: '7.2' },
  'enable-protected-configs': { redis: '7.0', valkey: '7.2' },
  'hide-user-data-from-log': { redis: '7.4', valkey: '8.0' },
  'lua-enable-deprecated-api': { redis: '8.0', valkey: '8.1' },
  'lua-enable-insecure-api': { valkey: '8.1' },
  'maxmemory-clients': { redis: '7.0', valkey: '7.2' },
  'rdb-version-check': { valkey: '8.1' },
  'sanitize-dump-payload': { redis: '6.2', valkey: '7.2' },
};

/** Whether the version has the directive. */
export function isAvailable(server: ServerVersion, name: string): boolean {
  if (name === 'sanitize-dump-payload' && versionAtLeast(server, { valkey: '9.0' })) return false;
  if (name === 'cluster-bus-port-protected-mode') return hasBusProtection(server);
  const since = SINCE[name];
  return since === undefined || versionAtLeast(server, since);
}

function hasBusProtection(server: ServerVersion): boolean {
  const [major = 0, minor = 0, patch = 0] = server.version.split('.').map(Number);
  if (server.product !== 'redis' || major < 8) return false;
  if (major > 8 || minor > 10) return true;
  const since: Readonly<Record<number, number>> = { 6: 7, 8: 3, 10: 2 };
  return patch >= (since[minor] ?? Number.POSITIVE_INFINITY);
}
