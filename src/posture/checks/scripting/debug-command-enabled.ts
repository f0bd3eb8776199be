/** SCR-004: DEBUG is open. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSwitch } from '../../script-switch.ts';

const SETTING = 'enable-debug-command';

export const debugCommandEnabled: Check = {
  id: 'SCR-004',
  area: 'scripting',
  title: 'DEBUG is enabled',
  goal: 'DEBUG is refused to everybody',
  severity: 'medium',
  rationale:
    'enable-debug-command yes opens DEBUG to whoever holds the command, local to connections from the same host: ' +
    'DEBUG SEGFAULT ends the server, DEBUG OBJECT reads any key without a check. It is no by default from 7.0 on and ' +
    'cannot be changed at run time.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'before 7.0 only user rights protect DEBUG: CMD-011'),
  evaluate: (snapshot, context) => judgeSwitch(snapshot, context, SETTING),
  remedy: 'enable-debug-command no, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-16'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'enable-debug-command yes\n' },
    good: { server: 'redis-7.2', conf: 'enable-debug-command no\n' },
  },
};
