export { known, printProvenance, unknown } from './fact.ts';
export type { Fact, Provenance, UnknownReason } from './fact.ts';
export type * from './snapshot.ts';
