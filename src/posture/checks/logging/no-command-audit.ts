/** LOG-007: what no server records: who ran which command. */

import type { Check } from '../../check.ts';
import { holdingData } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';
import { SENTINEL_CONF } from '../sentinel/example-conf.ts';

export const noCommandAudit: Check = {
  id: 'LOG-007',
  area: 'logging',
  title: 'Nothing records which user ran which command',
  goal: 'Access to sensitive data and administrative commands are recorded',
  severity: 'medium',
  rationale:
    'No version records allowed commands. ACL LOG holds denials only, in memory; MONITOR shows no user, leaves out administrative commands, and costs the server up to 3.6 times the processor time per command. A record needs something in front of the server or a module.',
  evaluate: (snapshot, context) =>
    holdingData(snapshot, () =>
      context.expected.request.level === 'compliance' || context.expected.request.frameworks.length > 0
        ? {
            status: 'manual',
            instruction:
              'Name the proxy, module or host audit that records who ran which command, and show a record of an administrator’s session.',
          }
        : notApplicable('no record of commands is asked for at this level'),
    ),
  remedy:
    'Put a recording proxy before the server, keep administrators to a bastion that records sessions, and audit changes of the configuration, ACL and key files on the host.',
  references: [REFERENCES.aclLog, REFERENCES.security],
  examples: {
    bad: { server: 'redis-7.2', conf: '' },
    good: { server: 'redis-7.2', conf: SENTINEL_CONF },
  },
};
