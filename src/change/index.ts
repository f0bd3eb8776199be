/** The door of the change room: plans, runs, and every operation that changes a fleet. */
export {
  CREDENTIALS_FILE,
  forgetCredential,
  lastRotated,
  printCredentialRecord,
  readCredentialRecord,
  recordRotation,
} from './access/credential-age.ts';
export type { CredentialEntry, CredentialRecord, ReadRecord } from './access/credential-age.ts';
export { usersDue } from './access/due.ts';
export type { DueUser } from './access/due.ts';
export { drawRoster } from './access/roster.ts';
export type { RosterCredential, RosterEnd, RosterInput, RosterPlace, RosterUser } from './access/roster.ts';
export type { NodeDifference } from './access/roster-difference.ts';
export { changeLeaf } from './certificates/leaf-change.ts';
export type { LeafWay } from './certificates/leaf-change.ts';
export { checkAuthority, checkLeaf } from './certificates/leaf-check.ts';
export type { LeafPair, LeafTrust } from './certificates/leaf-check.ts';
export { checkRequest } from './certificates/leaf-name-check.ts';
export { canonicalName, knowNames } from './certificates/leaf-names.ts';
export type { CertifiedNames, NameKnowledge } from './certificates/leaf-names.ts';
export type { LeafObjection, LeafObjectionCode } from './certificates/leaf-objection.ts';
export { checkPlaces, checkPorts } from './certificates/leaf-places.ts';
export { checkQuorum } from './certificates/leaf-quorum.ts';
export { readLeafSights } from './certificates/leaf-reading.ts';
export type { LeafReading, LeafReadingPorts } from './certificates/leaf-reading.ts';
export { chooseNames, keyTypeOf, NO_NAMES, requestLeaf } from './certificates/leaf-request.ts';
export type { AddedNames } from './certificates/leaf-request.ts';
export { fileGroupOf, servedBy } from './certificates/leaf-sight.ts';
export type { LeafFile, LeafPort, LeafSight } from './certificates/leaf-sight.ts';
export { canaryOf, leafStages } from './certificates/leaf-stages.ts';
export type { LeafChange, LeafStageOptions } from './certificates/leaf-stages.ts';
export { chooseClients } from './certificates/reconnect-choice.ts';
export type { ReconnectChoice, ReconnectWhom } from './certificates/reconnect-choice.ts';
export { limitOf, measureUsual } from './certificates/reconnect-pace.ts';
export { readClientSettings, seeClients } from './certificates/reconnect-sight.ts';
export type {
  CertificateStanding,
  ClientCertificate,
  ClientNode,
  ClientSettings,
  ClientSight,
} from './certificates/reconnect-sight.ts';
export { RECONNECT_STAGES, stagesOfReconnect } from './certificates/reconnect-stages.ts';
export type { ReconnectNode } from './certificates/reconnect-stages.ts';
export {
  AUTHORITY_PHASE_TITLES,
  AUTHORITY_PHASES,
  authorityProgress,
} from './certificates/authority-progress.ts';
export type {
  AuthorityObstacle,
  AuthorityPhase,
  AuthorityProgress,
  LateClient,
  NodeProgress,
} from './certificates/authority-progress.ts';
export { readAuthorityNodes } from './certificates/authority-reading.ts';
export type { AuthorityProbes, AuthorityReading } from './certificates/authority-reading.ts';
export { certificatesOf, sideOf } from './certificates/authority-side.ts';
export type { AuthorityChange, AuthoritySide } from './certificates/authority-side.ts';
export type {
  AuthorityNode,
  AuthoritySight,
  KnownClient,
  OwnTls,
  TrustFact,
  NodeElsewhere,
  RenewedClient,
} from './certificates/authority-sight.ts';
export { trustStages } from './certificates/authority-stages.ts';
export type { TrustNode } from './certificates/authority-stages.ts';
export {
  addTrust,
  dropTrust,
  holdsAnyTrust,
  holdsTrust,
  otherTrust,
  refuseTrust,
} from './certificates/authority-trust.ts';
export { stageOfLife } from './certificates/due.ts';
export { planRenewal } from './certificates/renew-plan.ts';
export type { DueCertificate, RenewalQuestion, RenewalWay, ServedLeaf } from './certificates/renew-plan.ts';
export { CHANGE_ERROR_CODES, ChangeError } from './change-error.ts';
export type { ChangeErrorCode } from './change-error.ts';
export { createRun, listRuns, openJournal, readRun } from './journal/journal.ts';
export type { Journal, RunSummary } from './journal/journal.ts';
export { lockState } from './journal/lock.ts';
export type { StateLock } from './journal/lock.ts';
export { makeRunId } from './journal/run-id.ts';
export type * from './plan.ts';
export { ALLOWABLE_REFUSALS } from './guard/guard.ts';
export { findMovements } from './plan/movement.ts';
export type { Movement } from './plan/movement.ts';
export { parsePlan, PLAN_BYTES_MAX, printPlan } from './plan/plan-file.ts';
export type { ParsedPlan } from './plan/plan-file.ts';
export { planFleet } from './plan/plan-fleet.ts';
export type { PlanInput, UserFile } from './plan/plan-input.ts';
export { APPLY_STAGES, type ApplyStage } from './plan/stages.ts';
export { identityOfDifference, summarizePlan } from './plan/summary.ts';
export type { PlanSummary } from './plan/summary.ts';
export { MARKER, policyRevision, REVISION_DIGITS } from './plan/revision.ts';
export { executeRun, resumeRun, undoRun } from './run/execute.ts';
export type { KnownServer, RunEvent, RunJournal, RunOptions, RunPorts } from './run/ports.ts';
export { reportRun } from './run/report.ts';
export type * from './run.ts';
export type * from './step.ts';
export { HOST_ERROR_CODES, HostError } from './host/host-error.ts';
export type { HostErrorCode } from './host/host-error.ts';
export { printHandItems } from './host/hand-access.ts';
export type { HandItem, HostAccess, HostFile, Placed, Placement, Restoration } from './host/host-access.ts';
export { openHostAccess } from './host/open.ts';
export type { HostPlace } from './host/open.ts';
export { findUnshownSettings, findUnshownUsers } from './host/shown.ts';
export type { Unshown } from './host/shown.ts';
export { receiptJsonSchema, signedReceiptSchema } from './receipt/receipt.ts';
export type {
  AlsoKnown,
  NodeEvidence,
  NodeReceipt,
  OpenReason,
  Receipt,
  SignedReceipt,
} from './receipt/receipt.ts';
export {
  checkReceipt,
  parseReceipt,
  printReceipt,
  RECEIPT_BYTES_MAX,
  signReceipt,
} from './receipt/signature.ts';
export type { ReceiptCheck, ReceiptProblem } from './receipt/signature.ts';
export { openSigningKey, PUBLIC_KEY_FILE, readVerifyingKey } from './receipt/signing-key.ts';
export type { SigningKey, VerifyingKey as ReceiptKey } from './receipt/signing-key.ts';
export { readAlsoKnown } from './revocation/also-known.ts';
export type { NodeStanding } from './revocation/also-known.ts';
export { readInventory } from './revocation/certificate-inventory.ts';
export type { CertificateInventory } from './revocation/certificate-inventory.ts';
export type { Objection, ObjectionCode } from './revocation/objection.ts';
export { CONNECTIONS_MAX, openRevocation } from './revocation/revocation.ts';
export type {
  Prospect,
  Revocation,
  RevocationEvent,
  RevocationOptions,
  RevocationReport,
} from './revocation/revocation.ts';
export type { MigrationNode, MigrationSession } from './migration/migration-node.ts';
export { PHASE_TITLES, PHASES, takenAwayBy } from './migration/phase.ts';
export type { OldWay, Phase } from './migration/phase.ts';
export { stepsFor } from './migration/phase-stages.ts';
export type { MigrationSight, PhaseInput, PhasePlan } from './migration/stage-parts.ts';
export {
  blockersOf,
  blockersOfBack,
  linkGoalOf,
  phaseOf,
  usersOfOldWay,
  watchedKind,
} from './migration/progress.ts';
export type { Blocker, PhaseProgress, Progress } from './migration/progress.ts';
export { additionsOf, linkUserOf, seeFleet } from './migration/sight.ts';
export { wantTls } from './migration/tls-settings.ts';
export type { TlsPortChoice, WantedTls } from './migration/tls-settings.ts';
export { canTakeBack } from './delivery/delivery.ts';
export { describeSink, parseSink, SINK_FORMS } from './delivery/sink.ts';
export type { ParsedSink, Sink } from './delivery/sink.ts';
export type { RotationEvent, RotationPorts, WaitOutcome } from './rotation/ports.ts';
export { readRotationNodes } from './rotation/read-nodes.ts';
export { passwordHashes, refuseRotation, warnRotation } from './rotation/refusal.ts';
export type { RotationRefusal } from './rotation/refusal.ts';
export type { RotationFacts, RotationRequest } from './rotation/request.ts';
export { beginRotation, resumeRotation } from './rotation/rotate.ts';
export type { RotationReport } from './rotation/rotate.ts';
export type { RotationNode } from './rotation/rotation-node.ts';
export { examineConfFiles } from './rotation/conf-hazard.ts';
export { listStrays } from './rotation/replica-links.ts';
export { refuseSecret } from './rotation/secret-refusal.ts';
export { findRotation, listOpenRotations } from './rotation/rotation-runs.ts';
export type { RotationRecord } from './rotation/rotation-runs.ts';
export { undoRotation } from './rotation/rotation-undo.ts';
export type { RotationUndo } from './rotation/rotation-undo.ts';
export { previewRotation } from './rotation/stages.ts';
export { readStatus } from './rotation/status.ts';
export type { RotationStatus } from './rotation/status.ts';
