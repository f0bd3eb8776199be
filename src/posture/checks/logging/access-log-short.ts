/** LOG-001: the only record of failed logins and denials. */

import type { Check } from '../../check.ts';
import { readSettings, set } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { evidence, fail, judgeSetting, pass } from '../../verdict.ts';

export const accessLogShort: Check = {
  id: 'LOG-001',
  area: 'logging',
  title: 'ACL LOG is switched off or too short',
  goal: 'ACL LOG holds enough entries for an investigation',
  severity: 'medium',
  rationale:
    'Failed AUTH and denied commands are recorded in ACL LOG alone, in memory, newest 128 by default; the server log says nothing of them at any level. 0 records nothing. 128 logins with made-up names push a real failure out. An entry costs about 1 kB.',
  evaluate: (snapshot, context) => {
    if (context.expected.settings.has('acllog-max-len'))
      return judgeSetting(snapshot, context, 'acllog-max-len');
    return readSettings(snapshot, ['acllog-max-len'], ({ 'acllog-max-len': { value, from } }) =>
      Number(value) >= 128
        ? pass(`acllog-max-len ${value}`, from)
        : fail([evidence(`acllog-max-len ${value}`, from)], [set('acllog-max-len', '128')]),
    );
  },
  remedy:
    'Raise acllog-max-len, and collect ACL LOG with a count larger than it, more often than it can fill. Never use ACL LOG RESET for that: it deletes the evidence.',
  references: [REFERENCES.aclLog, REFERENCES.acl],
  examples: {
    bad: { server: 'redis-7.2', conf: 'acllog-max-len 0\n' },
    good: { server: 'redis-7.2', conf: 'acllog-max-len 4096\n' },
  },
};
