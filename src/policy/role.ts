/**
 * A user of the policy as the server's rules, left to right, without its secret. The differences between versions are
 * here: 6.0 has no channel rules, 6.x no read-only key patterns, 6.2 lets new users hear every channel.
 */

import type { ServerVersion } from '../conf/index.ts';
import type { KeyGrant, PolicyUser } from './policy-document.ts';
import type { HardeningRequest } from './request.ts';
import * as grants from './roles/grants.ts';
import { couldMatchWord } from './roles/keyword-pattern.ts';

/** The rules of one user and what to know about them. */
export interface UserRules {
  /** Keys, channels, commands, in an order that every version reads alike. Neither `on` nor passwords. */
  readonly rules: readonly string[];
  /** What is granted but worth knowing. */
  readonly warnings: readonly string[];
  /** What this version cannot express: the user must not be compiled. */
  readonly refusals: readonly string[];
}

/** The rule tokens for a user on a server in a mode. */
export function rulesForUser(
  user: PolicyUser,
  server: ServerVersion,
  mode: HardeningRequest['mode'],
): UserRules {
  const keys = keyRules(user, server);
  const channels = channelRules(user, server);
  const databases = databaseRules(user, server);
  const holes = holesOf(user);
  const warnings = [...channels.warnings, ...holes.warnings];
  if (user.role === 'writeonly' && !grants.since(server, '7.0') && grants.since(server, '6.2')) {
    warnings.push(
      `${user.name}: SET is not granted, because SET … GET on ${server.version} returns the old value.`,
    );
  }
  return {
    rules: [
      ...keys.rules,
      ...databases.rules,
      ...channels.rules,
      '-@all',
      ...commandRules(user, server, mode),
      ...holes.rules,
      ...user.commands,
      ...(user.role === 'readonly'
        ? grants.vectorReader(
            server,
            user.keys.map((key) => key.pattern),
          )
        : []),
    ],
    warnings,
    refusals: [...keys.refusals, ...databases.refusals],
  };
}

/**
 * A fresh `default` user may do everything; this takes all of it away. 6.0 knows no channels, and asks a right for
 * HELLO even of those who log in by it (`HELLO 3 AUTH name password`); HELLO alone still answers NOAUTH there.
 */
export function closedDefaultUser(server: ServerVersion): string {
  return grants.since(server, '6.2')
    ? 'user default off resetpass resetkeys resetchannels -@all'
    : 'user default off resetpass resetkeys -@all +hello';
}

/** Whether the user may see every key, so that commands which name no key tell it nothing new. */
export function seesEveryKey(user: PolicyUser): boolean {
  return (
    user.keys.some((key) => key.pattern === '*' && key.access !== 'write') && user.databases.length === 0
  );
}

function commandRules(
  user: PolicyUser,
  server: ServerVersion,
  mode: HardeningRequest['mode'],
): readonly string[] {
  const steps = [...grants.connectSteps(server), ...(mode === 'cluster' ? grants.clusterSteps(server) : [])];
  const keyspace = seesEveryKey(user) ? grants.wholeKeyspace(server) : [];
  const pubsub = user.channels.length > 0 ? grants.subscriptions(server) : [];
  switch (user.role) {
    case 'admin':
      return ['+@all'];
    case 'readwrite':
      return [...grants.readWrite(server), ...steps, ...keyspace, ...pubsub];
    case 'readonly':
      return [...grants.readOnly(server), ...steps, ...keyspace, ...pubsub];
    case 'writeonly':
      return [...grants.writeOnly(server), ...steps, ...pubsub];
    case 'pubsub':
      return [...grants.subscriptions(server), ...steps];
    case 'monitor':
      return [...grants.monitor(server), ...steps];
    case 'replication':
      return grants.replication(server);
    case 'sentinel':
      return grants.sentinel(server);
    case 'backup':
      return [...new Set([...grants.backup(), ...grants.connectSteps(server)])];
    case 'custom':
      return [];
  }
}

