/**
 * What every artefact is drawn from: the request and its expectations, the operator's choices, the users with their
 * rules, and who may reach which port. Worked out once, so that conf, firewall and runbooks cannot disagree.
 */

import type { Secret } from '../conf/index.ts';
import type { Expectations } from './expectation.ts';
import type { FleetPolicy, Paths, PolicyUser, ServerChoices } from './policy-document.ts';
import type { HardeningRequest } from './request.ts';
import type { Credential } from './secret-source.ts';

/** A file to be written. */
export interface Artefact {
  /** Relative to the output directory, with `/`. */
  readonly path: string;
  readonly content: string;
  /** Permission bits in octal: 0600 where it may hold a secret. */
  readonly mode: 0o600 | 0o640 | 0o644 | 0o755;
  /** What it is, in one line. */
  readonly about: string;
}

export interface CompiledUser {
  readonly user: PolicyUser;
  /** Off: it has ended (`user-end.ts`). */
  readonly enabled: boolean;
  /** Rules without passwords. */
  readonly rules: readonly string[];
  readonly credential: Credential | undefined;
}

/** Where one kind of peer may connect, as a firewall sees it. */
export interface Opening {
  readonly name: 'clients' | 'peers' | 'monitors' | 'bus' | 'sentinels';
  readonly port: number;
  readonly networks: readonly string[];
}

export interface Blueprint {
  readonly request: HardeningRequest;
  readonly expected: Expectations;
  readonly choices: ServerChoices;
  readonly paths: Paths;
  readonly users: readonly CompiledUser[];
  readonly fleets: readonly FleetPolicy[];
  /** The port that clients use, TLS or not. */
  readonly port: number;
  readonly busPort: number | undefined;
  readonly openings: readonly Opening[];
  /** Who replicas log in as, when a user of that role exists. */
  readonly replication: { readonly user: string; readonly secret: Secret | undefined } | undefined;
}

/** `redis` or `valkey`: names of files, units and programs. */
export function productName(blueprint: Pick<Blueprint, 'request'>): 'redis' | 'valkey' {
  return blueprint.request.server.product;
}

/** `level hardened, pci_dss, private_network, redis 7.2 standalone` */
export function describeRequest(request: HardeningRequest): string {
  const frameworks = request.frameworks.length === 0 ? '' : `, ${request.frameworks.join(' ')}`;
  return `level ${request.level}${frameworks}, ${request.exposure}, ${request.server.product} ${request.server.version} ${request.mode}`;
}

/** Names of users with a role, in the policy's order. */
export function namesByRole(
  blueprint: Pick<Blueprint, 'users'>,
  ...roles: readonly PolicyUser['role'][]
): readonly string[] {
  return blueprint.users.filter((each) => roles.includes(each.user.role)).map((each) => each.user.name);
}
