/** Checklist: who can reach the server. */

import type { Blueprint } from '../../blueprint.ts';
import { AUTO, HAND, type Line } from './line.ts';

export function networkLines(blueprint: Blueprint): readonly Line[] {
  const bind = blueprint.expected.settings.get('bind')?.accepted ?? 'named addresses';
  const clauses = { pci_dss: '1.3.1, 1.4.4', hipaa: '164.312(e)(1)', sox: 'DSS05.02', gdpr: '32(1)(b)' };
  return [
    ['NET-BIND', 'network', `Listens on ${bind}`, AUTO, 'bind', clauses],
    ['NET-PROTECTED', 'network', 'Protected mode is on', AUTO, 'protected-mode', { pci_dss: '2.2.6' }],
    ...(blueprint.expected.tls.required
      ? [
          [
            'NET-PLAIN',
            'network',
            'The plaintext port is closed',
            AUTO,
            'port 0, and a probe of the port',
            { pci_dss: '1.2.6, 2.2.5' },
          ] as const,
        ]
      : []),
    ...(blueprint.expected.host.firewall
      ? ([
          [
            'NET-FIREWALL',
            'network',
            'Only declared networks reach the ports',
            HAND,
            'firewall/, loaded on every node; a connection from elsewhere times out',
            clauses,
          ],
          [
            'NET-REVIEW',
            'network',
            'Firewall rules are reviewed every six months',
            HAND,
            'a dated record',
            { pci_dss: '1.2.7' },
          ],
        ] as const)
      : []),
  ];
}
