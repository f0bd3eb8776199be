/**
 * Logs and data safety. The server log holds no failed AUTH and no denied command on any version; both are only in
 * ACL LOG, in memory, newest `acllog-max-len` entries, so its length is what an investigation will have.
 */

import type { ExpectedSetting } from '../expectation.ts';
import { levelAtLeast, type HardeningRequest } from '../request.ts';
import { exactly, oneOf, within } from './accept.ts';

export function recordSettings(request: HardeningRequest): readonly ExpectedSetting[] {
  if (!levelAtLeast(request.level, 'standard')) return [];
  const strict = levelAtLeast(request.level, 'hardened') || request.frameworks.length > 0;
  const settings = [
    oneOf(
      'records',
      'loglevel',
      ['notice', 'verbose', 'debug'],
      'Below notice, starts, configuration and TLS errors go unseen.',
    ),
    exactly(
      'records',
      'hide-user-data-from-log',
      'yes',
      'Crash and protocol error reports would print keys and values.',
    ),
    accessLog(request),
  ];
  if (strict)
    settings.push(
      exactly('records', 'syslog-enabled', 'yes', 'A copy leaves the host before an intruder can edit it.'),
    );
  return request.mode === 'sentinel' ? settings : [...settings, ...slowLog(), ...dataSafety(request)];
}

function accessLog(request: HardeningRequest): ExpectedSetting {
  const least =
    request.level === 'compliance' || request.frameworks.length > 0
      ? 4096
      : levelAtLeast(request.level, 'hardened')
        ? 1024
        : 128;
  return within(
    'records',
    'acllog-max-len',
    { value: least, least, unit: 'entries' },
    `Failed logins and denials, at most 1.4 kB each; made-up user names push real entries out of a short log.`,
  );
}

function slowLog(): readonly ExpectedSetting[] {
  const reason = 'Shows which client command held the server up.';
  return [
    within('records', 'slowlog-log-slower-than', { value: 10_000, least: 0, unit: 'microseconds' }, reason),
    within('records', 'slowlog-max-len', { value: 128, least: 128, unit: 'entries' }, reason),
  ];
}

function dataSafety(request: HardeningRequest): readonly ExpectedSetting[] {
  return [
    exactly(
      'data',
      'stop-writes-on-bgsave-error',
      'yes',
      'Writes stop when they can no longer be saved, instead of being lost.',
    ),
    exactly('data', 'rdbchecksum', 'yes', 'A damaged or edited dump is refused.'),
    exactly('data', 'replica-read-only', 'yes', 'A write on a replica is lost and hides tampering.'),
    exactly('data', 'rdb-version-check', 'strict', 'A dump of an unknown version is refused.'),
    {
      section: 'data',
      name: 'unixsocketperm',
      value: '770',
      accepted: 'octal, nothing for others',
      reason: 'A socket for everybody is a port for everybody on the host.',
      accepts: (actual) =>
        /^[0-7]{1,4}$/.test(actual) &&
        Number.parseInt(actual, 8) !== 0 &&
        (Number.parseInt(actual, 8) & 7) === 0,
    },
    ...(levelAtLeast(request.level, 'hardened')
      ? [
          within(
            'records',
            'latency-monitor-threshold',
            { value: 100, least: 1, unit: 'milliseconds' },
            'Records stalls, a sign of abuse.',
          ),
        ]
      : []),
  ];
}
