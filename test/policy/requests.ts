/** Every request that the property tests go through, and the users they compile. */
import { listRecordedServers, secret, type ServerVersion } from '../../src/conf/index.ts';
import {
  COMPLIANCE_REQUIREMENTS,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type ComplianceRequirement,
  type HardeningRequest,
  type PolicyUser,
} from '../../src/policy/index.ts';

export const MODES = ['standalone', 'replica', 'cluster', 'sentinel'] as const;

/** Every subset of the frameworks. */
export const FRAMEWORK_SETS: readonly (readonly ComplianceRequirement[])[] = Array.from(
  { length: 2 ** COMPLIANCE_REQUIREMENTS.length },
  (_, bits) => COMPLIANCE_REQUIREMENTS.filter((_framework, at) => (bits >> at) & 1),
);

export const SERVERS: readonly ServerVersion[] = listRecordedServers();

/**
 * Every level, framework subset, exposure and version. Frameworks change nothing that a mode changes, so with modes
 * other than standalone only none and all of them are gone through.
 */
export function* everyRequest(servers: readonly ServerVersion[] = SERVERS): Generator<HardeningRequest> {
  for (const server of servers)
    for (const level of SECURITY_LEVELS)
      for (const frameworks of FRAMEWORK_SETS)
        for (const exposure of NETWORK_EXPOSURES)
          for (const mode of MODES) {
            if (mode === 'standalone' || frameworks.length % COMPLIANCE_REQUIREMENTS.length === 0) {
              yield { level, frameworks, exposure, server, mode };
            }
          }
}

/** A secret by user name, easy to find again in what must not hold it. */
export function secretOf(user: PolicyUser): ReturnType<typeof secret> {
  return secret(`canary-${user.name}-0123456789abcdefghijklmnop`);
}
