/** Checklist: secrets and users. */

import { namesByRole, type Blueprint } from '../../blueprint.ts';
import { AUTO, HAND, type Line } from './line.ts';

export function authenticationLines(blueprint: Blueprint): readonly Line[] {
  const { credentials } = blueprint.expected;
  return [
    [
      'AUTH-DEFAULT',
      'authentication',
      'The default user is off, without passwords, keys and commands',
      AUTO,
      'users.acl, first line',
      { pci_dss: '2.2.2', hipaa: '164.312(a)(1)', gdpr: '25(2)' },
    ],
    [
      'AUTH-STRENGTH',
      'authentication',
      `Secrets hold ${credentials.bitsMin} random bits (stored hashes are unsalted)`,
      HAND,
      'how the secrets were made: wardis harden',
      { pci_dss: '8.3.6, 8.6.3', hipaa: '164.308(a)(5)(ii)(D)' },
    ],
    [
      'AUTH-STORED',
      'authentication',
      'No secret in clear text outside secrets.conf and the secret store',
      HAND,
      'search of repositories and images',
      { pci_dss: '8.3.2, 8.6.2', gdpr: '32(1)(a)' },
    ],
    ...(credentials.rotationDays === undefined
      ? []
      : [
          [
            'AUTH-ROTATE',
            'authentication',
            `Credentials are replaced every ${credentials.rotationDays} days`,
            HAND,
            'runbooks/credential-rotation.md, dated',
            { pci_dss: '8.3.9, 8.6.3', sox: 'DSS05.04' },
          ] as const,
        ]),
  ];
}

export function userLines(blueprint: Blueprint): readonly Line[] {
  const admins = namesByRole(blueprint, 'admin').join(', ') || 'nobody';
  const { review } = blueprint.expected;
  return [
    [
      'USER-NAMED',
      'users',
      'One user for each program and person',
      AUTO,
      'users.acl',
      { pci_dss: '8.2.1', hipaa: '164.312(a)(2)(i)', sox: 'DSS05.04', gdpr: '32(4)' },
    ],
    [
      'USER-LEAST',
      'users',
      'Users hold the commands and keys of their role only',
      AUTO,
      'effective rights',
      {
        pci_dss: '7.2.2, 7.2.5, 7.3.3',
        hipaa: '164.308(a)(4)(ii)(B)',
        sox: 'DSS06.03',
        gdpr: '25(2), 32(1)(b)',
      },
    ],
    [
      'USER-ADMIN',
      'users',
      `Administrators are few and known: ${admins}`,
      AUTO,
      'users with +@all',
      { pci_dss: '7.2.2', hipaa: '164.308(a)(3)(ii)(A)', sox: 'DSS06.03' },
    ],
    ...(review.accessReviewDays === undefined
      ? []
      : [
          [
            'USER-REVIEW',
            'users',
            `Users are reviewed every ${review.accessReviewDays} days`,
            HAND,
            'runbooks/access.md, dated',
            { pci_dss: '7.2.4, 8.2.6', hipaa: '164.308(a)(4)(ii)(C)', sox: 'DSS05.04' },
          ] as const,
        ]),
  ];
}
