/** The door of the fleet room: servers seen from outside, and the snapshot of what is known about each. */
export { known, unknown } from './fact.ts';
export type { Fact, Provenance, UnknownReason } from './fact.ts';
export type * from './snapshot.ts';
export { snapshotFromText } from './text-snapshot.ts';
export type { TextSource } from './text-snapshot.ts';
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
