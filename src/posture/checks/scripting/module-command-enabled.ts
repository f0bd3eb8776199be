/** SCR-005: MODULE LOAD is open. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSwitch } from '../../script-switch.ts';

const SETTING = 'enable-module-command';

export const moduleCommandEnabled: Check = {
  id: 'SCR-005',
  area: 'scripting',
  title: 'Modules can be loaded at run time',
  goal: 'Modules are loaded at start only',
  severity: 'high',
  rationale:
    'enable-module-command yes lets whoever holds MODULE LOAD run native code as the server; with REPLICAOF the file ' +
    'is brought along (the second half of the classic takeover). local trusts every account of the host. Modules that ' +
    'are needed are loaded by loadmodule lines.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'before 7.0 only user rights protect MODULE: CMD-005'),
  evaluate: (snapshot, context) => judgeSwitch(snapshot, context, SETTING),
  remedy: 'enable-module-command no, loadmodule lines for what is needed, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-02'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'enable-module-command yes\n' },
    good: { server: 'redis-7.2', conf: 'enable-module-command no\n' },
  },
};
