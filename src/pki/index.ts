/** The door of the pki room: the authority on disk, and the inventory of certificates. */
export type * from './inventory.ts';
export { BUNDLE_FILE, guideTrust, importCommand, TRUST_SYSTEMS, TRUSTSTORE_FILE } from './bundle-guide.ts';
export type { BundleFile, TrustGuide, TrustSystem } from './bundle-guide.ts';
export { isFingerprint, printBundle, readTrustedAuthorities } from './bundle.ts';
export type { Trust, TrustedAuthority } from './bundle.ts';
