/**
 * What `acl tenants` writes: an ACL file that a server starts from, or the ACL SETUSER commands that a live server
 * lacks. Hashes only ever go to a file of mode 0600, and passwords to files of their own.
 */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diffUsers, hashPassword, parseUser, printUser, type CommandTable } from '../../acl/index.ts';
import { closedDefaultUser, generateSecret } from '../../policy/index.ts';
import type { TenantsFlags } from '../commands/acl/tenants.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { makePrivateFolder, refuseExisting, writeTogether, type FileToWrite } from '../file-output.ts';
import type { Subject } from './subject.ts';
import type { MadeTenant } from './tenants.ts';

/** Writes the file or the plan, and the passwords, all or none. */
export async function writeTenants(
  tenants: readonly MadeTenant[],
  subject: Subject | undefined,
  table: CommandTable,
  flags: TenantsFlags,
  context: CommandContext,
): Promise<void> {
  refuseUnsafe(subject, flags);
  const existing = new Map((subject?.users ?? []).map((user) => [user.name, user]));
  const fresh = tenants.filter(({ user }) => !existing.has(user));
  const secrets = makeSecrets(fresh, flags);
  const loginOf = ({ user }: MadeTenant): readonly string[] => {
    const secret = secrets.get(user);
    return secret === undefined ? ['off', 'resetpass'] : ['on', `#${hashPassword(secret.content.trimEnd())}`];
  };
  const plan =
    subject?.target === undefined
      ? fileLines(tenants, subject, table, flags, loginOf)
      : planLines(tenants, subject, table, loginOf);
  const text = plan.lines.map((line) => `${line}\n`).join('');
  const { terminal } = context;
  const files: FileToWrite[] = [...secrets.values()];
  if (flags.out !== undefined) files.push({ path: flags.out, content: text, mode: 0o600 });
  if (files.length > 0) writeTogether(files);
  if (flags.out === undefined) {
    terminal.out(text);
    await terminal.drained?.();
  }
  const say = (note: string): void => terminal.err(`${note}\n`);
  for (const note of plan.notes) say(note);
  if (flags.out !== undefined) say(`wrote ${flags.out}`);
  if (secrets.size > 0) say(`wrote ${secrets.size} passwords to ${flags.secretsDir ?? ''}`);
  else if (fresh.length > 0)
    say(`${fresh.length} new users are off and have no password: nobody can log in as them yet`);
}

interface Plan {
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

type LoginOf = (tenant: MadeTenant) => readonly string[];

/** An ACL file; the users of an existing one stay, and tenants among them keep their logins. */
function fileLines(
  tenants: readonly MadeTenant[],
  subject: Subject | undefined,
  table: CommandTable,
  flags: TenantsFlags,
  loginOf: LoginOf,
): Plan {
  const made = new Map(tenants.map((tenant) => [tenant.user, tenant]));
  const kept = (subject?.users ?? []).map(({ name, user }) => {
    const tenant = made.get(name);
    if (tenant === undefined) return printUser(user, table);
    const logins = [
      user.enabled ? 'on' : 'off',
      ...(user.nopass ? ['nopass'] : user.passwords.map((hash) => `#${hash}`)),
    ];
    return userLine(tenant, logins);
  });
  const names = new Set((subject?.users ?? []).map(({ name }) => name));
  const added = tenants
    .filter(({ user }) => !names.has(user))
    .map((tenant) => userLine(tenant, loginOf(tenant)));
  const closes = flags.usersOnly !== true && !names.has('default');
  return {
    lines: [...(closes ? [closedDefaultUser(table.dialect)] : []), ...kept, ...added],
    notes: closes
      ? ['the user default is off: add an administrator of your own before a server uses this file']
      : [],
  };
}

function userLine({ user, rules }: MadeTenant, logins: readonly string[]): string {
  return ['user', user, ...logins, ...rules].join(' ');
}

/** The commands that a live server lacks: `redis-cli < PLAN` runs them. */
function planLines(
  tenants: readonly MadeTenant[],
  subject: Subject,
  table: CommandTable,
  loginOf: LoginOf,
): Plan {
  const existing = new Map(subject.users.map(({ name, user }) => [name, user]));
  const lines: string[] = [];
  const count = { add: 0, change: 0, same: 0 };
  for (const tenant of tenants) {
    const old = existing.get(tenant.user);
    if (old === undefined) {
      count.add++;
      lines.push(commandLine(['ACL', 'SETUSER', tenant.user, 'reset', ...loginOf(tenant), ...tenant.rules]));
      continue;
    }
    const { dialect } = old.table;
    const clearing = [
      ...(dialect.selectors ? ['clearselectors'] : []),
      'resetkeys',
      ...(dialect.databases ? ['alldbs'] : []),
    ];
    const wanted = parseUser(tenant.user, [...clearing, ...tenant.rules], table, { base: old }).user;
    if (wanted !== undefined && diffUsers(old, wanted).same) {
      count.same++;
      continue;
    }
    count.change++;
    lines.push(commandLine(['ACL', 'SETUSER', tenant.user, ...clearing, '-@all', ...tenant.rules]));
  }
  const summary = `plan for ${subject.from}: ${count.add} to add, ${count.change} to change, ${count.same} as they should be`;
  const keep = count.change > 0 ? ['users that exist keep their passwords'] : [];
  const save = lines.length > 0 ? ['then make it last: ACL SAVE, or CONFIG REWRITE without an ACL file'] : [];
  return { lines, notes: [summary, ...keep, ...save] };
}

/** As redis-cli reads a line: quotes only where they are needed. */
function commandLine(words: readonly string[]): string {
  return words
    .map((word) =>
      word !== '' && !/["'\s]/.test(word)
        ? word
        : `"${word.replace(/["\\]/g, (character) => `\\${character}`)}"`,
    )
    .join(' ');
}

function makeSecrets(
  tenants: readonly MadeTenant[],
  { secretsDir }: TenantsFlags,
): ReadonlyMap<string, FileToWrite> {
  if (secretsDir === undefined) return new Map();
  makePrivateFolder(secretsDir);
  return new Map(
    tenants.map(({ user }) => {
      const name = encodeURIComponent(user).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
      const path = join(secretsDir, name);
      if (existsSync(path)) throw keptSecret(path);
      return [user, { path, content: `${generateSecret(randomBytes).reveal()}\n`, mode: 0o600 }];
    }),
  );
}

/** Somebody may use it already: passwords are never overwritten, not even with --force. */
function keptSecret(path: string): CommandFailure {
  return new CommandFailure({
    code: 'E_EXISTS',
    what: 'there is a password already, and it was left as it is',
    target: path,
    next: 'choose another folder with --secrets-dir',
  });
}

function refuseUnsafe(subject: Subject | undefined, flags: TenantsFlags): void {
  const { out, secretsDir } = flags;
  if (out !== undefined) refuseExisting(out, flags.force === true ? 'overwrite' : 'keep');
  const hashes = secretsDir !== undefined || (subject !== undefined && subject.target === undefined);
  if (out === undefined && hashes) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'the result holds password hashes, and those are only written to a file of mode 0600',
      next: `add --out ${existsSync('users.acl') ? 'tenants.acl' : 'users.acl'}`,
    });
  }
}
