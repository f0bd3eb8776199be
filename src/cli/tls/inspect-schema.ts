/** The published contract of `wardis tls inspect --json`. */

import { z } from 'zod';
import { assessmentJsonSchema } from '../../posture/index.ts';

const moment = z.string().describe('ISO 8601 UTC.');
const strings = z.array(z.string());

const certificate = z.strictObject({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string().describe('Upper-case hex.'),
  fingerprintSha256: z.string().regex(/^[0-9a-f]{64}$/),
  notBefore: moment,
  notAfter: moment,
  dueAt: moment.describe('Two thirds of its life.'),
  daysLeft: z.int().describe('Whole days; negative once it has expired.'),
  dnsNames: strings,
  ipAddresses: strings,
  uris: strings,
  key: z.string(),
  signature: z.string(),
  usages: strings.describe('Extended key usages; empty: every use.'),
});

const sent = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.literal('complete'), root: z.string() }),
    z.strictObject({ state: z.literal('incomplete'), missing: z.string() }),
    z.strictObject({ state: z.literal('unknown'), why: z.string() }),
  ])
  .describe('Whether a client that has only the root can follow what is sent.');

const record = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.enum(['current', 'unrecorded']) }),
    z.strictObject({ state: z.enum(['superseded', 'another']), serial: z.string(), until: z.string() }),
    z.strictObject({ state: z.literal('revoked'), at: moment, reason: z.string() }),
  ])
  .describe('What the inventory says of it.');

const port = z.strictObject({
  purpose: z.enum(['clients', 'bus', 'sentinel']),
  address: z.string(),
  state: z.enum(['served', 'failed']),
  fault: z.strictObject({ code: z.string(), detail: z.string() }).optional(),
  protocol: z.string().optional(),
  cipher: z.string().optional(),
  clientCertificate: z.enum(['required', 'optional', 'off', 'unknown']),
  trusted: z.boolean().describe('By us, with our CA file, under the name that we used.'),
  trustError: z.string().optional(),
  leaf: certificate.optional(),
  chain: strings.describe('Subjects, leaf first, as sent.'),
  sent,
  record,
  onDisk: z.strictObject({ state: z.enum(['same', 'different', 'unknown']), path: z.string().optional() }),
  offer: z
    .strictObject({
      versions: strings,
      suites: z.record(z.string(), strings),
      weak: strings,
      untried: strings.describe('Nothing is known of these.'),
    })
    .optional(),
  resumption: z
    .array(
      z.strictObject({
        version: z.string(),
        kind: z.enum(['resumed', 'not-resumed', 'unknown']),
        why: z.string().optional(),
      }),
    )
    .optional(),
});

const node = z.strictObject({
  id: z.string(),
  role: z.enum(['primary', 'replica', 'sentinel', 'unknown']),
  server: z.string().optional(),
  clock: z
    .strictObject({ aheadMs: z.number(), doubtMs: z.number() })
    .optional()
    .describe('How far it is before ours, and by how much that may be wrong.'),
  unreachable: z.string().optional(),
  told: z.array(
    z.strictObject({
      host: z.string(),
      port: z.int(),
      by: z.enum(['seed', 'cluster', 'sentinel', 'primary', 'policy']),
      covered: z.boolean().optional(),
    }),
  ),
  links: z.array(
    z.strictObject({
      link: z.enum(['replication', 'bus', 'sentinel']),
      transport: z.enum(['plaintext', 'tls', 'unknown']),
      shows: z.string().optional(),
    }),
  ),
  trusts: z.array(certificate).optional().describe('Absent where its files were not read.'),
  ports: z.array(port),
});

const file = z.strictObject({
  path: z.string(),
  purpose: z.enum(['server', 'client', 'node', 'authority']),
  certificates: z.array(certificate),
  sent,
  record,
  pair: z.enum(['match', 'mismatch', 'unreadable-certificate', 'unreadable-key', 'encrypted-key']).optional(),
  problems: strings,
});

const entry = z.strictObject({
  fingerprintSha256: z.string(),
  subject: z.string(),
  kind: z.enum(['served', 'authority', 'client', 'file', 'recorded']),
  state: z.enum(['early', 'fine', 'due', 'expired']),
  notBefore: moment,
  notAfter: moment,
  dueAt: moment,
  daysLeft: z.int(),
  where: strings,
  revoked: z.boolean(),
});

export const inspectionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  takenAt: moment,
  fleet: z.string().optional(),
  kind: z.enum(['standalone', 'replicated', 'sentinel', 'cluster', 'files']),
  nodes: z.array(node),
  files: z.array(file),
  inventory: z.enum(['read', 'none', 'unreadable']),
  timeline: z.array(entry).describe('Every certificate once, the one that ends first before the others.'),
  assessment: z.looseObject({ schemaVersion: z.literal('1') }).describe('As wardis audit reports it.'),
  notes: strings,
});

/** The contract as JSON Schema, draft 2020-12. */
export function inspectionJsonSchema(): object {
  const schema = z.toJSONSchema(inspectionSchema) as {
    readonly properties: Readonly<Record<string, object>>;
  };
  const { $schema: _draft, ...assessment } = assessmentJsonSchema() as { readonly $schema?: string };
  return {
    title: 'Inspection by wardis tls inspect',
    ...schema,
    properties: { ...schema.properties, assessment },
  };
}
