/** The door of the fleet room: servers seen from outside, and the snapshot of what is known about each. */
export { known, unknown } from './fact.ts';
export type { Fact, Provenance, UnknownReason } from './fact.ts';
export type * from './snapshot.ts';
export { snapshotFromText } from './text-snapshot.ts';
export type { TextSource } from './text-snapshot.ts';
export { snapshotFromFiles, UnreadableFileError } from './file-snapshot.ts';
export type { FileSource } from './file-snapshot.ts';
export { snapshotLive } from './live-snapshot.ts';
export type { LiveOptions } from './live-snapshot.ts';
export { createSharedFacts } from './shared-facts.ts';
export type { SharedFacts } from './shared-facts.ts';
export { FLEET_ERROR_CODES, FleetError } from './fleet-error.ts';
export type { FleetErrorCode } from './fleet-error.ts';
export { openConnection } from './connection.ts';
export type { Connection, ConnectionLimits } from './connection.ts';
export { monitorServer } from './monitor.ts';
export type { MonitorEnd, MonitorOptions } from './monitor.ts';
export { isReplyError } from './resp.ts';
export type { Reply, ReplyError } from './resp.ts';
export { parseTarget, printEndpoint, printTarget } from './target.ts';
export type {
  Credentials,
  Endpoint,
  ParsedTarget,
  Target,
  TargetProblem,
  TargetProblemCode,
  TlsOptions,
} from './target.ts';
export { snapshotAll, snapshotEach } from './fleet-snapshot.ts';
export type { FleetOptions, NodeResult } from './fleet-snapshot.ts';
export { auditPermissions } from './permissions.ts';
export { recogniseManagedService } from './managed.ts';
export type { ManagedService } from './managed.ts';
export type { FleetNode, Topology, TopologyKind } from './topology.ts';
export type * from './tls-survey.ts';
export { surveyTls } from './tls/survey.ts';
export { readBusLinks } from './tls-links.ts';
export type { BusLink } from './tls-links.ts';
export type { TlsSurveyOptions } from './tls/survey.ts';
export { tlsSurveyPermissions } from './tls/survey-commands.ts';
export type * from './tls-look.ts';
export type { NodeState, SessionFact, UserPersistence } from './node-state.ts';
export { readNodeState } from './node-state-live.ts';
export type { NodeStateOptions } from './node-state-live.ts';
export { readEachNodeState, readNodeStates } from './node-state-fleet.ts';
export type { NodeAddress, NodeStateResult, NodeStatesOptions } from './node-state-fleet.ts';
export { CLIENTS_MAX } from './node-state-sessions.ts';
export { discoverTopology, NODES_MAX } from './topology/discover.ts';
export type { DiscoveryOptions } from './topology/discover.ts';
export type { Access } from './topology/survey.ts';
export { discoveryPermissions } from './topology/discovery-permissions.ts';
export { readTlsMaterial } from './dial.ts';
export { CONCURRENCY_DEFAULT, CONCURRENCY_MAX, forEachAtOnce } from './at-once.ts';
