/**
 * What an attacker who is in could use next: DEBUG, modules, protected configs, unchecked payloads, channels. The
 * enable-* options exist since 7.0 and cannot be changed at run time; before 7.0 only command rights protect.
 */

import type { ExpectedSetting } from '../expectation.ts';
import { levelAtLeast, type HardeningRequest } from '../request.ts';
import { exactly, oneOf } from './accept.ts';

export function surfaceSettings(request: HardeningRequest): readonly ExpectedSetting[] {
  const settings: ExpectedSetting[] = [
    gate(request, 'enable-debug-command', 'DEBUG can stop the server and read any key.'),
    gate(request, 'enable-module-command', 'MODULE LOAD runs native code as the server.'),
    gate(
      request,
      'enable-protected-configs',
      'With dir and dbfilename, SAVE writes any file the server may write.',
    ),
    exactly('surface', 'lua-enable-deprecated-api', 'no', 'Old Lua functions that leave the sandbox.'),
    exactly('surface', 'lua-enable-insecure-api', 'no', 'Old Lua functions that leave the sandbox.'),
    exactly(
      'surface',
      'acl-pubsub-default',
      'resetchannels',
      'A new user hears no channel until it is given one.',
    ),
  ];
  if (request.mode === 'sentinel') return settings.filter((each) => each.name === 'acl-pubsub-default');
  if (levelAtLeast(request.level, 'hardened')) {
    settings.push(
      oneOf(
        'surface',
        'sanitize-dump-payload',
        ['clients', 'yes'],
        'RESTORE payloads are checked before they are believed.',
      ),
      exactly(
        'surface',
        'notify-keyspace-events',
        '',
        'Events tell key names to whoever may hear the channel.',
      ),
    );
  }
  if (request.mode === 'cluster') {
    settings.push(
      exactly('cluster', 'cluster-enabled', 'yes', 'The policy asks for a cluster.'),
      exactly(
        'cluster',
        'cluster-bus-port-protected-mode',
        'yes',
        'The bus takes orders from whoever reaches it.',
      ),
    );
  }
  return settings;
}

function gate(request: HardeningRequest, name: string, reason: string): ExpectedSetting {
  return request.level === 'basic'
    ? oneOf('surface', name, ['no', 'local'], reason)
    : exactly('surface', name, 'no', reason);
}
