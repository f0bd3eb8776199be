/**
 * Which server: the product and its version, as in `redis-7.2` or `valkey-8.1.1`. Valkey also reports
 * a `redis_version` (7.2.4) for old clients; that number is never used here.
 */

export type Product = 'redis' | 'valkey';

export interface ServerVersion {
  readonly product: Product;
  /** Two to four numbers joined by dots: `7.2`, `7.0.15`, `255.255.255`. */
  readonly version: string;
}

// Four numbers of at most nine digits: far above any version, and safe as integers.
const VERSION = /^[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}$/;
const SERVER_NAME = /^(redis|valkey)[-@ ]v?(.+)$/i;
const SUFFIX = /[-+~](?:[0-9a-z.+~-]{1,64})$/i;

/**
 * The numbers of a version, or undefined when it is not one. A build suffix is dropped: `8.0.0-rc1`
 * and `7.0.15-1~deb12u1` read as 8.0.0 and 7.0.15.
 */
export function parseVersion(version: string): readonly number[] | undefined {
  const bare = version.trim().replace(SUFFIX, '');
  return VERSION.test(bare) ? bare.split('.').map(Number) : undefined;
}

/**
 * Below zero when `a` is older than `b`, zero when equal, above zero when newer. Missing numbers count
 * as zero (`7.2` equals `7.2.0`); something that is not a version is older than any version.
 */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a) ?? [-1];
  const right = parseVersion(b) ?? [-1];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

/**
 * Whether `server` is at least the least version given for its product. A product that is not named
 * answers false: `versionAtLeast(valkey, { redis: '7.0' })` says nothing about Valkey.
 */
export function versionAtLeast(
  server: ServerVersion,
  least: string | Readonly<Partial<Record<Product, string>>>,
): boolean {
  const wanted = typeof least === 'string' ? least : least[server.product];
  return wanted !== undefined && compareVersions(server.version, wanted) >= 0;
}

/** Reads `redis-7.2`, `valkey-8.1.1`, `Redis 7.0.15`; undefined when it is neither. */
export function parseServerName(name: string): ServerVersion | undefined {
  const match = SERVER_NAME.exec(name.trim());
  const numbers = match?.[2] === undefined ? undefined : parseVersion(match[2]);
  if (match?.[1] === undefined || numbers === undefined) return undefined;
  return { product: match[1].toLowerCase() === 'redis' ? 'redis' : 'valkey', version: numbers.join('.') };
}

/** `redis-7.2`, the form that `parseServerName` reads. */
export function formatServerName(server: ServerVersion): string {
  return `${server.product}-${server.version}`;
}
