/**
 * The bare request's answer: five keys, as the published output schema names them. Rules carry no password, so that the
 * answer can be stored and shown; secrets are made when files are written.
 */

import { z } from 'zod';
import { confEntries } from './artefacts/conf-file.ts';
import { blueprintOf, compilePolicy, type CompileOptions } from './compile.ts';
import { closedDefaultUser } from './role.ts';
import type { PolicyDocument } from './policy-document.ts';

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

export function hardenRequest(policy: PolicyDocument, options: CompileOptions = {}): HardenOutput {
  const compiled = compilePolicy(policy, options);
  const blueprint = blueprintOf(policy, options);
  const config: Record<string, string | string[]> = {};
  const tls: Record<string, string> = {};
  for (const [section, entries] of confEntries(blueprint)) {
    for (const { name, args } of entries) {
      const value = args.join(' ');
      const before = config[name];
      config[name] = before === undefined ? value : [before, value].flat();
      if (section === 'tls') tls[name] = value;
    }
  }
  const closed = closedDefaultUser(blueprint.request.server).split(' ').slice(2);
  return {
    security_config: config,
    acl_rules: [
      { user: 'default', role: 'none', rules: closed, setuser: `ACL SETUSER default ${closed.join(' ')}` },
      ...compiled.users.map(({ user, enabled, rules }) => {
        const state = enabled ? 'on' : 'off';
        const all = ['reset', state, ...rules];
        return {
          user: user.name,
          role: user.role,
          rules: [state, ...rules],
          setuser: `ACL SETUSER ${user.name} ${all.join(' ')}`,
        };
      }),
    ],
    tls_config: {
      required: compiled.tls.required,
      client_certificates: compiled.tls.clientCertificates,
      directives: tls,
      server_names: [...compiled.tls.names],
      lifetime_days_max: compiled.tls.lifetimeDaysMax,
    },
    audit_checklist: compiled.checklist.map(({ theme, area, item, how, evidence, clauses, checks }) => ({
      id: theme,
      area,
      item,
      how,
      evidence,
      clauses: [...clauses],
      checks: [...checks],
    })),
    warnings: [...compiled.warnings, ...compiled.refusals],
  };
}

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
