/**
 * What has to be true, line by line: settled by the files that were compiled and seen by an audit ("automatic"), or a
 * person's to do and to sign ("by hand"). Clauses are those that the line gives evidence for, not that it fulfils.
 */

import { describeRequest, namesByRole, type Artefact, type Blueprint } from '../blueprint.ts';
import { levelAtLeast, type ComplianceRequirement } from '../request.ts';

export interface ChecklistItem {
  /** Stable id of the line: `NET-BIND`. */
  readonly theme: string;
  /** Area of the checks: `network`, `authentication`, `tls`. */
  readonly area: string;
  readonly item: string;
  readonly how: 'automatic' | 'by-hand';
  /** Where the proof is found. */
  readonly evidence: string;
  readonly clauses: readonly string[];
  /** Ids of the checks that answer it, where the caller knows them. */
  readonly checks: readonly string[];
}

type Clauses = Readonly<Partial<Record<ComplianceRequirement, string>>>;
type Line = readonly [
  theme: string,
  area: string,
  item: string,
  how: ChecklistItem['how'],
  evidence: string,
  clauses: Clauses,
];

const AUTO = 'automatic';
const HAND = 'by-hand';

/** The lines that the request asks for. `checkIds` names the checks of a theme. */
export function checklist(
  blueprint: Blueprint,
  checkIds: Readonly<Record<string, readonly string[]>> = {},
): readonly ChecklistItem[] {
  const { frameworks } = blueprint.request;
  return linesFor(blueprint).map(([theme, area, item, how, evidence, clauses]) => ({
    theme,
    area,
    item,
    how,
    evidence,
    clauses: frameworks.flatMap((each) => (clauses[each] === undefined ? [] : [`${each} ${clauses[each]}`])),
    checks: checkIds[theme] ?? [],
  }));
}

export function checklistFile(blueprint: Blueprint, items: readonly ChecklistItem[]): Artefact {
  const areas = [...new Set(items.map((each) => each.area))];
  const parts = areas.map((area) => {
    const lines = items
      .filter((each) => each.area === area)
      .map((each) => {
        const notes = [
          each.how === 'automatic' ? 'automatic' : 'by hand',
          ...each.checks,
          ...each.clauses,
        ].join(' · ');
        return `- [ ] **${each.theme}** ${each.item}  \n  ${notes}. Proof: ${each.evidence}`;
      });
    return `## ${area[0]?.toUpperCase()}${area.slice(1)}\n\n${lines.join('\n')}\n`;
  });
  const head = `# Hardening checklist\n\n${describeRequest(blueprint.request)}. "Automatic" lines are settled by the compiled files and\nanswered by \`wardis audit\`; the others need a person, a date and a name. Clauses are supported, not declared met.\n`;
  return {
    path: 'checklist.md',
    content: [head, ...parts].join('\n'),
    mode: 0o644,
    about: 'what has to be true, and who proves it',
  };
}

function linesFor(blueprint: Blueprint): readonly Line[] {
  const { request } = blueprint;
  const standard = levelAtLeast(request.level, 'standard') || request.frameworks.length > 0;
  const hardened = levelAtLeast(request.level, 'hardened');
  return [
    ...networkLines(blueprint),
    ...accessLines(blueprint),
    ...(blueprint.expected.tls.required ? tlsLines(blueprint) : []),
    ...(standard ? serverLines() : []),
    ...(standard || hardened ? recordLines(blueprint) : []),
    ...dutyLines(blueprint),
  ];
}

