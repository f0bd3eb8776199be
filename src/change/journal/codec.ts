/**
 * Runs and journal entries as JSON: every `Secret` is sealed as `{"$sealed": "v1:…"}`, everything else must be plain
 * data. Reading checks the shape, since a file that anybody touched could make a run do something else.
 */

import { z } from 'zod';
import { Secret } from '../../conf/index.ts';
import type { JournalEntry, Run } from '../run.ts';
import type { Seal } from './seal.ts';

/** What JSON can hold. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const SEALED = '$sealed';
const DEPTH_MAX = 64;

/** One JSON text without line ends. */
export function encode(value: unknown, seal: Pick<Seal, 'seal'>): string {
  return JSON.stringify(sealAll(value, seal, 0));
}

/** The value again, with its secrets. Throws a `SyntaxError` for what is not JSON. */
export function decode(text: string, seal: Pick<Seal, 'open'>): unknown {
  return openAll(JSON.parse(text) as Json, seal);
}

/** Stands in for a seal where secrets are not looked at: each reads as empty. */
export const CLOSED: Pick<Seal, 'open'> = { open: () => new Secret('') };

function sealAll(value: unknown, seal: Pick<Seal, 'seal'>, depth: number): Json | undefined {
  if (value instanceof Secret) return { [SEALED]: seal.seal(value) };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === undefined) return undefined;
  if (depth > DEPTH_MAX) throw new TypeError('nested too deeply for a journal');
  if (Array.isArray(value)) return value.map((item) => sealAll(item, seal, depth + 1) ?? null);
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).map(([name, item]): [string, Json | undefined] => {
      if (name === SEALED) throw new TypeError(`${SEALED} is not a name for plain data`);
      return [name, sealAll(item, seal, depth + 1)];
    });
    return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  }
  throw new TypeError('a journal holds plain data and secrets only');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function openAll(value: Json, seal: Pick<Seal, 'open'>): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => openAll(item, seal));
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === SEALED && typeof only[1] === 'string') return seal.open(only[1]);
  return Object.fromEntries(entries.map(([name, item]) => [name, openAll(item, seal)]));
}

const STATES = [
  'begun',
  'done',
  'unneeded',
  'pending',
  'failed',
  'skipped',
  'undone',
  'undo-failed',
] as const;
const OUTCOMES = ['done', 'pending', 'stopped', 'undone', 'undo-incomplete'] as const;

const ENTRY = z.union([
  z.strictObject({
    at: z.string(),
    step: z.int().positive(),
    state: z.enum(STATES),
    detail: z.string().optional(),
  }),
  z.strictObject({
    at: z.string(),
    note: z.string(),
    facts: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({ at: z.string(), ended: z.enum(OUTCOMES) }),
]);

const SECRET = z.instanceof(Secret);
const SETTINGS = z.array(
  z.strictObject({
    name: z.string(),
    before: z.union([z.string(), SECRET]).optional(),
    after: z.union([z.string(), SECRET]),
  }),
);
const PRIMARY = z.strictObject({
  host: z.string(),
  port: z.int().positive(),
  transport: z.enum(['plaintext', 'tls']),
});
const ARGV = z.array(z.string()).min(1);
const SERVES = z.strictObject({
  ports: z.array(z.strictObject({ host: z.string(), port: z.int().positive() })),
  before: z.string().optional(),
  after: z.string(),
});
const CLIENT_PAIR = z.strictObject({ certificate: z.string(), key: SECRET });
const WAY = z.enum(['perform', 'revert']);
const PLACE = { id: z.int().positive(), node: z.string(), stage: z.string() };
const STEP = z.discriminatedUnion('kind', [
  z.strictObject({
    ...PLACE,
    kind: z.literal('set-user'),
    user: z.string(),
    before: SECRET.optional(),
    after: SECRET,
  }),
  z.strictObject({ ...PLACE, kind: z.literal('remove-user'), user: z.string(), before: SECRET }),
  z.strictObject({ ...PLACE, kind: z.literal('add-password'), user: z.string(), hash: SECRET }),
  z.strictObject({ ...PLACE, kind: z.literal('remove-password'), user: z.string(), hash: SECRET }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('end-sessions'),
    user: z.string(),
    ids: z.array(z.string()).optional(),
    perSecond: z.number().positive().optional(),
  }),
  z.strictObject({ ...PLACE, kind: z.literal('set-config'), settings: SETTINGS }),
  z.strictObject({ ...PLACE, kind: z.literal('set-sentinel'), group: z.string(), settings: SETTINGS }),
  z.strictObject({ ...PLACE, kind: z.literal('persist'), by: z.enum(['acl-save', 'config-rewrite']) }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('place-file'),
    path: z.string(),
    beforeSha256: z.string(),
    after: SECRET,
    mode: z.int().optional(),
  }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('reload-tls'),
    on: WAY,
    settings: SETTINGS,
    serves: SERVES.optional(),
    admits: CLIENT_PAIR.optional(),
  }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('restart-sentinel'),
    on: WAY,
    command: ARGV.optional(),
    serves: SERVES.optional(),
  }),
  z.strictObject({ ...PLACE, kind: z.literal('prove-certificate'), serves: SERVES }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('reconnect-clients'),
    ids: z.array(z.string()).optional(),
    perSecond: z.number().positive(),
    handshakeMsMax: z.number().positive(),
  }),
  z.strictObject({
    ...PLACE,
    kind: z.literal('prove-login'),
    user: z.string(),
    password: SECRET,
    expect: z.enum(['accepted', 'refused']),
  }),
  z.strictObject({ ...PLACE, kind: z.literal('follow-primary'), before: PRIMARY, after: PRIMARY }),
  z.strictObject({ ...PLACE, kind: z.literal('prove-replication') }),
]);
const RUN = z.strictObject({
  id: z.string(),
  operation: z.enum(['apply', 'rotate', 'revoke', 'migrate', 'rotate-leaf', 'rotate-ca', 'reconnect']),
  startedAt: z.string(),
  actor: z.string(),
  subject: z.string(),
  nodes: z.array(
    z.strictObject({ id: z.string(), role: z.enum(['primary', 'replica', 'sentinel', 'unknown']) }),
  ),
  stages: z.array(z.strictObject({ name: z.string(), title: z.string(), steps: z.array(STEP) })),
  facts: z.record(z.string(), z.unknown()),
});

/** The run of a decoded `run.json`; what does not fit is told with its place, never with its value. */
export function readRunShape(value: unknown): { readonly run: Run } | { readonly problem: string } {
  const read = RUN.safeParse(value);
  return read.success ? { run: value as Run } : { problem: describeIssues(read.error) };
}

/** The entry of a decoded line. */
export function readEntryShape(
  value: unknown,
): { readonly entry: JournalEntry } | { readonly problem: string } {
  const read = ENTRY.safeParse(value);
  return read.success ? { entry: value as JournalEntry } : { problem: describeIssues(read.error) };
}

function describeIssues(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'the whole'} is not what a journal holds there (${issue?.code ?? 'unknown'})`;
}
