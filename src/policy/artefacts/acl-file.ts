/**
 * users.acl: one user a line, SHA-256 only, no comment and no blank line, because the server refuses to start on them.
 * The user `default` is always declared and closed: without a line of its own it may do everything.
 */

import { formatDirective, type ServerVersion } from '../../conf/index.ts';
import type { Artefact, CompiledUser } from '../blueprint.ts';
import { closedDefaultUser } from '../role.ts';
import { hashRule } from '../secret-source.ts';

export function aclFile(path: string, users: readonly CompiledUser[], server: ServerVersion): Artefact {
  const lines = [closedDefaultUser(server), ...users.map(userLine)];
  return { path, content: `${lines.join('\n')}\n`, mode: 0o600, about: 'users, with hashed passwords' };
}

/** The line of a user; without a credential nobody can log in as it. */
function userLine({ user, enabled, rules, credential }: CompiledUser): string {
  const password = credential === undefined ? 'resetpass' : hashRule(credential);
  return ['user', user.name, enabled ? 'on' : 'off', password, ...rules].join(' ');
}

/** secrets.conf: what the server must read in clear text. Each line is a directive and its arguments. */
export function secretsFile(
  path: string,
  lines: readonly (readonly [directive: string, ...args: string[]])[],
): Artefact {
  const content = lines.map(([directive, ...args]) => `${formatDirective(directive, args)}\n`).join('');
  return { path, content, mode: 0o600, about: 'secrets that the server needs in clear text' };
}
