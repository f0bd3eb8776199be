/**
 * What a server name without a patch level stands for: the build that its table was recorded from. `7.2` alone would
 * otherwise mean 7.2.0, whose holes the later builds have closed.
 */
import type { Product, ServerVersion } from './dialect.ts';

/** Builds that the bundled tables and the recorded vectors come from, by branch. */
export const RECORDED_BUILDS: ReadonlyMap<string, string> = new Map([
  ['redis-6.0', '6.0.16'],
  ['redis-6.2', '6.2.16'],
  ['redis-7.0', '7.0.15'],
  ['redis-7.2', '7.2.6'],
  ['redis-7.4', '7.4.1'],
  ['redis-8.0', '8.0.6'],
  ['valkey-7.2', '7.2.7'],
  ['valkey-8.0', '8.0.1'],
  ['valkey-8.1', '8.1.1'],
  ['valkey-9.1', '9.1.2'],
]);

/** `7.2` becomes `7.2.6`; a full version, or a branch that was not recorded, stays as it is. */
export function completeVersion(server: ServerVersion): ServerVersion {
  const build = RECORDED_BUILDS.get(`${server.product}-${server.version}`);
  return build === undefined ? server : { product: server.product, version: build };
}

/**
 * The server that a name means: `redis-7.2` is 7.2.6, the recorded build; `redis-7.2.16` is itself. Undefined when it
 * is not a product and a version.
 */
export function serverNamed(name: string): ServerVersion | undefined {
  const match = /^(redis|valkey)-(\d{1,9}(?:\.\d{1,9}){1,3})$/i.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return completeVersion({ product: match[1].toLowerCase() as Product, version: match[2] });
}
