/** Which checks answer which line of the compiled checklist. policy/ writes the lines, posture/ holds the checks. */

/** Check ids by the line's id. A line without checks is a person's. */
export function checkIdsByTheme(): Readonly<Record<string, readonly string[]>> {
  return {
    'NET-BIND': ['NET-001', 'NET-010', 'NET-011'],
    'NET-PROTECTED': ['NET-003', 'NET-004'],
    'NET-PLAIN': ['NET-006', 'TLS-001'],
    'NET-FIREWALL': ['HOST-007'],
    'AUTH-DEFAULT': ['AUTH-001', 'AUTH-002', 'AUTH-003', 'AUTH-004', 'AUTH-019'],
    'AUTH-STRENGTH': ['AUTH-010', 'AUTH-011', 'AUTH-012'],
    'AUTH-STORED': ['AUTH-014', 'AUTH-015', 'AUTH-016', 'FILE-017', 'FILE-018'],
    'AUTH-ROTATE': ['AUTH-017'],
    'USER-NAMED': ['AUTH-003', 'AUTH-013'],
    'USER-LEAST': ['USER-001', 'USER-002', 'USER-003', 'CMD-001', 'CMD-003'],
    'USER-ADMIN': ['USER-020', 'CMD-004'],
    'TLS-CLIENTS': ['TLS-001', 'TLS-006'],
    'TLS-CIPHERS': ['TLS-007', 'TLS-008'],
    'TLS-PEERS': ['TLS-003', 'TLS-004'],
    'TLS-MUTUAL': ['TLS-005', 'TLS-023'],
    'TLS-EXPIRY': ['TLS-009', 'TLS-011', 'TLS-016'],
    'CMD-GATES': ['SCR-004', 'SCR-005', 'SCR-006', 'CMD-024'],
    'CMD-DANGEROUS': ['CMD-001', 'CMD-002', 'CMD-006', 'CMD-012'],
    'LIMIT-MEMORY': ['LIM-001', 'LIM-008'],
    'DATA-BACKUP': ['DATA-010'],
    'HOST-ATREST': ['DATA-009'],
    'HOST-FILES': ['FILE-017', 'FILE-018', 'FILE-019', 'DATA-003'],
    'HOST-UNIT': ['HOST-002'],
    'TLS-BUS': ['CLUS-001'],
    'HOST-PATCH': ['VER-001', 'VER-002', 'VER-005'],
    'LOG-DENIALS': ['LOG-001', 'LOG-002'],
  };
}
