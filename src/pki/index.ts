/** The door of the pki room: the authority on disk, and the inventory of certificates. */
export { examineAdoption } from './adoption.ts';
export type { Adoption, AdoptionFile, AdoptionProblem } from './adoption.ts';
export { openAuthority } from './authority.ts';
export type { AuthorityHandle, IssuedLeaf, LeafRequest, OpenOptions, SignedLeaf } from './authority.ts';
export { BUNDLE_FILE, guideTrust, importCommand, TRUST_SYSTEMS, TRUSTSTORE_FILE } from './bundle-guide.ts';
export type { BundleFile, TrustGuide, TrustSystem } from './bundle-guide.ts';
export { isFingerprint, printBundle, readTrustedAuthorities } from './bundle.ts';
export type { Trust, TrustedAuthority } from './bundle.ts';
export { describeAuthority } from './description.ts';
export type { AuthorityDescription, AuthorityStanding, KeyStanding } from './description.ts';
export { isOurs, isSignedBy, readDescent } from './descent.ts';
export type { Descent } from './descent.ts';
export { entryOf, namesOf, usageOf } from './entry.ts';
export type { EntryContext } from './entry.ts';
export { adoptAuthority, createFoundation } from './foundation.ts';
export type { AdoptedAuthority, Foundation, FoundationRequest } from './foundation.ts';
export { forgetCertificates, INVENTORY_FILE, readInventory, recordCertificates } from './inventory-file.ts';
export type { InventoryReading } from './inventory-file.ts';
export type * from './inventory.ts';
export {
  isKubernetesName,
  kubernetesNameOf,
  printCertManagerCertificate,
  printTlsSecret,
} from './kubernetes.ts';
export type { IssuerReference, KubernetesPlace, KubernetesRequest } from './kubernetes.ts';
export {
  dueAt,
  INTERMEDIATE_DAYS_DEFAULT,
  LEAF_DAYS_DEFAULT,
  LEAF_DAYS_MAX,
  ROOT_DAYS_DEFAULT,
  ROOT_DAYS_MAX,
} from './lifetime.ts';
export type { IssuedLife } from './lifetime.ts';
export { PKI_ERROR_CODES, PkiError } from './pki-error.ts';
export type { PkiErrorCode } from './pki-error.ts';
export { renewRevocationList, revokeCertificates } from './revocation.ts';
export type { RevocationList } from './revocation.ts';
export {
  abandonAuthoritySuccession,
  finishAuthoritySuccession,
  startAuthoritySuccession,
} from './succession.ts';
export type { SuccessionRequest } from './succession.ts';
export { adoptTrust, dropTrust, printTrust, readTrust } from './trust.ts';
export type { TrustedRoot, TrustReading, TrustRole } from './trust.ts';
