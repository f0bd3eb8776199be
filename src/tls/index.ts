// The door of tls/: certificates as facts, their checks, a small authority, and handshakes with a named outcome.
export { TIMEOUT_MS_DEFAULT } from './attempt.ts';
export { CERTIFICATES_MAX, checkCertificateOrder, readCertificate, readCertificates } from './certificate.ts';
export type {
  CertificateFact,
  CertificateFile,
  CertificateFileProblem,
  CertificateFileProblemCode,
  ExtendedKeyUsage,
  KeyType,
} from './certificate.ts';
export { verifyChain } from './chain.ts';
export type { ChainProblem, ChainProblemCode, ChainVerdict } from './chain.ts';
export { checkCertificate, coversName } from './check.ts';
export type {
  CertificateCheck,
  CertificateProblem,
  CertificateProblemCode,
  CertificatePurpose,
} from './check.ts';
export { diagnoseHandshake, diagnosePlaintext } from './diagnose.ts';
export type { Diagnosis, HandshakeEvidence, HandshakeFault } from './diagnose.ts';
export { inspectClientAuthentication, inspectTls } from './handshake.ts';
export type { ClientAuthentication, TlsInspection } from './handshake.ts';
export { createAuthority, issueCertificate, IssueError } from './issue.ts';
export type {
  Authority,
  AuthorityRequest,
  CertificateRequest,
  IssuedCertificate,
  IssuedKeyType,
} from './issue.ts';
export type { HandshakeObservation, HandshakeStage, TlsTarget, TlsVersion } from './observation.ts';
export { checkPair, pairMatches, readPrivateKeyFact } from './private-key.ts';
export type { PairVerdict, PrivateKeyFact } from './private-key.ts';
export { probePort } from './probe.ts';
export type { PortProbe, PortTarget } from './probe.ts';
export { probeProtocols } from './versions.ts';
export type { Acceptance, ProtocolReport } from './versions.ts';
