/**
 * A change that a check proposes, made to fit the server that it judged: CONFIG SET is shown only where that server
 * takes it. Mutability by version: the directive catalogue of conf/, recorded from ten servers.
 */

import { findDirective, versionAtLeast, type ServerVersion } from '../conf/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import { serverOf } from './conf-reading.ts';

/** The same change, as this server can take it. */
export function fitChange(change: Change, snapshot: Snapshot): Change {
  const server = serverOf(snapshot);
  if (change.kind !== 'set-directive' || server === undefined) return change;
  const fitted = { ...change, value: fitValue(change.name, change.value, server) };
  if (change.apply === 'restart' || takesConfigSet(fitted.name, snapshot, server)) return fitted;
  return { ...fitted, apply: 'restart' };
}

function takesConfigSet(name: string, snapshot: Snapshot, server: ServerVersion): boolean {
  // Files have no run time; a Sentinel has no CONFIG.
  if (snapshot.origin === 'files') return false;
  if (snapshot.mode.known && snapshot.mode.value === 'sentinel') return false;
  const found = findDirective(name, server);
  return found.kind !== 'known' || found.directive.runtime === 'mutable';
}

/** Redis 6.0 takes the dash of `-::1` for a part of a host name, and does not start. */
function fitValue(name: string, value: string, server: ServerVersion): string {
  if (name !== 'bind' || versionAtLeast(server, { redis: '6.2', valkey: '7.2' })) return value;
  const kept = value.split(' ').filter((address) => !address.startsWith('-'));
  return kept.length === 0 ? '127.0.0.1' : kept.join(' ');
}
