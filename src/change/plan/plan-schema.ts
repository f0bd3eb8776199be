/** The JSON of a plan: what `wardis plan --json` prints, and what a plan file holds. Nothing secret is in it. */

import { z } from 'zod';

const name = z.string();
const text = z.string();

const right = z
  .looseObject({
    kind: z.enum(['command', 'keys', 'channels', 'databases', 'keys-together', 'future-commands']),
    commands: z.array(name).optional(),
  })
  .describe('One right, as in the JSON of wardis acl diff.');

const loginChange = z.union([
  z.object({ fact: z.enum(['enabled', 'nopass']), from: z.boolean(), to: z.boolean() }),
  z.object({ fact: z.literal('passwords'), added: z.int(), removed: z.int() }),
  z.object({ fact: z.literal('sanitize-payload'), from: text, to: text }),
]);

const difference = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('add-user'),
    mark: z.literal('+'),
    user: name,
    rules: text.describe('As ACL LIST would show them, password hashes left out.'),
    keys: z.array(text),
    commands: z.int(),
  }),
  z.object({
    kind: z.literal('change-user'),
    mark: z.literal('~'),
    user: name,
    diff: z.object({
      login: z.array(loginChange),
      unknown: z.array(name).describe('Commands that could not be compared to the end.'),
      gained: z.array(right),
      lost: z.array(right),
    }),
    direction: z.enum(['widen', 'narrow', 'both', 'login', 'text']),
    before: text,
    after: text,
  }),
  z.object({
    kind: z.literal('remove-user'),
    mark: z.literal('-'),
    user: name,
    why: text,
    sessions: z.int().describe('Sessions of the user that end with it, on that node.'),
  }),
  z.object({
    kind: z.literal('setting'),
    mark: z.enum(['~', '!']),
    name,
    from: text.nullable().describe('null for a secret.'),
    to: text.nullable(),
    takes: z.enum(['runtime', 'restart']),
    reason: text,
  }),
  z.object({
    kind: z.literal('persistence'),
    mark: z.enum(['~', '!']),
    how: z.enum(['acl-save', 'config-rewrite', 'by-hand']),
    why: text,
  }),
  z.object({
    kind: z.literal('revision'),
    mark: z.enum(['+', '~']),
    from: text.nullable(),
    to: text,
  }),
]);

const nodePlan = z.object({
  node: name,
  role: z.enum(['primary', 'replica', 'sentinel', 'unknown']),
  server: text.describe('redis-7.0.15'),
  basis: text.describe('Fingerprint of what the node was when the plan was made.'),
  differences: z.array(z.int().min(0)).describe('Places in the list of differences, from 0.'),
  marker: z
    .object({ revision: text, exact: z.boolean() })
    .nullable()
    .describe(
      'The revision that the node is marked with, and whether its users are still as that left them.',
    ),
  seen: z.object({ runId: text, users: z.record(name, text) }),
  left: z.array(z.object({ user: name, why: text })).describe('Users that are not ours to remove.'),
});

const refusal = z.object({
  code: z.enum([
    'own-user',
    'own-rights',
    'last-administrator',
    'replication-user',
    'sentinel-user',
    'exporter-user',
    'commands-in-use',
    'password-in-use',
    'default-in-use',
    'protected-mode',
    'unreadable',
    'unsupported',
    'not-persistent',
    'too-many-removed',
  ]),
  node: name,
  user: name.optional(),
  message: text,
  next: text,
  override: z.enum(['never', 'allow']),
});

export const planSchema = z
  .object({
    schemaVersion: z.literal('1'),
    madeAt: z.iso.datetime(),
    fleet: name.nullable(),
    kind: z.enum(['standalone', 'replicated', 'sentinel', 'cluster']),
    revision: z.string().regex(/^[0-9a-f]{64}$/),
    summary: z.object({
      add: z.int(),
      change: z.int(),
      remove: z.int(),
      byHand: z.int(),
      nodes: z.int(),
      nodesDifferent: z.int(),
      nodesAtRevision: z.int(),
    }),
    differences: z.array(difference).describe('Each once, however many nodes have it.'),
    nodes: z.array(nodePlan),
    unreadable: z.array(z.object({ node: name, code: text, detail: text })),
    refusals: z.array(refusal),
    warnings: z.array(text),
    notes: z.array(text),
  })
  .describe('How each live node differs from what the policy wants of it.');

/** The JSON Schema of the document. */
export function planJsonSchema(): object {
  return {
    ...z.toJSONSchema(planSchema, { target: 'draft-2020-12', io: 'output' }),
    title: 'Plan of wardis',
  };
}
