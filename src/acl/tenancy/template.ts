/**
 * Users for many tenants from one template. A tenant's name is a literal: glob characters in it are escaped in patterns
 * (`acme[1]` would match the keys of `acme1` and not its own).
 */
import { escapeGlob } from '../decision/glob-escape.ts';
import { hasSpaces, toBytes } from '../bytes.ts';
import { automatonOf } from '../compare/glob-automaton.ts';
import { setOf } from '../compare/byte-set.ts';
import type { CommandTable } from '../table/command-table.ts';

/** What every tenant's user is like; `{tenant}` stands for the name. */
export interface TenantTemplate {
  /** Name of the user. Default: `{tenant}`. */
  readonly user?: string;
  /** Key patterns, or rules (`%R~shared:*`). Default: `{tenant}:*`. */
  readonly keys?: readonly string[];
  /** Channel patterns. Default: `{tenant}.*`; empty for none. */
  readonly channels?: readonly string[];
  /** Command rules, left to right. Default of the command line: those of `tenantRules`. */
  readonly commands: readonly string[];
  /** The databases of all tenants (Valkey 9.1). Default: all. */
  readonly databases?: readonly number[];
}

/** One tenant's user, without login rules. */
export interface TenantUser {
  readonly tenant: string;
  readonly user: string;
  /** Keys, channels, databases, commands, as ACL SETUSER takes them. */
  readonly rules: readonly string[];
}

export interface TenantProblem {
  readonly code: 'tenant-name' | 'tenant-twice' | 'tenant-template';
  /** The tenant or the part of the template at fault. */
  readonly subject: string;
  readonly message: string;
  readonly help: string;
}

/** Where the name of the tenant goes. */
export const PLACEHOLDER = '{tenant}';

const NO_DATABASES: TenantProblem = {
  code: 'tenant-template',
  subject: 'databases',
  message: 'the server has no database rules: they came with Valkey 9.1',
  help: 'leave the databases out, or name a newer server',
};

/** Bytes of a tenant's name: more is a mistake. */
export const NAME_BYTES_MAX = 256;

/**
 * The users of all tenants on the server of `table`, in the order of the names. Problems are all of them; the users are complete only when there
 * are none.
 */
export function makeTenants(
  names: readonly string[],
  template: TenantTemplate,
  table: CommandTable,
): { readonly users: readonly TenantUser[]; readonly problems: readonly TenantProblem[] } {
  const { user = PLACEHOLDER, keys = [`${PLACEHOLDER}:*`], channels = [`${PLACEHOLDER}.*`] } = template;
  const { dialect } = table;
  const patterns = [...keys.map(patternOf), ...channels];
  const problems = [...templateProblems(user, patterns, names.length)];
  if (template.databases !== undefined && !dialect.databases) problems.push(NO_DATABASES);
  const seen = new Set<string>();
  const users: TenantUser[] = [];
  const keyRules = keys.map((key) => (isRule(key) ? key : `~${key}`));
  for (const tenant of names) {
    const name = user.replaceAll(PLACEHOLDER, () => tenant);
    const problem = nameProblem(tenant, name) ?? (seen.has(name) ? twice(tenant, name) : undefined);
    seen.add(name);
    if (problem !== undefined) {
      problems.push(problem);
      continue;
    }
    const literal = escapeGlob(tenant);
    const fill = (text: string): string => text.replaceAll(PLACEHOLDER, () => literal);
    users.push({
      tenant,
      user: name,
      rules: [
        ...keyRules.map(fill),
        // 6.0 has no channel rules: every user has every channel.
        ...(dialect.channels ? ['resetchannels', ...channels.map((channel) => `&${fill(channel)}`)] : []),
        ...(template.databases === undefined ? [] : [`db=${template.databases.join(',')}`]),
        ...template.commands,
      ],
    });
  }
  return { users, problems };
}

function isRule(key: string): boolean {
  return /^(?:~|%[RrWw]+~)/.test(key);
}

function patternOf(key: string): string {
  return isRule(key) ? key.slice(key.indexOf('~') + 1) : key;
}

function nameProblem(tenant: string, user: string): TenantProblem | undefined {
  const bytes = toBytes(tenant);
  const refuse = (message: string, help: string): TenantProblem => ({
    code: 'tenant-name',
    subject: tenant,
    message,
    help,
  });
  if (bytes === '') return refuse('a tenant has an empty name', 'remove the empty line or the extra comma');
  if (hasSpaces(bytes))
    return refuse('the name holds a blank or a NUL', 'ACL rules end at blanks: use another character');
  if (bytes.length > NAME_BYTES_MAX)
    return refuse(`the name is longer than ${NAME_BYTES_MAX} bytes`, 'use a short name');
  if (user === 'default')
    return refuse('the user would be "default"', 'add something to it, for example --user "tenant-{tenant}"');
  return undefined;
}

function twice(tenant: string, user: string): TenantProblem {
  return {
    code: 'tenant-twice',
    subject: tenant,
    message: `the user ${JSON.stringify(user)} would be made twice`,
    help: 'name each tenant once, and put {tenant} into the name of the user',
  };
}

function* templateProblems(
  user: string,
  patterns: readonly string[],
  tenants: number,
): Generator<TenantProblem> {
  const refuse = (subject: string, message: string, help: string): TenantProblem => ({
    code: 'tenant-template',
    subject,
    message,
    help,
  });
  if (hasSpaces(toBytes(user)) || user === '')
    yield refuse(user, 'the name of the user is empty or holds a blank', 'use a name such as {tenant}');
  if (tenants > 1 && !user.includes(PLACEHOLDER))
    yield refuse(user, 'every tenant would get the same user', 'put {tenant} into the name of the user');
  for (const pattern of patterns) {
    if (hasSpaces(toBytes(pattern)))
      yield refuse(pattern, 'the pattern holds a blank', 'ACL rules end at blanks: use another character');
    if (!isLiteralPlace(pattern))
      yield refuse(pattern, '{tenant} stands inside [...] or behind a backslash', 'put it outside');
  }
}

/** Does the placeholder stand where its text is matched as it is? */
function isLiteralPlace(pattern: string): boolean {
  const marked = pattern.replaceAll(PLACEHOLDER, '\u0001');
  const places = marked.split('\u0001').length - 1;
  if (places === 0) return true;
  const automaton = automatonOf(toBytes(marked));
  return (
    automaton.items.filter((item) => item === setOf(1)).length === places &&
    !/(^|[^\\])(\\\\)*\\\u0001/.test(marked)
  );
}
