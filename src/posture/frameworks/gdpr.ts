/** GDPR, Regulation (EU) 2016/679, the articles that bear on a server with personal data. */

import { CAUTION, clause, type Framework } from './framework.ts';

export const GDPR: Framework = {
  id: 'gdpr',
  title: 'GDPR (Regulation (EU) 2016/679)',
  requirement: 'gdpr',
  cautions: [
    CAUTION,
    'Article 32 is measured by risk and the state of the art: there is no fixed list of measures.',
  ],
  clauses: [
    clause('5(1)(c)', 'process-only', 'No more personal data than needed.', ['minimisation']),
    clause(
      '5(1)(e)',
      'process-only',
      'Personal data is kept no longer than needed.',
      ['minimisation'],
      'Give keys with personal data a TTL; copies in RDB, AOF and backups live longer.',
    ),
    clause('5(1)(f)', 'evidences', 'Personal data is protected against unauthorised use, loss and damage.', [
      'authentication',
      'integrity',
    ]),
    clause(
      '5(2)',
      'process-only',
      'Compliance can be shown.',
      ['audit-log'],
      'Keep the reports of each audit, and every waiver with its reason.',
    ),
    clause('25(1)', 'supports', 'Protection is built in.', ['functions', 'confinement']),
    clause('25(2)', 'evidences', 'Protection is the default: access only where needed.', [
      'default-account',
      'least-privilege',
    ]),
    clause('28(3)(c)', 'process-only', 'Processors take the measures of article 32.', []),
    clause('30(1)(g)', 'process-only', 'The record of processing describes the security measures.', [
      'inventory',
    ]),
    clause('32(1)(a)', 'evidences', 'Personal data is encrypted: on the network.', [
      'transit',
      'cipher-strength',
    ]),
    clause('32(1)(a) (keys)', 'supports', 'Certificates and keys are sound and guarded.', [
      'certificates',
      'private-keys',
    ]),
    clause(
      '32(1)(a) (storage)',
      'supports',
      'Personal data is encrypted: in storage.',
      ['at-rest'],
      'No server encrypts its files: encrypt the volume, and the most sensitive fields in the application.',
    ),
    clause('32(1)(b)', 'supports', 'Confidentiality and integrity last: who can reach and do what.', [
      'reach',
      'false-protection',
    ]),
    clause('32(1)(b) (tenants)', 'supports', 'Data of one purpose is not open to another.', [
      'separation',
      'watching',
    ]),
    clause('32(1)(b) (resilience)', 'supports', 'Systems withstand load and failure.', ['bounds']),
    clause('32(1)(b) (failure)', 'supports', 'Systems go on when a part fails.', ['resilience']),
    clause(
      '32(1)(c)',
      'process-only',
      'After an incident the data can be restored in time.',
      ['backup'],
      'Only a restore on another host shows it.',
    ),
    clause('32(1)(d)', 'supports', 'Measures are tested and evaluated regularly.', ['patching', 'drift']),
    clause('32(4)', 'supports', 'People act on instruction only.', ['own-account', 'privileged']),
    clause('33(1)', 'process-only', 'A breach is reported within 72 hours.', ['log-review', 'intrusion']),
    clause(
      '33(3)',
      'process-only',
      'The report tells what happened and to whom.',
      ['audit-log'],
      'Without a record of commands you cannot tell which data was read.',
    ),
    clause('33(5)', 'process-only', 'Breaches are recorded.', ['log-integrity', 'log-retention']),
    clause('34(3)(a)', 'supports', 'People need not be told where the data was unreadable.', ['at-rest']),
  ],
};
