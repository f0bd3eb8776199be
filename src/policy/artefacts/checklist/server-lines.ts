/** Checklist: commands, limits, data, version and logs. */

import type { Blueprint } from '../../blueprint.ts';
import { AUTO, HAND, type Line } from './line.ts';

export function serverLines(): readonly Line[] {
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

export function recordLines(blueprint: Blueprint): readonly Line[] {
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
