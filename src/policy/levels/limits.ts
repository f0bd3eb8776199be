/**
 * Bounds on memory and buffers, so that no client can exhaust the server. The normal output buffer matters before
 * login too: replies to a client that never reads pile up even when each is NOAUTH (CVE-2025-21605).
 */

import { versionAtLeast, type ServerVersion } from '../../conf/index.ts';
import type { ExpectedSetting } from '../expectation.ts';
import { levelAtLeast, type HardeningRequest } from '../request.ts';
import { memoryBytes, memoryWithin, within } from './accept.ts';

export function limitSettings(request: HardeningRequest): readonly ExpectedSetting[] {
  if (request.mode === 'sentinel' || !levelAtLeast(request.level, 'standard')) return [];
  const settings: ExpectedSetting[] = [
    memoryWithin(
      'limits',
      'maxmemory',
      { value: '1gb', least: '1' },
      'Without a bound the kernel decides what dies when memory ends.',
    ),
    memoryWithin(
      'limits',
      'client-query-buffer-limit',
      { value: '256mb', least: '1mb', most: '1gb' },
      'What one client may send before it is parsed.',
    ),
    memoryWithin(
      'limits',
      'proto-max-bulk-len',
      { value: '128mb', least: '1mb', most: '512mb' },
      'The longest single value a client may send.',
    ),
    within(
      'limits',
      'busy-reply-threshold',
      { value: 5000, least: 1, most: 60_000, unit: 'milliseconds' },
      'After this a running script can be killed; 0 would mean never.',
    ),
  ];
  if (levelAtLeast(request.level, 'hardened'))
    settings.push(outputBuffers(), ...clientMemory(request.server));
  return settings;
}

/**
 * Evicting clients opens CVE-2026-23479 and CVE-2026-130822 (a freed client is used): left at 0, the default, until the
 * version has both fixes. Redis has published none for the second.
 */
function clientMemory(server: ServerVersion): readonly ExpectedSetting[] {
  if (
    !EVICTION_MENDED.some((fixed) => sameBranch(server, fixed) && versionAtLeast(server, { valkey: fixed }))
  )
    return [];
  return [
    {
      section: 'limits',
      name: 'maxmemory-clients',
      value: '20%',
      accepted: 'anything but 0',
      reason: 'All clients together: the greediest are disconnected first.',
      accepts: (actual) => !/^0+(?:%|[kmg]?b?)?$/i.test(actual.trim()),
    },
  ];
}

/** First versions of Valkey with both fixes, one for each branch. */
const EVICTION_MENDED = ['7.2.16', '8.0.13', '8.1.12', '9.0.8', '9.1.4'];

function sameBranch({ product, version }: ServerVersion, fixed: string): boolean {
  return product === 'valkey' && version.split('.', 2).join('.') === fixed.split('.', 2).join('.');
}

function outputBuffers(): ExpectedSetting {
  return {
    section: 'limits',
    name: 'client-output-buffer-limit',
    value: 'normal 256mb 64mb 60 replica 256mb 64mb 60 pubsub 32mb 8mb 60',
    accepted: 'a bound above 0 for normal and pubsub clients',
    reason: 'A client that does not read its replies makes the server keep them, logged in or not.',
    accepts: (actual) => isBounded(actual, 'normal') && isBounded(actual, 'pubsub'),
  };
}

/** A hard limit, or a soft one that bites after some seconds. */
function isBounded(actual: string, kind: string): boolean {
  const words = actual.trim().split(/\s+/);
  const at = words.indexOf(kind);
  if (at < 0) return false;
  const [hard, soft, seconds] = words.slice(at + 1, at + 4).map((each) => memoryBytes(each) ?? 0);
  return (hard ?? 0) > 0 || ((soft ?? 0) > 0 && (seconds ?? 0) > 0);
}
