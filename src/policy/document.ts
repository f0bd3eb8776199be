/**
 * A policy from a document, from a bare request, or from nothing but a request's values. Reading documents needs a YAML
 * parser and a schema, which are slow to load: they come with the first document.
 */

import { assemblePolicy } from './document/assembly.ts';
import { readPlainRequest } from './document/plain-request.ts';
import type { ParsedPolicy } from './parsed-policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { HardeningRequest } from './request.ts';

/** Reads a policy document. `file` is its name in messages. */
export async function parsePolicy(text: string, file = 'wardis.yaml'): Promise<ParsedPolicy> {
  const reading = await import('./document/reading.ts');
  return reading.parsePolicy(text, file);
}

/** Reads the bare request of the published input schema, in JSON. */
export async function parseRequest(text: string, file = 'request.json'): Promise<ParsedPolicy> {
  const plain = readPlainRequest(text);
  if (plain !== undefined) return { ok: true, policy: plain, problems: [] };
  const reading = await import('./document/reading.ts');
  return reading.parseRequest(text, file);
}

/** A policy with nothing but a request: the users, paths and limits that a level brings with it. */
export function policyFor(request: HardeningRequest): PolicyDocument {
  return assemblePolicy(request, { users: [], fleets: [], waivers: [], given: () => true });
}
