// The door of tls/: certificates as facts, their checks, a small authority, and handshakes with a named outcome.
export { TIMEOUT_MS_DEFAULT } from './handshake/attempt.ts';
export {
  CERTIFICATES_MAX,
  checkCertificateOrder,
  readCertificate,
  readCertificates,
  sharesKey,
} from './certificate/certificate.ts';
export type {
  CertificateFact,
  CertificateFile,
  CertificateFileProblem,
  CertificateFileProblemCode,
  ExtendedKeyUsage,
  KeyType,
} from './certificate/certificate.ts';
export { verifyChain } from './certificate/chain.ts';
export type { ChainProblem, ChainProblemCode, ChainVerdict } from './certificate/chain.ts';
export { findIssuingLimits } from './certificate/issuing-limit.ts';
export { checkCertificate, coversName, findWeakness } from './certificate/check.ts';
export type {
  CertificateCheck,
  CertificateProblem,
  CertificateProblemCode,
  CertificatePurpose,
} from './certificate/check.ts';
export { openTlsContext } from './handshake/context.ts';
export type { TlsContext } from './handshake/context.ts';
export { diagnoseHandshake, diagnosePlaintext } from './handshake/diagnose.ts';
export type { Diagnosis, FaultReason, HandshakeEvidence, HandshakeFault } from './handshake/diagnose.ts';
export { judgeChain } from './handshake/diagnose-chain.ts';
export type { ChainFault, ChainJudgement, ChainQuestion } from './handshake/diagnose-chain.ts';
export { findOwnLines, readServerLog, zoneUncertaintyMs } from './handshake/server-log.ts';
export type { LogKind, LogRole, OwnLines, ServerLog, ServerLogLine } from './handshake/server-log.ts';
export { inspectClientAuthentication, inspectTls, judgeClientAuthentication } from './handshake/handshake.ts';
export type { ClientAuthentication, TlsInspection } from './handshake/handshake.ts';
export { createAuthority, createIntermediate, issueCertificate, signRequest } from './authority/issue.ts';
export type {
  AuthorityRequest,
  CertificateRequest,
  IssuedCertificate,
  IssuedUsage,
  SigningRequest,
} from './authority/issue.ts';
export { IssueError } from './authority/issue-error.ts';
export type { IssueErrorCode } from './authority/issue-error.ts';
export { COMMON_NAME_CHARACTERS_MAX, isDnsName } from './authority/name.ts';
export type { AlternativeNames } from './authority/name.ts';
export { createRequest, readRequest } from './authority/request.ts';
export type { RequestFact } from './authority/request.ts';
export { createRevocationList, readRevocationList } from './authority/revocation-list.ts';
export type {
  RevocationListFact,
  RevocationListRequest,
  RevokedCertificate,
  RevokedReason,
} from './authority/revocation-list.ts';
export { readSealRounds, SEAL_ROUNDS_MAX, sealPrivateKey } from './authority/sealed-key.ts';
export type { Authority, IssuedKeyType } from './authority/signing.ts';
export type { HandshakeObservation, HandshakeStage, TlsTarget, TlsVersion } from './handshake/observation.ts';
export { checkPair, pairMatches, readPrivateKeyFact } from './certificate/private-key.ts';
export type { PairVerdict, PrivateKeyFact } from './certificate/private-key.ts';
export { readServed } from './handshake/served.ts';
export type { ServedReading, ServedTarget } from './handshake/served.ts';
export { probeOffer } from './handshake/offer.ts';
export type { OfferReport } from './handshake/offer.ts';
export { probePort } from './handshake/probe.ts';
export type { PortProbe, PortTarget } from './handshake/probe.ts';
export { holdSession, offerSession } from './handshake/held-session.ts';
export type { HeldSession } from './handshake/held-session.ts';
export { probeResumption } from './handshake/resumption.ts';
export type { Resumption } from './handshake/resumption.ts';
export { probeProtocols } from './handshake/versions.ts';
export type { Acceptance, ProtocolReport } from './handshake/versions.ts';
