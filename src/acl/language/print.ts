/**
 * A user as the server shows it: acl.c ACLDescribeUser (ACL LIST, SAVE, CONFIG REWRITE) and ACL GETUSER, Redis 6.0 -
 * 8.0 and Valkey 7.2 - 9.1.
 */
import type { CommandTable } from '../table/command-table.ts';
import type { KeyPattern, Selector, User } from '../selector.ts';

export interface PrintOptions {
  /** `hashes`: every password hash is printed as `#…`. */
  readonly redact?: 'hashes';
}

/** GETUSER's answer. `keys` and `channels` are lists in 6.x, joined strings later. */
export interface UserView {
  readonly flags: readonly string[];
  readonly passwords: readonly string[];
  readonly commands: string;
  readonly keys: string | readonly string[];
  readonly channels?: string | readonly string[];
  /** Valkey 9.1: `alldbs`, `db=0,1`, or empty. */
  readonly databases?: string;
  readonly selectors?: readonly SelectorView[];
}

export interface SelectorView {
  readonly commands: string;
  readonly keys: string;
  readonly channels: string;
  readonly databases?: string;
}

/** The line of ACL LIST: `user NAME on #hash ~app:* resetchannels -@all +get`. */
export function printUser(user: User, table: CommandTable, options: PrintOptions = {}): string {
  const [root, ...others] = user.selectors;
  const hashes = user.passwords.map((hash) => (options.redact === 'hashes' ? '#…' : `#${hash}`));
  return [
    'user',
    user.name,
    ...userFlags(user),
    ...hashes,
    ruleText(root, table),
    ...others.map((selector) => `(${ruleText(selector, table)})`),
  ].join(' ');
}

/** What ACL GETUSER answers. */
export function getUserView(user: User, table: CommandTable, options: PrintOptions = {}): UserView {
  const { dialect } = table;
  const [root, ...others] = user.selectors;
  const passwords = options.redact === 'hashes' ? user.passwords.map(() => '…') : user.passwords;
  if (dialect.getUserForm === 'strings') {
    return {
      flags: userFlags(user),
      passwords,
      ...viewSelector(root, table),
      selectors: others.map((s) => viewSelector(s, table)),
    };
  }
  return {
    flags: userFlags6(user, table),
    passwords,
    commands: root.rules,
    keys: root.allKeys ? ['*'] : root.keys.map((key) => key.pattern),
    ...(dialect.channels && { channels: root.allChannels ? ['*'] : root.channels }),
  };
}

/** A selector without its parentheses: `~app:* resetchannels -@all +get`. */
export function ruleText(selector: Selector, table: CommandTable): string {
  const { dialect } = table;
  const parts = selector.allKeys ? ['~*'] : selector.keys.map(printKey);
  if (dialect.channels) {
    if (selector.allChannels) parts.push('&*');
    else parts.push('resetchannels', ...selector.channels.map((channel) => `&${channel}`));
  }
  if (dialect.databases && !selector.allDatabases) parts.push(printDatabases(selector) || 'resetdbs');
  parts.push(selector.rules);
  return parts.join(' ');
}

function viewSelector(selector: Selector, table: CommandTable): SelectorView {
  return {
    commands: selector.rules,
    keys: selector.allKeys ? '~*' : selector.keys.map(printKey).join(' '),
    channels: selector.allChannels ? '&*' : selector.channels.map((channel) => `&${channel}`).join(' '),
    ...(table.dialect.databases && {
      databases: selector.allDatabases ? 'alldbs' : printDatabases(selector),
    }),
  };
}

function printKey(key: KeyPattern): string {
  if (key.read && key.write) return `~${key.pattern}`;
  return `%${key.read ? 'R' : ''}${key.write ? 'W' : ''}~${key.pattern}`;
}

function printDatabases(selector: Selector): string {
  return selector.databases.length === 0 ? '' : `db=${selector.databases.join(',')}`;
}

function userFlags(user: User): string[] {
  const flags = [user.enabled ? 'on' : 'off'];
  if (user.nopass) flags.push('nopass');
  if (user.sanitizePayload === 'skip') flags.push('skip-sanitize-payload');
  if (user.sanitizePayload === 'sanitize') flags.push('sanitize-payload');
  return flags;
}

/** 6.x has what a selector allows among the flags, between on/off and nopass. */
function userFlags6(user: User, table: CommandTable): string[] {
  const [onOff = 'off', ...rest] = userFlags(user);
  const [root] = user.selectors;
  const flags = [onOff];
  if (root.allKeys) flags.push('allkeys');
  if (root.allChannels && table.dialect.channels) flags.push('allchannels');
  if (root.allCommands) flags.push('allcommands');
  return [...flags, ...rest];
}
