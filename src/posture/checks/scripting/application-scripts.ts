/** SCR-001: applications may run scripts. */

import type { Check } from '../../check.ts';
import { REFERENCES } from '../../reference.ts';
import { judgeGrant } from '../../rights.ts';
import { HASH, withUsers } from '../../user-example.ts';

export const applicationScripts: Check = {
  id: 'SCR-001',
  area: 'scripting',
  title: 'Applications may run scripts',
  goal: 'Only users that need it run scripts',
  severity: 'medium',
  rationale:
    'Scripts run with the rights of their caller and are no way around key patterns. But the Lua engine is where remote code ' +
    'execution was found most often (CVE-2024-31449, CVE-2024-46981, CVE-2025-49844), scripts of different users share ' +
    'objects on unpatched builds (CVE-2025-46818), and a long script stops everybody. -@dangerous does not take @scripting ' +
    'away.',
  appliesWhen: (_snapshot, context) =>
    context.expected.users.leastPrivilege || 'least privilege is not asked at this level',
  evaluate: (snapshot) =>
    judgeGrant(snapshot, {
      commands: ['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'fcall', 'fcall_ro', 'script|load'],
      powerful: 'judged',
      risk: 'A flaw of the script engine is reachable by whoever holds these passwords.',
    }),
  remedy:
    'ACL SETUSER name -@scripting; where scripts are needed grant EVALSHA or FCALL only, and keep the server patched.',
  references: [
    REFERENCES.acl,
    { title: 'CVE-2025-49844', url: 'https://nvd.nist.gov/vuln/detail/CVE-2025-49844' },
    { title: 'CVE-2024-46981', url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-46981' },
  ],
  attackPaths: ['AP-04'],
  examples: {
    bad: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@all -@admin -@dangerous`]),
    good: withUsers('redis-7.2', [`user app on ${HASH} ~app:* +@read +@write -@dangerous -@scripting`]),
  },
};
