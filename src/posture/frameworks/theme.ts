/**
 * Themes: the few questions that all frameworks ask in their own words, and the checks that answer each. A theme
 * stays small, so that a clause names the checks that matter to it and no others.
 */

export const THEMES = {
  /** Nobody gets in without credentials. */
  authentication: ['AUTH-001', 'AUTH-002', 'AUTH-006', 'AUTH-007', 'AUTH-009', 'NET-008', 'SENT-001'],
  /** What looks protected and is not. */
  'false-protection': ['AUTH-004', 'AUTH-005', 'TLS-030', 'NET-004'],
  /** Servers log in to each other. */
  'service-login': ['REPL-001', 'SENT-003', 'SENT-009', 'CLUS-008', 'AUTH-008', 'TLS-041'],
  /** One account per person and program. */
  'own-account': ['AUTH-003', 'AUTH-013', 'REPL-002', 'SENT-004', 'AUTH-018'],
  'default-account': ['AUTH-003', 'AUTH-004', 'AUTH-019', 'AUTH-021', 'USER-004'],
  /** No more rights than the work needs. */
  'least-privilege': [
    'USER-001',
    'USER-002',
    'USER-003',
    'USER-028',
    'REPL-011',
    'CMD-001',
    'CMD-003',
    'CMD-006',
    'CMD-007',
  ],
  /** Further commands that few need. */
  'powerful-commands': [
    'CMD-005',
    'CMD-011',
    'CMD-012',
    'CMD-015',
    'CMD-016',
    'CMD-018',
    'CMD-024',
    'CMD-026',
    'SCR-001',
  ],
  /** Tenants and applications see their own keys only. */
  separation: [
    'USER-010',
    'USER-014',
    'USER-016',
    'USER-018',
    'CMD-014',
    'CMD-019',
    'CMD-020',
    'CMD-021',
    'CMD-002',
  ],
  /** Rules do what was meant by them. */
  'rules-as-meant': [
    'USER-006',
    'USER-007',
    'USER-009',
    'USER-011',
    'USER-012',
    'USER-025',
    'USER-026',
    'USER-027',
    'FILE-021',
    'AUTH-005',
  ],
  /** Who can give himself more. */
  privileged: ['USER-001', 'USER-004', 'USER-020', 'CMD-004', 'CMD-003', 'REPL-004'],
  /** Who sees the data of others by the way. */
  watching: ['CMD-008', 'CMD-009', 'LOG-012', 'USER-021'],
  leavers: ['AUTH-022', 'AUTH-021', 'AUTH-017', 'USER-030', 'USER-032'],
  'password-strength': ['AUTH-009', 'AUTH-010', 'AUTH-011', 'AUTH-012'],
  rotation: ['AUTH-017', 'AUTH-023', 'TLS-016', 'TLS-028', 'TLS-036'],
  'clear-secrets': ['AUTH-011', 'AUTH-014', 'AUTH-015', 'AUTH-016', 'TLS-032', 'CMD-010', 'CMD-025'],
  transit: ['TLS-001', 'TLS-003', 'TLS-004', 'NET-006', 'NET-007', 'CLUS-001'],
  'cipher-strength': ['TLS-006', 'TLS-007', 'TLS-008', 'TLS-012', 'TLS-031'],
  /** Certificates are valid, and are those that are meant. */
  certificates: [
    'TLS-009',
    'TLS-010',
    'TLS-011',
    'TLS-013',
    'TLS-014',
    'TLS-015',
    'TLS-033',
    'TLS-002',
    'TLS-034',
  ],
  'certificate-life': ['TLS-011', 'TLS-016', 'TLS-020', 'TLS-028', 'TLS-029', 'TLS-033', 'TLS-042'],
  'private-keys': ['TLS-018', 'TLS-019', 'TLS-021', 'TLS-032'],
  /** Clients prove who they are by certificate. */
  'client-certificates': ['TLS-005', 'TLS-017', 'TLS-023', 'TLS-024', 'TLS-025', 'TLS-030'],
  trust: ['TLS-022', 'TLS-023', 'TLS-029', 'TLS-039', 'TLS-040'],
  'at-rest': ['DATA-009', 'DATA-003', 'HOST-010'],
  /** Who can reach the server at all. */
  reach: [
    'NET-001',
    'NET-002',
    'NET-003',
    'NET-004',
    'NET-010',
    'NET-011',
    'HOST-007',
    'CLUS-002',
    'CLUS-003',
  ],
  /** Functions that need not be on. */
  functions: [
    'SCR-001',
    'SCR-002',
    'SCR-003',
    'SCR-004',
    'SCR-005',
    'SCR-006',
    'SCR-007',
    'SENT-002',
    'CMD-023',
  ],
  /** The process is confined. */
  confinement: ['HOST-001', 'HOST-002', 'HOST-005', 'HOST-008', 'HOST-009', 'HOST-010'],
  'file-protection': [
    'DATA-003',
    'DATA-004',
    'HOST-008',
    'CLUS-006',
    'SENT-008',
    'TLS-021',
    'TLS-022',
    'NET-009',
    'LOG-011',
  ],
  /** Who reads and changes the configuration itself. */
  'conf-protection': ['FILE-016', 'FILE-017', 'FILE-018', 'FILE-019', 'FILE-020'],
  /** The configuration says what was meant, and is what runs. */
  configuration: [
    'FILE-001',
    'FILE-002',
    'FILE-004',
    'FILE-005',
    'FILE-006',
    'FILE-007',
    'FILE-008',
    'FILE-009',
    'FILE-010',
    'TLS-027',
    'NET-012',
    'SENT-005',
    'FILE-013',
  ],
  drift: [
    'FILE-014',
    'FILE-015',
    'USER-029',
    'VER-006',
    'TLS-028',
    'FILE-003',
    'USER-031',
    'TLS-037',
    'TLS-038',
  ],
  patching: ['VER-001', 'VER-002', 'VER-003', 'VER-004', 'VER-005', 'VER-007'],
  'audit-log': ['LOG-001', 'LOG-003', 'LOG-006', 'LOG-007'],
  'log-integrity': ['LOG-004', 'LOG-011', 'LOG-002'],
  'log-retention': ['LOG-008', 'LOG-002'],
  'log-review': ['LOG-009', 'AUTH-020', 'LOG-002'],
  time: ['HOST-006', 'TLS-035'],
  'session-end': ['LIM-006', 'LIM-007', 'AUTH-022', 'TLS-025', 'USER-030'],
  guessing: ['LOG-009', 'AUTH-020', 'AUTH-012', 'TLS-005'],
  /** Bounds against exhaustion. */
  bounds: [
    'LIM-001',
    'LIM-003',
    'LIM-004',
    'LIM-005',
    'LIM-008',
    'LIM-009',
    'LIM-010',
    'LIM-011',
    'LIM-012',
    'LIM-013',
    'LIM-014',
  ],
  /** It keeps running when a part fails. */
  resilience: [
    'REPL-005',
    'REPL-006',
    'CLUS-004',
    'SENT-006',
    'SENT-007',
    'REPL-009',
    'REPL-010',
    'CLUS-005',
  ],
  backup: ['DATA-001', 'DATA-002', 'DATA-007', 'DATA-010', 'DATA-012', 'DATA-013', 'USER-022'],
  integrity: ['DATA-008', 'DATA-011', 'USER-024', 'REPL-003', 'DATA-004'],
  /** Not more personal data than needed, and not longer. */
  minimisation: ['LOG-005', 'HOST-005', 'CMD-009', 'LIM-002'],
  inventory: ['REPL-007', 'CLUS-007', 'VER-006', 'REPL-008'],
  /** Signs that somebody is in already. */
  intrusion: ['DATA-005', 'REPL-008', 'SCR-007', 'LOG-012', 'CLUS-007', 'LOG-009', 'LOG-010', 'NET-014'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Theme = keyof typeof THEMES;

/** Checks that no clause asks for, and why. */
export const UNMAPPED: Readonly<Record<string, string>> = {
  'USER-005': 'a user that can do nothing harms availability for its holder only',
  'USER-008': 'a rule without effect is a matter of tidiness',
  'USER-013': 'a rule that ends old servers is a defect of those versions; VER-002 carries the clause',
  'USER-015': 'a pattern that matches nothing fails closed',
  'USER-017': 'pub/sub without a channel fails closed',
  'USER-019': 'no framework tells write-only from read-write access',
  'USER-023': 'a client that cannot connect fails closed',
  'CMD-013': 'covered for clauses by the rights to leave with data (CMD-007)',
  'CMD-017': 'flushing scripts harms availability for an instant only',
  'CMD-022': 'a defect of one version, carried by the rights to write (USER-028)',
  'NET-005': 'users that are locked out fail closed',
  'NET-013': 'an address written twice changes nothing',
  'TLS-026': 'clients that fail to resume fail closed',
  'DATA-006': 'durability of evicted data is the owner’s choice',
  'FILE-011': 'a directive that some builds refuse is a matter of operation',
  'FILE-012': 'an old name for a directive changes nothing',
  'LOG-013': 'slow commands are a matter of operation',
  'LOG-014': 'stalls are a matter of operation',
  'HOST-003': 'huge pages are a matter of operation',
  'HOST-004': 'kernel settings are a matter of operation; encrypted swap belongs to the volume',
};
