/**
 * Reads a policy document (YAML) or a bare request (JSON). All problems are found in one reading, each with file, line,
 * column and what to do; with any problem there is no policy. Nothing is read from disk and no secret is resolved.
 */

import { LineCounter, parseDocument, type Document } from 'yaml';
import { assemblePolicy } from './assembly.ts';
import { nameProblems, userOf, userProblems, waiverProblems } from './meaning.ts';
import { fleetOf, fleetProblems } from './fleet.ts';
import { findJsonBreak } from './json-break.ts';
import { inOrder, placeOf, problemsOf, writtenNumber, type Path, type Source } from './place.ts';
import {
  policyJsonSchema,
  policySchema,
  requestJsonSchema,
  requestSchema,
  type PolicyInput,
} from './schema.ts';
import { expandTenant, tenantProblems } from './tenants.ts';
import type { PolicyDocument } from '../policy-document.ts';
import { POLICY_BYTES_MAX, type ParsedPolicy } from '../parsed-policy.ts';
import type { PolicyProblem } from '../problem.ts';
import type { HardeningRequest } from '../request.ts';

/** Aliases could make a small text large. */
const ALIASES_MAX = 100;
const PROBLEMS_MAX = 100;

/** Reads a policy document. `file` is its name in messages. */
export function parsePolicy(text: string, file = 'wardis.yaml'): ParsedPolicy {
  const read = readSource(text, file, policyJsonSchema());
  if (!read.ok) return read;
  const parsed = policySchema.safeParse(read.data);
  if (!parsed.success) return failed(problemsOf(read.source, read.data, parsed.error.issues));
  const input = parsed.data;
  const problems = meaningProblems(read.source, input);
  return problems.length > 0
    ? failed(problems)
    : { ok: true, policy: policyOf(input, read.source), problems: [] };
}

/** Reads the bare request of the published input schema, in JSON. */
export function parseRequest(text: string, file = 'request.json'): ParsedPolicy {
  const broken = jsonProblem(text, file);
  if (broken !== undefined) return failed([broken]);
  const read = readSource(text, file, requestJsonSchema());
  if (!read.ok) return read;
  const parsed = requestSchema.safeParse(read.data);
  if (!parsed.success) return failed(problemsOf(read.source, read.data, parsed.error.issues));
  const bare = { ...parsed.data, version: 1 as const, fleet: {}, tenants: [], waivers: [] };
  const problems = meaningProblems(read.source, bare);
  return problems.length > 0
    ? failed(problems)
    : { ok: true, policy: policyOf(bare, read.source), problems: [] };
}

function failed(problems: readonly PolicyProblem[]): ParsedPolicy {
  return { ok: false, problems: problems.toSorted(inOrder).slice(0, PROBLEMS_MAX) };
}

type ReadSource =
  | { readonly ok: true; readonly source: Source; readonly data: unknown }
  | (ParsedPolicy & { readonly ok: false });

function readSource(text: string, file: string, schema: object): ReadSource {
  if (text.length > POLICY_BYTES_MAX) {
    const message = `${text.length} characters, at most ${POLICY_BYTES_MAX}`;
    return { ok: false, problems: [{ code: 'policy-too-large', message, file }] };
  }
  const lines = new LineCounter();
  const document: Document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const source = { file, text, document, lines, schema };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): PolicyProblem => {
      const message =
        error.code === 'MULTIPLE_DOCS'
          ? 'one document only'
          : (error.message.split('\n')[0] ?? 'broken YAML');
      return { code: 'policy-syntax', message, file, ...placeOf(source, error.pos) };
    });
    return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
  }
  try {
    const data: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return { ok: true, source, data: keepVersion(document, data) };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    return { ok: false, problems: [{ code: 'policy-syntax', message, file }] };
  }
}

/** `version: 7.0` without quotes is the number 7 to YAML; what was written counts. */
function keepVersion(document: Document, data: unknown): unknown {
  const written = writtenNumber(document, ['server', 'version']);
  if (written === undefined || typeof data !== 'object' || data === null) return data;
  const server = (data as Readonly<Record<string, unknown>>)['server'];
  return { ...data, server: { ...(server as object), version: written } };
}

function jsonProblem(text: string, file: string): PolicyProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const lines = new LineCounter();
    parseDocument(text, { lineCounter: lines });
    const offset = findJsonBreak(text);
    const place = placeOf({ text, lines }, [offset, offset + 1]);
    // Node quotes a part of the text in its message; the caret shows it better and never a secret.
    return { code: 'policy-syntax', message: 'this is not JSON', file, ...place };
  }
}

function meaningProblems(source: Source, input: PolicyInput): readonly PolicyProblem[] {
  const server = requestOf(input).server;
  const names: { readonly name: string; readonly at: Path }[] = [];
  const problems: PolicyProblem[] = [];
  for (const [index, user] of input.users.entries()) {
    names.push({ name: user.name, at: ['users', index, 'name'] });
    problems.push(...userProblems(source, user, ['users', index], server));
  }
  for (const [index, tenant] of input.tenants.entries()) {
    const before = problems.length;
    problems.push(
      ...userProblems(source, tenant, ['tenants', index], server),
      ...tenantProblems(source, tenant, index),
    );
    if (problems.length > before) continue;
    for (const [at, user] of expandTenant(tenant).entries())
      names.push({ name: user.name, at: ['tenants', index, 'names', at] });
  }
  problems.push(...nameProblems(source, names), ...waiverProblems(source, input.waivers));
  for (const [name, fleet] of Object.entries(input.fleet))
    problems.push(...fleetProblems(source, name, fleet));
  return problems;
}

function requestOf(input: PolicyInput): HardeningRequest {
  const { product = 'redis', version = '7.2', mode = 'standalone' } = input.server ?? {};
  return {
    level: input.security_level as HardeningRequest['level'],
    frameworks: [...new Set(input.compliance_requirements)] as HardeningRequest['frameworks'],
    exposure: input.network_exposure as HardeningRequest['exposure'],
    server: { product, version },
    mode,
  };
}

function policyOf(input: PolicyInput, source: Source): PolicyDocument {
  return assemblePolicy(requestOf(input), {
    settings: input.settings,
    paths: input.paths,
    users: [...input.users.map(userOf), ...input.tenants.flatMap(expandTenant)],
    fleets: Object.entries(input.fleet).map(([name, fleet]) => fleetOf(name, fleet)),
    waivers: input.waivers.map((waiver, index) => ({ ...waiver, ...lineOf(source, ['waivers', index]) })),
    credentialAge: input.credential_age,
    given: (key) => source.document.has(key),
  });
}

function lineOf(source: Source, path: Path): { readonly line?: number } {
  const node: unknown = source.document.getIn(path, true);
  const range = (node as { readonly range?: readonly number[] } | undefined)?.range;
  const start = range?.[0];
  return start === undefined ? {} : { line: source.lines.linePos(start).line };
}
