// Made by scripts/build-tables.mjs.
import { REDIS_6_0 } from './redis-6.0.ts';
import { REDIS_6_2 } from './redis-6.2.ts';
import { REDIS_7_0 } from './redis-7.0.ts';
import { REDIS_7_2 } from './redis-7.2.ts';
import { REDIS_7_4 } from './redis-7.4.ts';
import { REDIS_8_0 } from './redis-8.0.ts';
import { VALKEY_7_2 } from './valkey-7.2.ts';
import { VALKEY_8_0 } from './valkey-8.0.ts';
import { VALKEY_8_1 } from './valkey-8.1.ts';
import { VALKEY_9_1 } from './valkey-9.1.ts';

/** Table text by server, oldest first. */
export const BUNDLED: ReadonlyMap<string, string> = new Map([
  ['redis-6.0', REDIS_6_0],
  ['redis-6.2', REDIS_6_2],
  ['redis-7.0', REDIS_7_0],
  ['redis-7.2', REDIS_7_2],
  ['redis-7.4', REDIS_7_4],
  ['redis-8.0', REDIS_8_0],
  ['valkey-7.2', VALKEY_7_2],
  ['valkey-8.0', VALKEY_8_0],
  ['valkey-8.1', VALKEY_8_1],
  ['valkey-9.1', VALKEY_9_1],
]);
