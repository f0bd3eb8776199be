/**
 * Tenants: one user for each name, from a template. Patterns of two tenants must not meet: `app_a*` also matches
 * `app_ab:x`, so a separator must follow the name.
 */

import type { KeyGrant, PolicyUser } from '../policy-document.ts';
import { problemAt, type Source } from './place.ts';
import type { PolicyProblem } from '../problem.ts';
import type { PolicyInput } from './schema.ts';

export type TenantInput = PolicyInput['tenants'][number];

const PLACEHOLDER = '{tenant}';

/** The text with `{tenant}` replaced. Names hold no glob characters, so nothing needs escaping. */
export function forTenant(template: string, tenant: string): string {
  return template.replaceAll(PLACEHOLDER, tenant);
}

/** Problems of one template: a fixed name or pattern for all tenants, and patterns that meet. */
export function tenantProblems(source: Source, tenant: TenantInput, at: number): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (tenant.names.length > 1 && !tenant.user.includes(PLACEHOLDER)) {
    const message = `every tenant would get the same user ${JSON.stringify(tenant.user)}`;
    problems.push(
      problemAt(source, ['tenants', at, 'user'], {
        code: 'policy-duplicate',
        message,
        help: 'put {tenant} into it',
      }),
    );
  }
  for (const [index, key] of tenant.keys.entries()) {
    const template = typeof key === 'string' ? key : key.pattern;
    const place = ['tenants', at, 'keys', index] as const;
    if (!template.includes(PLACEHOLDER)) {
      if (tenant.names.length < 2) continue;
      const message = `pattern ${JSON.stringify(template)} is shared by all tenants`;
      problems.push(
        problemAt(source, place, { code: 'policy-tenant-overlap', message, help: 'put {tenant} into it' }),
      );
      continue;
    }
    const meeting = firstOverlap(template, tenant.names);
    if (meeting === undefined) continue;
    const [one, other] = meeting;
    problems.push(
      problemAt(source, place, {
        code: 'policy-tenant-overlap',
        message: `the pattern of tenant ${one} also matches keys of tenant ${other}`,
        help: 'end the tenant with a separator: "{tenant}:*"',
      }),
    );
  }
  return problems;
}

/** Users of one template, in the order of the names. */
export function expandTenant(tenant: TenantInput): readonly PolicyUser[] {
  return tenant.names.map((name) => ({
    name: forTenant(tenant.user, name),
    role: tenant.role as PolicyUser['role'],
    keys: tenant.keys.map((key) => grantOf(key, name)),
    channels: tenant.channels.map((channel) => forTenant(channel, name)),
    databases: tenant.databases,
    commands: tenant.commands,
    expires: tenant.expires,
    password: undefined,
    tenant: name,
  }));
}

function grantOf(key: TenantInput['keys'][number], tenant: string): KeyGrant {
  return typeof key === 'string'
    ? { pattern: forTenant(key, tenant), access: undefined }
    : { pattern: forTenant(key.pattern, tenant), access: key.access };
}

/**
 * Two names whose patterns meet. What stands before the first glob character is compared: sorted, a prefix stands right
 * before what it is a prefix of or before other names that share it, so neighbours suffice.
 */
function firstOverlap(template: string, names: readonly string[]): readonly [string, string] | undefined {
  const fixed = names
    .map((name) => {
      const pattern = forTenant(template, name);
      const glob = pattern.search(/[*?[\\]/);
      return { name, prefix: glob < 0 ? pattern : pattern.slice(0, glob), open: glob >= 0 };
    })
    .sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0));
  for (const [index, each] of fixed.entries()) {
    const next = fixed[index + 1];
    if (next === undefined) continue;
    if (each.open ? next.prefix.startsWith(each.prefix) : next.prefix === each.prefix)
      return [each.name, next.name];
  }
  return undefined;
}