function keyRules(
  user: PolicyUser,
  server: ServerVersion,
): { readonly rules: readonly string[]; readonly refusals: readonly string[] } {
  if (user.role === 'admin') return { rules: ['~*'], refusals: [] };
  const rules: string[] = [];
  const refusals: string[] = [];
  for (const key of user.keys) {
    const access = accessOf(user, key);
    if (excludes(user, key)) {
      refusals.push(
        `${user.name}: role ${user.role} and access ${key.access ?? ''} for "${key.pattern}" exclude each other; take the access away, or give role readwrite.`,
      );
      continue;
    }
    if (grants.since(server, '7.0'))
      rules.push(`${{ read: '%R', write: '%W', readwrite: '' }[access]}~${key.pattern}`);
    // 6.x cannot split reading from writing by key; a role that only reads or only writes does it by its commands.
    else if (key.access === undefined || key.access === roleAccess(user)) rules.push(`~${key.pattern}`);
    else {
      refusals.push(
        `${user.name}: ${server.product} ${server.version} has no ${access}-only key patterns (7.0 has); give "${key.pattern}" to a user of its own.`,
      );
    }
  }
  // `~*` takes no pattern after it.
  return { rules: rules.includes('~*') ? ['~*'] : [...new Set(rules)], refusals };
}

function accessOf(user: PolicyUser, key: KeyGrant): 'read' | 'write' | 'readwrite' {
  const role = roleAccess(user);
  if (key.access === undefined || role === key.access) return role;
  return role === 'readwrite' ? key.access : role;
}

/** A reader's pattern for writing, or a writer's for reading: either answer would give what was not meant. */
function excludes(user: PolicyUser, { access }: KeyGrant): boolean {
  const role = roleAccess(user);
  return (role === 'read' && access === 'write') || (role === 'write' && access === 'read');
}

function roleAccess(user: PolicyUser): 'read' | 'write' | 'readwrite' {
  return user.role === 'readonly' ? 'read' : user.role === 'writeonly' ? 'write' : 'readwrite';
}

function channelRules(
  user: PolicyUser,
  server: ServerVersion,
): { readonly rules: readonly string[]; readonly warnings: readonly string[] } {
  const channels =
    user.role === 'admin'
      ? ['*']
      : user.role === 'sentinel'
        ? ['__sentinel__:hello', ...user.channels]
        : user.channels;
  if (!grants.since(server, '6.2')) {
    const bounded = channels.length > 0 && !channels.includes('*');
    return {
      rules: [],
      warnings: bounded
        ? [`${user.name}: Redis ${server.version} has no channel rules, so it hears every channel.`]
        : [],
    };
  }
  const rules = channels.includes('*') ? ['&*'] : [...new Set(channels)].map((channel) => `&${channel}`);
  return { rules: ['resetchannels', ...rules], warnings: [] };
}

function databaseRules(
  user: PolicyUser,
  server: ServerVersion,
): { readonly rules: readonly string[]; readonly refusals: readonly string[] } {
  if (user.databases.length === 0) return { rules: [], refusals: [] };
  if (grants.since(server, undefined, '9.1'))
    return { rules: [`db=${user.databases.join(',')}`], refusals: [] };
  return {
    rules: [],
    refusals: [`${user.name}: only Valkey 9.1 and later can bound a user to databases; use key prefixes.`],
  };
}

/**
 * Commands whose keys the server checks wrongly, for users bound to key patterns: GEORADIUS with two STOREs writes a
 * key that was not checked, and XREADGROUP with a consumer called STREAMS reads one.
 */
function holesOf(user: PolicyUser): {
  readonly rules: readonly string[];
  readonly warnings: readonly string[];
} {
  if (user.role !== 'readwrite' || user.keys.some((key) => key.pattern === '*' && key.access === undefined)) {
    return { rules: [], warnings: [] };
  }
  const rules = ['-georadius', '-georadiusbymember'];
  if (!user.keys.some((key) => couldMatchWord(key.pattern, 'streams'))) return { rules, warnings: [] };
  return {
    rules: [...rules, '-xreadgroup'],
    warnings: [
      `${user.name}: XREADGROUP is not granted, because a pattern may match the word STREAMS and the server then checks the wrong keys.`,
    ],
  };
}
