/** What must be said wherever a certificate is to stop working, because people expect otherwise. */

export const REVOCATION_WORDS: readonly string[] = [
  'No version of Redis or Valkey looks at a revocation list or at OCSP: a revoked certificate works until it expires.',
  'Instead: short lifetimes; wardis user revoke NAME ends the user and its sessions; an authority of your own for this fleet, which wardis tls rotate ca can replace.',
];
