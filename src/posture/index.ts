export { AREAS, SEVERITIES } from './check.ts';
export type { Area, Check, CheckContext, Evidence, Example, Severity, Verdict } from './check.ts';
export type * from './outcome.ts';
