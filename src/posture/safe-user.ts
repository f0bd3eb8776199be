/**
 * Changes of users after which nobody could administer the server, or clients would fail at their next login or command.
 * Judged by the ACL engine on the users as they are: ACL SETUSER acts at once, and SETUSER for the last administrator
 * cannot be taken back.
 */

import { parseUser, type User } from '../acl/index.ts';
import type { Snapshot } from '../fleet/index.ts';
import type { Change } from '../policy/index.ts';
import type { Guard } from './fitting-change.ts';
import { mayRun, opensByPassword } from './rights.ts';

type SetUser = Extract<Change, { readonly kind: 'set-user' }>;

/** Rules that take away more than single commands. */
const NARROWS = /^(?:reset|resetkeys|resetchannels|nocommands|-@.*|-eval(?:sha)?|-fcall)$/;

export function guardUser(change: SetUser, snapshot: Snapshot): Guard | undefined {
  const users = snapshot.users.known ? snapshot.users.value.map(({ user }) => user) : [];
  const before = users.find(({ name }) => name === change.name);
  if (before === undefined) return undefined;
  const first = administratorFirst(change, before, users);
  const { rules, name } = change;
  const closes = rules.includes('off') || (rules.includes('resetpass') && !rules.some(givesPassword));
  if (name === 'default' && before.enabled && closes) {
    return {
      first,
      sentence: (command) =>
        `When every client has a user of its own${first.length > 0 ? ', you are logged in as the new administrator,' : ''} and CLIENT LIST shows nobody as default: ${command}${snapshot.origin === 'live' ? ', then CLIENT KILL USER default' : ''}`,
    };
  }
  if (first.length > 0)
    return { first, sentence: (command) => `When you are logged in as that user: ${command}` };
  if (!opensByPassword(before)) return undefined;
  if (rules.includes('resetpass') && rules.some(givesPassword)) return newPassword(change, before);
  return rules.some((rule) => NARROWS.test(rule)) || rules.some((rule) => rule.includes('PREFIX'))
    ? {
        sentence: (command) =>
          `When you know which commands, keys and channels the clients of ${name} use (try it on a copy, watch ACL LOG): ${command}`,
      }
    : undefined;
}

/** The password that is added works beside the old one, except where none was asked for. */
function newPassword(change: SetUser, before: User): Guard {
  const { name } = change;
  if (before.nopass)
    return {
      sentence: (command) =>
        `Give the clients of ${name} the new password first (any is taken now), then ${command}`,
    };
  return {
    first: [{ ...change, rules: change.rules.filter((rule) => rule !== 'resetpass') }],
    sentence: (command) => `When its clients use the new password, end the old one: ${command}`,
  };
}

/** A new administrator, where the change would leave none. */
function administratorFirst(change: SetUser, before: User, users: readonly User[]): readonly Change[] {
  const administrators = users.filter(administers);
  const after = parseUser(change.name, change.rules, before.table, { base: before }).user;
  if (administrators.length === 0 || after === undefined || administers(after)) return [];
  if (administrators.some(({ name }) => name !== change.name)) return [];
  const taken = new Set(users.map(({ name }) => name));
  const name = ['admin', 'administrator', 'ops-admin'].find((each) => !taken.has(each)) ?? 'new-admin';
  const { dialect } = before.table;
  const rules = ['on', '>NEW_PASSWORD', '~*', ...(dialect.channels ? ['&*'] : []), '+@all'];
  return [{ kind: 'set-user', name, rules: dialect.databases ? [...rules, 'alldbs'] : rules }];
}

function administers(user: User): boolean {
  return user.enabled && opensByPassword(user) && mayRun(user, 'acl|setuser') && mayRun(user, 'config|set');
}

function givesPassword(rule: string): boolean {
  return rule.startsWith('>') || rule.startsWith('#');
}
