/** Checklist: the host, and what people do again and again. */

import type { Blueprint } from '../../blueprint.ts';
import { AUTO, HAND, type Line } from './line.ts';

export function dutyLines(blueprint: Blueprint): readonly Line[] {
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
      'DATA-REST',
      'persistence',
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
  if (review.documentedProcedures) lines.push(...procedureLines());
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

function procedureLines(): readonly Line[] {
  return [
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
  ];
}
