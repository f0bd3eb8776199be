/**
 * The bare request as most callers send it: one JSON object of the three chosen values. It is read here without schema
 * and YAML, which take longer to load than everything else that answers it. Whatever is not exactly so is left to
 * `reading.ts`, which alone knows what is wrong with it.
 */

import type { PolicyDocument } from '../policy-document.ts';
import {
  COMPLIANCE_REQUIREMENTS,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type HardeningRequest,
} from '../request.ts';
import { assemblePolicy } from './assembly.ts';

/** Larger texts hold more than three keys. */
const PLAIN_CHARS_MAX = 4096;

/** The policy of a plain request; undefined when the text is anything else, right or wrong. */
export function readPlainRequest(text: string): PolicyDocument | undefined {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const entries = Object.entries(parsed);
  // JSON.parse drops the first of two equal keys in silence; the names and values hold no colon.
  if (entries.length !== 3 || text.split(':').length !== 4) return undefined;
  const { security_level, compliance_requirements, network_exposure } = Object.fromEntries(
    entries,
  ) as Readonly<Record<string, unknown>>;
  const level = SECURITY_LEVELS.find((known) => known === security_level);
  const exposure = NETWORK_EXPOSURES.find((known) => known === network_exposure);
  const frameworks = frameworksOf(compliance_requirements);
  if (level === undefined || exposure === undefined || frameworks === undefined) return undefined;
  const server = { product: 'redis', version: '7.2' } as const;
  return assemblePolicy(
    { level, exposure, frameworks, server, mode: 'standalone' },
    { users: [], fleets: [], waivers: [], given: (key) => key !== 'server' },
  );
}

function parse(text: string): unknown {
  if (text.length > PLAIN_CHARS_MAX) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function frameworksOf(given: unknown): HardeningRequest['frameworks'] | undefined {
  if (!Array.isArray(given) || given.length > COMPLIANCE_REQUIREMENTS.length) return undefined;
  const known = given.flatMap((name) => COMPLIANCE_REQUIREMENTS.filter((each) => each === name));
  return known.length === given.length ? [...new Set(known)] : undefined;
}
