/**
 * A receipt of a revocation: what was asked, and for each node what was seen there at the end. It claims nothing that
 * does not follow from its own evidence (`verdict.ts`), and holds neither secrets nor hashes: of passwords it says how
 * many an account has and whether an earlier one is still there.
 */

import { z } from 'zod';

const count = z.int().min(0);
const text = z.string().max(4096);
const time = z.iso.datetime().describe('ISO 8601, UTC, by the clock of who revoked.');
const ADDRESSES_MAX = 1000;
const NODES_MAX = 10_000;

const account = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.literal('absent') }).describe('The server knows no such user.'),
    z.strictObject({
      state: z.enum(['off', 'on']),
      passwords: count.describe('How many passwords it has.'),
      nopass: z.boolean().describe('Any password would do if it were on.'),
    }),
  ])
  .describe('What the server gave back when asked for the user.');

const persistence = z
  .strictObject({
    by: z
      .enum(['acl-save', 'config-rewrite', 'flushconfig', 'nothing'])
      .describe('Command that wrote users to disk; nothing: the server was started without a file.'),
    state: z
      .enum(['saved', 'no-file', 'failed', 'not-asked'])
      .describe('saved: the server answered OK. no-file: a restart forgets everything.'),
    file: z
      .enum(['matches', 'differs', 'not-read'])
      .describe('The file itself, where it could be read from the host of who revoked.'),
    detail: text,
  })
  .describe('Whether a restart brings the user back.');

const oldSecret = z
  .strictObject({
    login: z
      .enum(['refused', 'accepted', 'not-tried', 'unclear'])
      .describe('A new connection with the old secret; not-tried: it is not known here.'),
    hash: z
      .enum(['gone', 'present', 'none-known', 'no-users'])
      .describe(
        'Password hashes that the account had; none-known: it had none when it was first looked at, or was gone by then; no-users: the server has no users at all.',
      ),
  })
  .describe('What became of the secret that the person knows.');

const replication = z.strictObject({
  before: z.enum(['up', 'down', 'none', 'unknown']),
  after: z.enum(['up', 'down', 'none', 'unknown']).describe('none: it follows no other server.'),
});

const evidence = z
  .strictObject({
    cutAt: time
      .nullable()
      .describe('When the server had acknowledged off and resetpass; null: no such user.'),
    readAt: time.describe('When everything below was read, after the cut and in one request.'),
    account,
    sessions: z.strictObject({
      seen: z.array(text).max(ADDRESSES_MAX).describe('Addresses of the sessions that the user had.'),
      ended: count.describe('How many the server said it ended.'),
      left: count,
    }),
    oldSecret,
    persistence,
    replication,
  })
  .describe('What was seen at one node.');

/** Why a node does not count as revoked. */
export const OPEN_REASONS = [
  'unreachable',
  'refused',
  'account-on',
  'account-has-password',
  'session-left',
  'secret-accepted',
  'secret-unclear',
  'hash-present',
  'not-saved',
  'file-differs',
  'read-before-cut',
] as const;

const node = z.strictObject({
  node: text.describe('Address that was dialled.'),
  role: z.enum(['primary', 'replica', 'sentinel', 'unknown']),
  server: text.nullable().describe('redis-7.0.15; null: never reached.'),
  identity: text.nullable().describe('run_id of the process that answered.'),
  outcome: z.enum(['revoked', 'pending', 'not-revoked']),
  open: z.array(z.enum(OPEN_REASONS)).describe('Why it does not count as revoked; empty when it does.'),
  detail: text.describe('For people.'),
  evidence: evidence.nullable().describe('null: the node was not asked to the end.'),
});

/** One other way in. */
export const alsoKnownSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('same-password'),
      user: text,
      nodes: z.array(text).max(NODES_MAX),
    }),
    z.strictObject({
      kind: z.literal('no-password-needed'),
      user: text,
      nodes: z.array(text).max(NODES_MAX),
    }),
    z.strictObject({
      kind: z.literal('same-address'),
      user: text,
      addresses: z.array(text).max(ADDRESSES_MAX),
      nodes: z.array(text).max(NODES_MAX),
    }),
    z
      .strictObject({
        kind: z.literal('look-alike'),
        user: text,
        nodes: z.array(text).max(NODES_MAX),
      })
      .describe('Another user whose name is the same to the eye, or but for capitals; it stays.'),
    z.strictObject({
      kind: z.literal('certificate'),
      serial: text,
      subject: text,
      notAfter: text,
      nodes: z.array(text).max(NODES_MAX).describe('Nodes where a certificate logs in without a password.'),
    }),
  ])
  .describe('Another way in that the person may know. Not closed by this revocation.');

const receipt = z.strictObject({
  kind: z.literal('wardis.revocation'),
  schemaVersion: z.literal('1'),
  run: text.describe('Id of the run in the state folder.'),
  continues: text.nullable().describe('Id of the run that this one finishes.'),
  user: text,
  fleet: text.nullable(),
  topology: z.enum(['standalone', 'replicated', 'sentinel', 'cluster']),
  actor: text.describe('Login name and host of who asked.'),
  tool: text,
  startedAt: time,
  issuedAt: time,
  account: z.enum(['delete', 'keep-off']).describe('What was to become of the account.'),
  forced: z.array(text).describe('Objections that were overridden.'),
  revoked: z.boolean(),
  verdict: z.enum(['revoked', 'pending', 'not-revoked']),
  nodes: z.array(node).min(1).max(NODES_MAX),
  notSeen: z.array(text).describe('Parts of the fleet that discovery could not see; not empty: not revoked.'),
  alsoKnown: z.array(alsoKnownSchema),
  inventory: z
    .enum(['read', 'none', 'unreadable'])
    .describe('Issued certificates were looked up in tls/inventory.json of the state folder.'),
});

const signature = z.strictObject({
  algorithm: z.literal('ed25519'),
  keyId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('First digits of SHA-256 of the public key (SPKI DER).'),
  value: z
    .string()
    .regex(/^[A-Za-z0-9+/]{86}==$/)
    .describe('Base64. Over "wardis-receipt-v1", a line feed, and receipt as RFC 8785 writes it.'),
});

/** The file. */
export const signedReceiptSchema = z.strictObject({ receipt, signature });

export type SignedReceipt = z.infer<typeof signedReceiptSchema>;
export type Receipt = z.infer<typeof receipt>;
export type NodeReceipt = z.infer<typeof node>;
export type NodeEvidence = z.infer<typeof evidence>;
export type AlsoKnown = z.infer<typeof alsoKnownSchema>;
export type OpenReason = (typeof OPEN_REASONS)[number];

/** JSON Schema 2020-12 of a receipt file. */
export function receiptJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(signedReceiptSchema, { target: 'draft-2020-12' });
  return { $schema, $id: 'urn:wardis:schema:receipt', title: 'Wardis receipt', ...rest };
}
