/**
 * INFO, and which product speaks. Valkey shows a `redis_version` for old clients; its own is `valkey_version`.
 */

import type { ServerVersion } from '../conf/index.ts';
import { known, unknown, type Fact } from './fact.ts';
import { readPairs, textOf, provenanceOf, type Answer } from './reply-fact.ts';
import type { ProductFact } from './snapshot.ts';

const VERSION = /^[0-9]{1,9}(?:\.[0-9]{1,9}){1,3}/;

/**
 * The fields of every section but the latency percentiles, which are many and tell nothing about security; a field
 * that comes twice keeps its last value.
 */
export function readInfo(text: string, share: (word: string) => string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('latency_percentiles')) continue;
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(share(line.slice(0, colon)), share(line.slice(colon + 1)));
  }
  return fields;
}

/** Product and version from INFO, else from HELLO, which needs no right. */
export function readProduct(info: Fact<ReadonlyMap<string, string>>, hello: Answer): Fact<ProductFact> {
  if (info.known) {
    const product = productOfInfo(info.value);
    if (product !== undefined) return known(product, info.from);
  }
  const pairs = hello.reply === undefined ? undefined : readPairs(hello.reply);
  const version = VERSION.exec(textOf(pairs?.get('version')))?.[0];
  const server = textOf(pairs?.get('server'));
  if (version !== undefined && (server === 'redis' || server === 'valkey')) {
    const redisVersion = server === 'valkey' ? '7.2.4' : version;
    return known({ product: server, version, redisVersion }, provenanceOf(hello));
  }
  if (!info.known) return info;
  return unknown(
    'failed',
    'INFO names neither a Redis nor a Valkey version',
    'look at the installed package',
  );
}

/** The same as the other rooms want it. */
export function serverVersion(product: ProductFact): ServerVersion {
  return { product: product.product, version: product.version };
}

function productOfInfo(info: ReadonlyMap<string, string>): ProductFact | undefined {
  const redis = VERSION.exec(info.get('redis_version') ?? '')?.[0];
  const valkey = VERSION.exec(info.get('valkey_version') ?? '')?.[0];
  if (valkey !== undefined) return { product: 'valkey', version: valkey, redisVersion: redis ?? '7.2.4' };
  // Dragonfly and others that only speak the protocol show a redis_version beside their own.
  if (redis === undefined || info.has('dragonfly_version')) return undefined;
  return { product: 'redis', version: redis, redisVersion: redis };
}
