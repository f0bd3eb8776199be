/** SCR-006: protected settings can be changed at run time. */

import type { Check } from '../../check.ts';
import { since } from '../../conf-reading.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeSwitch } from '../../script-switch.ts';

const SETTING = 'enable-protected-configs';

export const protectedConfigsEnabled: Check = {
  id: 'SCR-006',
  area: 'scripting',
  title: 'Protected settings can be changed at run time',
  goal: 'dir and dbfilename are fixed while the server runs',
  severity: 'high',
  rationale:
    'enable-protected-configs yes lets CONFIG SET change dir and dbfilename again, with which SAVE writes files ' +
    'anywhere the account of the server may write. It is no by default from 7.0 on.',
  appliesWhen: since({ redis: '7.0', valkey: '7.2' }, 'before 7.0 no setting is protected: CMD-024'),
  evaluate: (snapshot, context) => judgeSwitch(snapshot, context, SETTING),
  remedy: 'enable-protected-configs no, and restart.',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-01'],
  examples: {
    bad: { server: 'redis-7.2', conf: 'enable-protected-configs yes\n' },
    good: { server: 'redis-7.2', conf: 'enable-protected-configs no\n' },
  },
};
