/**
 * What is asked for: the security level, the frameworks and the exposure, exactly as the input schema of the
 * hardening request names them, and the server version that the answer is for.
 */

import type { ServerVersion } from '../conf/index.ts';

/** basic: development; standard: internal production; hardened: sensitive or external; compliance: regulated. */
export type SecurityLevel = 'basic' | 'standard' | 'hardened' | 'compliance';

export type ComplianceRequirement = 'pci_dss' | 'hipaa' | 'sox' | 'gdpr';

/** Who can reach the server's address at all. */
export type NetworkExposure = 'localhost' | 'private_network' | 'public';

export const SECURITY_LEVELS: readonly SecurityLevel[] = ['basic', 'standard', 'hardened', 'compliance'];
export const COMPLIANCE_REQUIREMENTS: readonly ComplianceRequirement[] = ['pci_dss', 'hipaa', 'sox', 'gdpr'];
export const NETWORK_EXPOSURES: readonly NetworkExposure[] = ['localhost', 'private_network', 'public'];

/** The five facts from which every expected value follows. */
export interface HardeningRequest {
  readonly level: SecurityLevel;
  readonly frameworks: readonly ComplianceRequirement[];
  readonly exposure: NetworkExposure;
  readonly server: ServerVersion;
  readonly mode: 'standalone' | 'replica' | 'cluster' | 'sentinel';
}

/** True when `level` is at least `floor`. */
export function levelAtLeast(level: SecurityLevel, floor: SecurityLevel): boolean {
  return SECURITY_LEVELS.indexOf(level) >= SECURITY_LEVELS.indexOf(floor);
}
