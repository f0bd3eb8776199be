/** SOX by way of IT general controls, cited by practices of COBIT 2019. The act itself names no technical control. */

import { CAUTION, clause, type Framework } from './framework.ts';

export const SOX_ITGC: Framework = {
  id: 'sox-itgc',
  title: 'SOX IT general controls (COBIT 2019 practices)',
  requirement: 'sox',
  cautions: [
    CAUTION,
    'The Sarbanes-Oxley Act asks for internal control over financial reporting and names no technical control. The mapping goes by IT general controls: access, change, operations.',
    'The numbers of COBIT practices should be compared with your licensed copy: this mapping was written from knowledge, not from the text.',
  ],
  clauses: [
    clause('DSS05.02', 'evidences', 'Networks and connections are secured.', ['transit', 'reach']),
    clause('DSS05.03', 'supports', 'Endpoints are secured.', ['confinement', 'functions']),
    clause(
      'DSS05.04',
      'evidences',
      'Identities and logical access are managed.',
      ['authentication', 'own-account'],
      'Age and history of passwords are not known to the server; keep a record with the policy.',
    ),
    clause('DSS05.04 (accounts)', 'supports', 'Accounts are given, changed and withdrawn in time.', [
      'leavers',
      'default-account',
      'rotation',
    ]),
    clause('DSS05.07', 'supports', 'Vulnerabilities are managed and security events watched.', [
      'patching',
      'log-review',
    ]),
    clause(
      'DSS06.03',
      'evidences',
      'Roles, privileges and levels of authority are managed; duties are separated.',
      ['least-privilege', 'privileged'],
    ),
    clause('DSS06.03 (commands)', 'supports', 'Commands that change or remove data at large are withheld.', [
      'powerful-commands',
    ]),
    clause('DSS06.03 (segregation)', 'supports', 'Applications keep to their own data.', ['separation']),
    clause(
      'DSS06.05',
      'process-only',
      'Events can be traced to who is accountable.',
      ['audit-log', 'log-integrity'],
      'Allowed commands are recorded by no open source server: put a recording proxy before it.',
    ),
    clause('DSS06.06', 'supports', 'Information assets are protected.', [
      'at-rest',
      'clear-secrets',
      'private-keys',
    ]),
    clause('BAI06.01', 'process-only', 'Changes are evaluated, ranked and authorised.', ['drift']),
    clause('BAI06.02', 'process-only', 'Emergency changes are controlled.', []),
    clause('BAI10.02', 'supports', 'There is a baseline of the configuration.', ['configuration']),
    clause('BAI10.05', 'supports', 'The configuration is compared with its baseline.', [
      'drift',
      'conf-protection',
    ]),
    clause('DSS01.03', 'supports', 'The infrastructure is watched.', ['bounds', 'time']),
    clause('DSS02.02', 'process-only', 'Incidents are recorded, classified and ranked.', ['intrusion']),
    clause('DSS04.07', 'supports', 'Backups are managed.', ['backup']),
    clause('DSS04.03', 'supports', 'Continuity is planned.', ['resilience']),
    clause(
      'MEA02.01',
      'process-only',
      'Internal controls are watched.',
      [],
      'Keep the reports of each audit, and every waiver with its reason.',
    ),
    clause(
      'Record retention',
      'process-only',
      'Records of audits are kept as the law and the auditor ask.',
      ['log-retention'],
      'Seven years is usual for audit papers.',
    ),
  ],
};
