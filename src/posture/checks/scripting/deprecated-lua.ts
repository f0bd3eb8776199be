/** SCR-003: the deprecated Lua API is switched on. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSwitch } from '../../script-switch.ts';

const SETTING = 'lua-enable-deprecated-api';

export const deprecatedLua: Check = {
  id: 'SCR-003',
  area: 'scripting',
  title: 'Deprecated Lua functions are enabled',
  goal: 'Scripts run without deprecated functions',
  severity: 'medium',
  rationale:
    'The deprecated functions were taken out of the script environment because of what they expose. lua-enable- ' +
    'deprecated-api is hidden from CONFIG GET * (Redis 8.0, Valkey 8.1 and later).',
  appliesWhen: since({ redis: '8.0', valkey: '8.1' }, 'this version has no such setting'),
  evaluate: (snapshot, context) => judgeSwitch(snapshot, context, SETTING),
  remedy: 'Remove the line, correct the scripts that need it, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-16'],
  examples: {
    bad: { server: 'redis-8.0', conf: 'lua-enable-deprecated-api yes\n' },
    good: { server: 'redis-8.0', conf: 'lua-enable-deprecated-api no\n' },
  },
};
