/**
 * The users that a node should have, compiled for its own version, mode and command table. Nodes that share these share
 * the answer, so that a thousand of them cost as much as one.
 */

import { parseUser, parseUserLine, type CommandTable, type User } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import {
  closedDefaultUser,
  compilePolicy,
  expectationsFor,
  rulesForUser,
  type HardeningRequest,
  type PolicyDocument,
  type Role,
} from '../../policy/index.ts';

export type NodeMode = HardeningRequest['mode'];

/** One user as it should be; logging in aside. */
export interface DesiredUser {
  readonly name: string;
  /** `closed`: the user `default`. */
  readonly role: Role | 'closed';
  /** Rights, and whether it is on. No password. */
  readonly user: User;
}

export interface DesiredUsers {
  readonly users: ReadonlyMap<string, DesiredUser>;
  /** What the version cannot hold. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Answers for any node of the fleet. */
export type DesireUsers = (server: ServerVersion, mode: NodeMode, table: CommandTable) => DesiredUsers;

/** `due`: users whose time is over; they are wanted nowhere. */
export function desireUsers(policy: PolicyDocument, due: ReadonlySet<string>): DesireUsers {
  const known = new WeakMap<CommandTable, Map<string, DesiredUsers>>();
  return (server, mode, table) => {
    const ofTable = known.get(table) ?? new Map<string, DesiredUsers>();
    known.set(table, ofTable);
    const key = `${server.product}-${server.version} ${mode}`;
    const found =
      ofTable.get(key) ??
      (mode === 'sentinel'
        ? sentinelUsers(policy, due, server, table)
        : dataUsers(policy, due, server, mode, table));
    ofTable.set(key, found);
    return found;
  };
}

function dataUsers(
  policy: PolicyDocument,
  due: ReadonlySet<string>,
  server: ServerVersion,
  mode: NodeMode,
  table: CommandTable,
): DesiredUsers {
  const users = new Map<string, DesiredUser>();
  const refusals: string[] = [];
  const warnings: string[] = [];
  const add = (name: string, role: DesiredUser['role'], tokens: readonly string[]): void => {
    const { user, problems } = parseUser(name, tokens, table);
    if (user === undefined) refusals.push(`${name}: ${problems[0]?.message ?? 'its rules are refused'}`);
    else users.set(name, { name, role, user });
  };
  if (closesDefault(policy, server, mode))
    add('default', 'closed', closedDefaultUser(server).split(' ').slice(2));
  for (const user of policy.users) {
    if (due.has(user.name)) continue;
    const compiled = rulesForUser(user, server, mode);
    refusals.push(...compiled.refusals);
    if (compiled.refusals.length > 0) continue;
    warnings.push(...compiled.warnings);
    add(user.name, user.role, ['on', ...compiled.rules]);
  }
  return { users, refusals, warnings };
}

/** A Sentinel has users of its own, and the administrators. Sentinels of 6.0 have none at all. */
function sentinelUsers(
  policy: PolicyDocument,
  due: ReadonlySet<string>,
  server: ServerVersion,
  table: CommandTable,
): DesiredUsers {
  const { artefacts } = compilePolicy(policy, { server, mode: 'sentinel' });
  const file = artefacts.find(({ path }) => path === 'sentinel-users.acl');
  const roles = new Map(policy.users.map((user) => [user.name, user.role]));
  const closes = closesDefault(policy, server, 'sentinel');
  const users = new Map<string, DesiredUser>();
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const line of (file?.content ?? '').split('\n').filter((each) => each !== '')) {
    const { name, user, problems } = parseUserLine(line, table);
    if (name === undefined || due.has(name) || (name === 'default' && !closes)) continue;
    const role = name === 'default' ? 'closed' : roles.get(name);
    if (user !== undefined) users.set(name, { name, role: role ?? 'sentinel', user });
    // The Sentinels' own users are named by no policy: where their commands are not known they are left alone.
    else
      (role === undefined ? warnings : refusals).push(
        `${name}: ${problems[0]?.message ?? 'its rules are refused'}`,
      );
  }
  return { users, refusals, warnings };
}

/** From level standard on people and programs log in by name, and `default` is nobody. */
function closesDefault(policy: PolicyDocument, server: ServerVersion, mode: NodeMode): boolean {
  return expectationsFor({ ...policy.request, server, mode }).users.named;
}
