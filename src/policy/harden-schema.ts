/** The published schema of the bare request's answer. */

import { z } from 'zod';

const text = z.string();

/** Exactly these five, and nothing else at the top. */
const hardenOutputSchema = z.strictObject({
  security_config: z
    .record(text, z.union([text, z.array(text)]))
    .describe('Directives of the conf by name; several lines are a list.'),
  acl_rules: z.array(
    z.strictObject({
      user: text,
      role: text,
      rules: z.array(text).describe('Left to right; without password.'),
      setuser: text.describe('The same as one command, from nothing.'),
    }),
  ),
  tls_config: z.strictObject({
    required: z.boolean(),
    client_certificates: z.enum(['yes', 'optional', 'no']),
    directives: z.record(text, text),
    server_names: z.array(text),
    lifetime_days_max: z.int(),
  }),
  audit_checklist: z.array(
    z.strictObject({
      id: text,
      area: text,
      item: text,
      how: z.enum(['automatic', 'by-hand']),
      evidence: text,
      clauses: z.array(text),
      checks: z.array(text),
    }),
  ),
  warnings: z.array(text),
});

export type HardenOutput = z.infer<typeof hardenOutputSchema>;

/** JSON Schema 2020-12 of the answer. */
export function hardenOutputJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(hardenOutputSchema, { target: 'draft-2020-12' });
  return {
    $schema,
    $id: 'urn:wardis:schema:harden-output',
    title: 'Wardis hardening answer',
    ...rest,
  };
}
