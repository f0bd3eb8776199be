/** SCR-002: the old Lua functions that leave the sandbox are switched on. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSwitch } from '../../script-switch.ts';

const SETTING = 'lua-enable-insecure-api';

export const insecureLua: Check = {
  id: 'SCR-002',
  area: 'scripting',
  title: 'Insecure Lua functions are enabled',
  goal: 'Scripts cannot leave their sandbox',
  severity: 'high',
  rationale:
    'lua-enable-insecure-api brings back functions that were removed because scripts could reach beyond their sandbox ' +
    'and into the scripts of other users. The setting is hidden from CONFIG GET * and immutable in files of Valkey ' +
    '8.1 and later.',
  appliesWhen: since({ valkey: '8.1' }, 'this version has no such setting'),
  evaluate: (snapshot, context) => judgeSwitch(snapshot, context, SETTING),
  remedy: 'Remove the line, correct the scripts that need it, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-04', 'AP-16'],
  examples: {
    bad: { server: 'valkey-8.1', conf: 'lua-enable-insecure-api yes\n' },
    good: { server: 'valkey-8.1', conf: 'lua-enable-insecure-api no\n' },
  },
};
