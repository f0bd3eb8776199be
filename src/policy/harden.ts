/**
 * The bare request's answer: five keys, as the published output schema names them. Rules carry no password, so that the
 * answer can be stored and shown; secrets are made when files are written.
 */

import { confEntries } from './artefacts/conf-file.ts';
import { blueprintOf, compilePolicy, type CompileOptions } from './compile.ts';
import type { HardenOutput } from './harden-schema.ts';
import { closedDefaultUser } from './role.ts';
import type { PolicyDocument } from './policy-document.ts';

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
