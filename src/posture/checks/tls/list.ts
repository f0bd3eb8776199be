/** The checks of the area "tls", in the order of their ids. */

import type { Check } from '../../check.ts';
import { noTls } from './no-tls.ts';
import { missingServerUsage } from './missing-server-usage.ts';
import { replicationOptionAlone } from './replication-option-alone.ts';
import { replicationInPlaintext } from './replication-in-plaintext.ts';
import { clientCertificates } from './client-certificates.ts';
import { oldProtocols } from './old-protocols.ts';
import { tls12CiphersOpen } from './tls12-ciphers-open.ts';
import { weakCiphers } from './weak-ciphers.ts';
import { expired } from './expired.ts';
import { notYetValid } from './not-yet-valid.ts';
import { expiresSoon } from './expires-soon.ts';
import { weakKey } from './weak-key.ts';
import { noSan } from './no-san.ts';
import { nameMismatch } from './name-mismatch.ts';
import { selfSigned } from './self-signed.ts';
import { longLifetime } from './long-lifetime.ts';
import { missingClientUsage } from './missing-client-usage.ts';
import { keyMismatch } from './key-mismatch.ts';
import { encryptedKey } from './encrypted-key.ts';
import { secondCertificate } from './second-certificate.ts';
import { keyReadable } from './key-readable.ts';
import { trustWritable } from './trust-writable.ts';
import { wideAuthority } from './wide-authority.ts';
import { noRevocation } from './no-revocation.ts';
import { sessionResumption } from './session-resumption.ts';
import { sessionCachingOff } from './session-caching-off.ts';
import { missingAuthority } from './missing-authority.ts';
import { staleCertificate } from './stale-certificate.ts';
import { autoReloadBlind } from './auto-reload-blind.ts';
import { certificateUserFallback } from './certificate-user-fallback.ts';
import { dhParameters } from './dh-parameters.ts';
import { passphraseInClear } from './passphrase-in-clear.ts';
import { authorityExpired } from './authority-expired.ts';
import { incompleteChain } from './incomplete-chain.ts';
import { clockAgainstPeers } from './clock-against-peers.ts';
import { revokedCertificate } from './revoked-certificate.ts';
import { supersededCertificate } from './superseded-certificate.ts';
import { portsDiffer } from './ports-differ.ts';
import { authorityConstraints } from './authority-constraints.ts';
import { distrustedPeer } from './distrusted-peer.ts';
import { trustDiffers } from './trust-differs.ts';
import { renewalDue } from './renewal-due.ts';

export const tlsChecks: readonly Check[] = [
  noTls,
  missingServerUsage,
  replicationOptionAlone,
  replicationInPlaintext,
  clientCertificates,
  oldProtocols,
  tls12CiphersOpen,
  weakCiphers,
  expired,
  notYetValid,
  expiresSoon,
  weakKey,
  noSan,
  nameMismatch,
  selfSigned,
  longLifetime,
  missingClientUsage,
  keyMismatch,
  encryptedKey,
  secondCertificate,
  keyReadable,
  trustWritable,
  wideAuthority,
  noRevocation,
  sessionResumption,
  sessionCachingOff,
  missingAuthority,
  staleCertificate,
  autoReloadBlind,
  certificateUserFallback,
  dhParameters,
  passphraseInClear,
  authorityExpired,
  incompleteChain,
  clockAgainstPeers,
  revokedCertificate,
  supersededCertificate,
  portsDiffer,
  authorityConstraints,
  distrustedPeer,
  trustDiffers,
  renewalDue,
];
