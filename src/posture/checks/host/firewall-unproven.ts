/** HOST-007: a firewall cannot be seen from the server. */

import type { Check } from '../../check.ts';
import { listensBeyondLoopback } from '../../exposure.ts';
import { readFact } from '../../reading.ts';
import { REFERENCES } from '../../reference.ts';
import { notApplicable } from '../../verdict.ts';

export const firewallUnproven: Check = {
  id: 'HOST-007',
  area: 'host',
  title: 'Nobody has shown the firewall in front of the server',
  goal: 'Only declared clients reach the ports',
  severity: 'medium',
  rationale:
    'Before login the server does real work, answers without throttling, and has had flaws there (CVE-2025-21605, CVE-2025-48367). Only a filter in front keeps strangers from it, and neither the server nor its files show one.',
  evaluate: (snapshot, context) =>
    readFact(snapshot.mode, 'mode', (mode) =>
      context.expected.host.firewall && listensBeyondLoopback(snapshot) !== false
        ? {
            status: 'manual',
            instruction: `Show the rules that let only your clients reach the port${mode === 'cluster' ? ', and only the nodes the bus port' : ''}; compare with those that wardis harden writes.`,
          }
        : notApplicable('only this host can reach it, or no firewall is asked for at this level'),
    ),
  remedy:
    'Load the rules that wardis harden writes (nftables, iptables, ufw, AWS security group or Kubernetes NetworkPolicy).',
  references: [REFERENCES.security, REFERENCES.securityValkey],
  attackPaths: ['AP-06', 'AP-07', 'AP-08'],
  examples: {
    bad: { server: 'redis-7.2', conf: '' },
    good: { server: 'redis-7.2', conf: 'bind 127.0.0.1\n' },
  },
};
