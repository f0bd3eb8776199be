/** HIPAA Security Rule, 45 CFR 164 subpart C, the standards that bear on a server with electronic health data. */

import { CAUTION, clause, type Framework } from './framework.ts';

export const HIPAA: Framework = {
  id: 'hipaa-security-rule',
  title: 'HIPAA Security Rule (45 CFR 164.308 to 164.316)',
  requirement: 'hipaa',
  cautions: [
    CAUTION,
    '"Addressable" does not mean optional: implement it, or write down why an equivalent serves.',
    'The proposal of January 2025 (90 FR 898) would require encryption and several factors outright. It was still a proposal when this data was made; the clauses are those of the rule in force.',
  ],
  clauses: [
    clause('164.308(a)(1)(ii)(A)', 'supports', 'Risks to health data are analysed.', [
      'patching',
      'inventory',
    ]),
    clause('164.308(a)(1)(ii)(B)', 'supports', 'Risks are reduced to a reasonable level.', [
      'functions',
      'confinement',
    ]),
    clause('164.308(a)(1)(ii)(D)', 'supports', 'Records of activity are reviewed.', [
      'log-review',
      'intrusion',
    ]),
    clause('164.308(a)(3)(ii)(A)', 'supports', 'Staff are authorised or supervised.', [
      'privileged',
      'watching',
    ]),
    clause(
      '164.308(a)(3)(ii)(C)',
      'supports',
      'Access ends when people leave.',
      ['leavers'],
      'Switching a user off keeps its open connections; delete it or kill them.',
    ),
    clause('164.308(a)(4)(ii)(B)', 'supports', 'Access is granted by rule.', ['least-privilege']),
    clause('164.308(a)(4)(ii)(C)', 'process-only', 'Access is reviewed and changed as duties change.', [
      'leavers',
    ]),
    clause(
      '164.308(a)(5)(ii)(C)',
      'supports',
      'Logins are watched.',
      ['guessing', 'log-review'],
      'The server never locks a guesser out; alert on ACL LOG and require client certificates.',
    ),
    clause('164.308(a)(5)(ii)(D)', 'supports', 'Passwords are made, changed and guarded by rule.', [
      'password-strength',
      'clear-secrets',
      'rotation',
    ]),
    clause('164.308(a)(6)(ii)', 'process-only', 'Incidents are answered, limited and recorded.', [
      'intrusion',
    ]),
    clause('164.308(a)(7)(ii)(A)', 'supports', 'There are copies of the data that can be restored.', [
      'backup',
    ]),
    clause(
      '164.308(a)(7)(ii)(B)',
      'process-only',
      'Lost data can be restored.',
      ['backup'],
      'Only a restore on another host shows it.',
    ),
    clause('164.308(a)(7)(ii)(C)', 'supports', 'Work goes on in an emergency.', ['resilience']),
    clause('164.308(a)(7)(ii)(D)', 'process-only', 'Emergency plans are tested.', []),
    clause(
      '164.308(a)(8)',
      'supports',
      'Safeguards are evaluated from time to time.',
      ['patching', 'drift'],
      'Keep the reports of each audit with their dates.',
    ),
    clause('164.310(d)(1)', 'process-only', 'Media with health data are disposed of and reused safely.', [
      'at-rest',
    ]),
    clause('164.312(a)(1)', 'evidences', 'Only people and programs with the right get access.', [
      'authentication',
      'false-protection',
    ]),
    clause('164.312(a)(2)(i)', 'evidences', 'Everyone has an identity of his own.', [
      'own-account',
      'default-account',
    ]),
    clause(
      '164.312(a)(2)(ii)',
      'process-only',
      'In an emergency the data can be reached.',
      [],
      'Keep a sealed administrator account and test it.',
    ),
    clause(
      '164.312(a)(2)(iii)',
      'supports',
      'Sessions end after idle time (addressable).',
      ['session-end'],
      'timeout is one value for all users; for people, end the session at the bastion.',
    ),
    clause(
      '164.312(a)(2)(iv)',
      'supports',
      'Stored health data is encrypted (addressable).',
      ['at-rest'],
      'No server encrypts its files: encrypt the volume, and the most sensitive fields in the application.',
    ),
    clause(
      '164.312(b)',
      'supports',
      'Activity is recorded and examined.',
      ['audit-log', 'log-integrity', 'time'],
      'Allowed commands are recorded by no open source server: put a recording proxy before it.',
    ),
    clause('164.312(c)(1)', 'supports', 'Health data is protected against improper change.', [
      'integrity',
      'file-protection',
    ]),
    clause('164.312(d)', 'evidences', 'Whoever asks for access is who he says.', [
      'authentication',
      'client-certificates',
    ]),
    clause('164.312(e)(1)', 'evidences', 'Data is protected on the network.', ['transit', 'reach']),
    clause('164.312(e)(2)(i)', 'supports', 'Data on the network is not changed unnoticed (addressable).', [
      'transit',
      'certificates',
    ]),
    clause('164.312(e)(2)(ii)', 'evidences', 'Data on the network is encrypted (addressable).', [
      'transit',
      'cipher-strength',
    ]),
    clause('164.316(a)', 'process-only', 'Policies and procedures are written.', ['configuration']),
    clause(
      '164.316(b)(2)(i)',
      'process-only',
      'What the rule asks to be written is kept for six years.',
      ['log-retention'],
      'The six years are said of documentation; settle with counsel whether they bind logs.',
    ),
  ],
};