function networkLines(blueprint: Blueprint): readonly Line[] {
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

function accessLines(blueprint: Blueprint): readonly Line[] {
  const admins = namesByRole(blueprint, 'admin').join(', ') || 'nobody';
  const { credentials, review } = blueprint.expected;
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

function tlsLines(blueprint: Blueprint): readonly Line[] {
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

function serverLines(): readonly Line[] {
  return [
    [
      'CMD-GATES',
      'commands',
      'DEBUG, MODULE and protected configs are closed',
      AUTO,
      'enable-*-command, enable-protected-configs; before 7.0 by command rights',
      { pci_dss: '2.2.4', hipaa: '164.308(a)(1)(ii)(B)' },
    ],
    [
      'CMD-DANGEROUS',
      'commands',
      'No application holds @dangerous, @admin or @scripting',
      AUTO,
      'effective rights',
      { pci_dss: '7.2.5' },
    ],
    [
      'LIMIT-MEMORY',
      'limits',
      'Memory, connections and buffers are bounded',
      AUTO,
      'maxmemory, maxclients, client-output-buffer-limit',
      { hipaa: '164.308(a)(7)(ii)(C)', gdpr: '32(1)(b)' },
    ],
    [
      'DATA-BACKUP',
      'persistence',
      'Backups are made and a restore was tried',
      HAND,
      'runbooks/restore.md, dated',
      { hipaa: '164.308(a)(7)(ii)(A),(D)', sox: 'DSS04.07', gdpr: '32(1)(c)' },
    ],
    [
      'HOST-PATCH',
      'version',
      'The version has no open advisory; critical fixes within a month',
      AUTO,
      'version against the advisories',
      { pci_dss: '6.3.3', hipaa: '164.308(a)(1)(ii)(B)', sox: 'DSS05.07' },
    ],
  ];
}

function recordLines(blueprint: Blueprint): readonly Line[] {
  const { review } = blueprint.expected;
  return [
    [
      'LOG-DENIALS',
      'logging',
      'ACL LOG is long enough and collected before it wraps',
      HAND,
      'acllog-max-len; a collector reads it with a count',
      { pci_dss: '10.2.1.4', hipaa: '164.312(b)', sox: 'DSS06.05' },
    ],
    [
      'LOG-ALERT',
      'logging',
      'Failed logins and denials raise an alert',
      HAND,
      'acl_access_denied_* of INFO (7.2), errorstat (6.2)',
      { pci_dss: '10.4.1', hipaa: '164.308(a)(5)(ii)(C)', gdpr: '33' },
    ],
    [
      'LOG-COMMANDS',
      'logging',
      'Who ran which command is recorded outside the server',
      HAND,
      'an audit proxy: the server cannot',
      { pci_dss: '10.2.1.1, 10.2.1.2', hipaa: '164.312(b)' },
    ],
    ...(review.logRetentionDays === undefined
      ? []
      : [
          [
            'LOG-RETENTION',
            'logging',
            `Logs are kept ${review.logRetentionDays} days where the server cannot change them`,
            HAND,
            'settings of the log store',
            { pci_dss: '10.3.3, 10.5.1', hipaa: '164.316(b)(2)(i)', sox: 'retention policy' },
          ] as const,
        ]),
    ['LOG-CLOCK', 'logging', 'Clocks are synchronised', HAND, 'chrony or timesyncd', { pci_dss: '10.6.1' }],
  ];
}

function dutyLines(blueprint: Blueprint): readonly Line[] {
  const { host, review } = blueprint.expected;
  const lines: Line[] = [];
  if (host.sandboxedUnit) {
    lines.push([
      'HOST-UNIT',
      'host',
      'The service runs sandboxed, as a user of its own',
      AUTO,
      'systemd/, systemd-analyze security',
      { pci_dss: '2.2.1' },
    ]);
  }
  lines.push([
    'HOST-FILES',
    'host',
    'conf, ACL, key and data files are closed to others',
    AUTO,
    'modes and owners',
    { pci_dss: '3.6.1' },
  ]);
  if (host.encryptionAtRest) {
    lines.push([
      'HOST-ATREST',
      'host',
      'The volumes of data, logs and backups are encrypted',
      HAND,
      'runbooks/encryption-at-rest.md',
      { pci_dss: '3.5.1', hipaa: '164.312(a)(2)(iv)', gdpr: '32(1)(a), 34(3)(a)' },
    ]);
  }
  if (review.vulnerabilityScanDays !== undefined) {
    lines.push([
      'HOST-SCAN',
      'host',
      `Authenticated scans every ${review.vulnerabilityScanDays} days`,
      HAND,
      'reports of the scanner and of wardis audit',
      { pci_dss: '11.3.1.2', hipaa: '164.308(a)(8)', gdpr: '32(1)(d)' },
    ]);
  }
  if (review.documentedProcedures) {
    lines.push(
      [
        'PROC-INCIDENT',
        'host',
        'The incident plan names people and deadlines and was exercised',
        HAND,
        'runbooks/incident-response.md',
        { pci_dss: '12.10.1', hipaa: '164.308(a)(6)(ii)', sox: 'DSS02', gdpr: '33(1), 34(1)' },
      ],
      [
        'PROC-CHANGE',
        'host',
        'Changes are reviewed and drift from the policy is looked for',
        HAND,
        'history of the policy; wardis audit in CI',
        { pci_dss: '6.5.1, 11.5.2', sox: 'BAI06.01', gdpr: '32(1)(d)' },
      ],
      [
        'PROC-MFA',
        'host',
        "People reach the administrators' path only with a second factor",
        HAND,
        'bastion or VPN: the server has none',
        { pci_dss: '8.4.2', hipaa: '164.312(d)' },
      ],
      [
        'PROC-EXCEPTIONS',
        'host',
        'Exceptions have a reason, an owner and an end',
        AUTO,
        'waivers of the policy',
        { pci_dss: '12.3.1', hipaa: '164.316(b)(1)', sox: 'MEA02', gdpr: '5(2)' },
      ],
    );
  }
  if (blueprint.request.frameworks.includes('gdpr')) {
    lines.push([
      'DATA-MINIMAL',
      'persistence',
      'Personal data has a TTL and a place in the record of processing',
      HAND,
      'key inventory',
      { gdpr: '5(1)(c),(e), 30(1)' },
    ]);
  }
  return lines;
}
