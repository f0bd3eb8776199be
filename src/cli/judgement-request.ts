/**
 * What a server is judged by, from the policy document and the flags: flags win over the document, the document
 * over the defaults. The defaults are stated in the report's head, so that nobody has to guess them.
 */

import type { ServerVersion } from '../conf/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import {
  COMPLIANCE_REQUIREMENTS,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type ComplianceRequirement,
  type HardeningRequest,
  type NetworkExposure,
  type SecurityLevel,
} from '../policy/index.ts';
import { CommandFailure } from './failure.ts';

/** The part of a request that people choose; the server and its mode come from what is judged. */
export interface Chosen {
  readonly level: SecurityLevel;
  readonly exposure: NetworkExposure;
  readonly frameworks: readonly ComplianceRequirement[];
}

export interface ChoiceFlags {
  readonly level?: string;
  readonly exposure?: string;
  readonly require: readonly string[];
}

/** Merge flags over a document over the defaults: hardened, private_network, no framework. */
export function readChoice(flags: ChoiceFlags, document: Partial<Chosen>): Chosen {
  return {
    level:
      flags.level === undefined
        ? (document.level ?? 'hardened')
        : oneOf('--level', flags.level, SECURITY_LEVELS),
    exposure:
      flags.exposure === undefined
        ? (document.exposure ?? 'private_network')
        : oneOf('--exposure', flags.exposure, NETWORK_EXPOSURES),
    frameworks:
      flags.require.length === 0
        ? (document.frameworks ?? [])
        : flags.require.map((name) => oneOf('--require', name, COMPLIANCE_REQUIREMENTS)),
  };
}

/** The request for one snapshot: its own version and mode, or `fallback` when it shows none. */
export function requestFor(chosen: Chosen, snapshot: Snapshot, fallback: ServerVersion): HardeningRequest {
  const server = snapshot.product.known
    ? { product: snapshot.product.value.product, version: snapshot.product.value.version }
    : fallback;
  return { ...chosen, server, mode: modeOf(snapshot) };
}

function modeOf(snapshot: Snapshot): HardeningRequest['mode'] {
  if (snapshot.mode.known && snapshot.mode.value !== 'standalone') return snapshot.mode.value;
  return snapshot.role.known && snapshot.role.value.kind === 'replica' ? 'replica' : 'standalone';
}

/** A value of a closed list, or a usage failure that names the list. */
export function oneOf<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const value =
    values.find((known) => known === text.replaceAll('-', '_')) ?? values.find((known) => known === text);
  if (value === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `${flag} ${JSON.stringify(text)} is not one of ${values.join(', ')}`,
      next: `${flag} ${values[0] ?? ''}`,
    });
  }
  return value;
}
