/** Checklist: encryption in transit. */

import type { Blueprint } from '../../blueprint.ts';
import { AUTO, HAND, type Line } from './line.ts';

export function tlsLines(blueprint: Blueprint): readonly Line[] {
  const { tls } = blueprint.expected;
  const transit = { pci_dss: '4.2.1, 8.3.2', hipaa: '164.312(e)(2)(ii)', sox: 'DSS05.02', gdpr: '32(1)(a)' };
  return [
    [
      'TLS-CLIENTS',
      'tls',
      'Clients connect by TLS 1.2 or 1.3 only',
      AUTO,
      'tls-port, tls-protocols, a handshake',
      transit,
    ],
    [
      'TLS-CIPHERS',
      'tls',
      'Forward secrecy and AEAD in both lists: tls-ciphers (1.2) and tls-ciphersuites (1.3)',
      AUTO,
      'tls-ciphers, tls-ciphersuites',
      { pci_dss: '12.3.3' },
    ],
    ['TLS-PEERS', 'tls', 'Replication is encrypted', AUTO, 'tls-replication', transit],
    ...(blueprint.request.mode === 'cluster'
      ? [['TLS-BUS', 'tls', 'The cluster bus is encrypted', AUTO, 'tls-cluster', transit] as const]
      : []),
    ...(tls.clientCertificates === 'yes'
      ? [
          [
            'TLS-MUTUAL',
            'tls',
            'Clients show a certificate of our CA',
            AUTO,
            'tls-auth-clients',
            { pci_dss: '8.3.11', hipaa: '164.312(d)' },
          ] as const,
        ]
      : []),
    [
      'TLS-EXPIRY',
      'tls',
      `Certificates are replaced ${tls.expiryWarningDays} days before they end`,
      AUTO,
      'notAfter of every certificate',
      { pci_dss: '4.2.1' },
    ],
    [
      'TLS-INVENTORY',
      'tls',
      'Keys and certificates are listed, with owners',
      HAND,
      'tls/PLAN.md',
      { pci_dss: '4.2.1.1, 3.7.1' },
    ],
  ];
}
