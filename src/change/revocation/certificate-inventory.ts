/**
 * Certificates that are known here, by their names: a certificate goes on working when its name is revoked, and on
 * servers with `tls-auth-clients-user` it is a login. An inventory that cannot be read is said to be so, never empty.
 */

import { namesOf, readInventory as readEntries } from '../../pki/index.ts';

export interface IssuedCertificate {
  readonly serial: string;
  readonly subject: string;
  readonly notAfter: string;
  /** Common name and alternative names. */
  readonly names: readonly string[];
}

export interface CertificateInventory {
  readonly state: 'read' | 'none' | 'unreadable';
  readonly certificates: readonly IssuedCertificate[];
}

/** Reads the inventory of a state folder; never throws. */
export function readInventory(stateFolder: string): CertificateInventory {
  const { state, certificates } = readEntries(stateFolder);
  return {
    state,
    certificates: certificates.map((entry) => ({
      serial: entry.serial,
      subject: entry.subject,
      notAfter: entry.notAfter,
      names: namesOf(entry),
    })),
  };
}
