/**
 * ACL GETUSER's answer as rules again, so that the engine can judge them: RESP2, Redis 6.0 (lists, no channels),
 * 6.2 (lists), 7.0 and later, Valkey (joined strings, selectors, and in 9.1 databases).
 */

import { parseUser, type CommandTable, type User } from '../../acl/index.ts';
import type { Reply } from '../../fleet/index.ts';

export interface ShownUser {
  readonly enabled: boolean;
  readonly nopass: boolean;
  /** SHA-256 hashes. Secret. */
  readonly passwords: readonly string[];
  readonly rules: readonly string[];
}

/** Undefined when the reply is not what GETUSER answers (null is: no such user). */
export function readShownUser(reply: Reply, table: CommandTable): ShownUser | undefined {
  const fields = readFields(reply);
  if (fields === undefined) return undefined;
  const flags = readTexts(fields.get('flags'));
  const selectors = fields.get('selectors');
  const others = isList(selectors) ? selectors.map((selector) => readFields(selector)) : [];
  return {
    enabled: flags.includes('on'),
    nopass: flags.includes('nopass'),
    passwords: readTexts(fields.get('passwords')),
    rules: [
      ...rulesOf(fields, table),
      ...others.flatMap((selector) =>
        selector === undefined ? [] : [`(${rulesOf(selector, table).join(' ')})`],
      ),
    ],
  };
}

/** The user for the engine; undefined when a rule is not understood. */
export function rebuildUser(name: string, shown: ShownUser, table: CommandTable): User | undefined {
  return parseUser(name, shown.rules, table).user;
}

function rulesOf(fields: ReadonlyMap<string, Reply>, table: CommandTable): readonly string[] {
  const { dialect } = table;
  const channels = dialect.channels ? ['resetchannels', ...withSign(fields.get('channels'), '&')] : [];
  return [
    ...withSign(fields.get('keys'), '~'),
    ...channels,
    ...readTexts(fields.get('databases')),
    ...readTexts(fields.get('commands')),
  ];
}

/** 6.x lists bare patterns, later versions print rules. */
function withSign(value: Reply | undefined, sign: '~' | '&'): readonly string[] {
  return isList(value) ? readTexts(value).map((pattern) => `${sign}${pattern}`) : readTexts(value);
}

function readTexts(value: Reply | undefined): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return isList(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function readFields(reply: Reply): ReadonlyMap<string, Reply> | undefined {
  if (!isList(reply) || reply.length === 0 || reply.length % 2 !== 0) return undefined;
  const fields = new Map<string, Reply>();
  for (let i = 0; i < reply.length; i += 2) {
    const name = reply[i];
    const value = reply[i + 1];
    if (typeof name !== 'string' || value === undefined) return undefined;
    fields.set(name, value);
  }
  return fields;
}

function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}
