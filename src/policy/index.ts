export { printChange } from './change.ts';
export type { Change } from './change.ts';
export type * from './expectation.ts';
export { expectationsFor } from './levels.ts';
export { COMPLIANCE_REQUIREMENTS, levelAtLeast, NETWORK_EXPOSURES, SECURITY_LEVELS } from './request.ts';
export type { ComplianceRequirement, HardeningRequest, NetworkExposure, SecurityLevel } from './request.ts';
