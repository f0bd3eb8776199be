/**
 * Command rules that are safe for tenants who share a server: an allow list of what names its keys, and what client
 * libraries run between connecting and the first command; whatever still crosses is taken away again. An allow list
 * stays right in later versions, where a deny list is outgrown.
 */
import { isFree } from '../decision/command-plan.ts';
import { parseUser } from '../language/user.ts';
import type { CommandTable } from '../table/command-table.ts';
import { findCrossings } from './crossing.ts';

/** Which commands tenants get. */
export type TenantAccess = 'read' | 'read-write';

/** The rules for one server, `-@all` first. With channels of its own (`resetchannels`), no user holds a crossing one. */
export function tenantRules(table: CommandTable, access: TenantAccess = 'read-write'): readonly string[] {
  const names = access === 'read' ? READS : [...READS, ...WRITES];
  const rules = [
    '-@all',
    ...(access === 'read' ? readCommands(table) : [...TYPES.map((type) => `+@${type}`), '-@dangerous']),
    ...[...names, ...CONNECTING, ...(table.dialect.channels ? PUBSUB : [])]
      .filter((name) => isKnown(name, table) && !isAlwaysAllowed(name, table))
      .map((name) => `+${name}`),
  ];
  const channels = table.dialect.channels ? ['resetchannels'] : [];
  const { user } = parseUser('tenant', ['~tenant:*', ...channels, ...rules], table);
  const crossings = user === undefined ? [] : findCrossings(user);
  return [...rules, ...crossings.map(({ command }) => `-${command}`)];
}

const words = (text: string): readonly string[] => text.split(' ');

/** Types whose commands name the keys they use. */
const TYPES = words('string hash list set sortedset stream bitmap hyperloglog geo');

const READS = words(
  'exists type touch ttl pttl expiretime pexpiretime object|encoding object|freq object|idletime object|refcount ' +
    'memory|usage watch unwatch multi exec discard time',
);
const WRITES = words(
  'del unlink rename renamenx copy expire pexpire expireat pexpireat persist wait waitaof',
);
/** No SELECT: key patterns hold in every database alike, so that databases would not keep tenants apart. */
const CONNECTING = words(
  'ping echo hello reset command client|id client|setname client|getname client|setinfo client|info',
);
/** No PSUBSCRIBE: it takes a user's own pattern to the letter, and no narrower one. */
const PUBSUB = words('publish subscribe unsubscribe spublish ssubscribe sunsubscribe');

/** Commands of the types that only read. */
function readCommands(table: CommandTable): readonly string[] {
  return table.byIndex
    .filter(
      ({ categories, fullName }) =>
        !fullName.includes('|') &&
        categories.has('read') &&
        !categories.has('write') &&
        !categories.has('dangerous'),
    )
    .filter(({ categories }) => TYPES.some((type) => categories.has(type)))
    .map(({ fullName }) => `+${fullName}`);
}

/** Does the server take `+name`: 6.x takes any word behind a command. */
function isKnown(name: string, table: CommandTable): boolean {
  if (table.commands.has(name)) return true;
  const bar = name.indexOf('|');
  return !table.dialect.subcommands && bar !== -1 && table.commands.has(name.slice(0, bar));
}

/** A rule for it would do nothing: HELLO from 6.2 on, RESET from 7.0 on. */
function isAlwaysAllowed(name: string, table: CommandTable): boolean {
  const command = table.commands.get(name);
  return command !== undefined && isFree(command, table.dialect);
}
