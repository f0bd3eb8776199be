/**
 * A live server as parts of a policy document: its settings, and its users. Rights are kept as they are, as custom users
 * with their own rules, so that adopting a policy changes nothing by surprise; passwords never leave the server.
 */

import { stringify } from 'yaml';
import type { KeyPattern } from '../acl/index.ts';
import { printEndpoint, type Snapshot, type Target, type UserFact } from '../fleet/index.ts';
import { REVISION_USER } from '../policy/index.ts';
import type { ConnectionFlags } from './connection-options.ts';

/** The port, addresses and memory of the live server, where they say something: compiling keeps them. */
export function describeLiveSettings(snapshot: Snapshot): object {
  const value = (name: string): string => {
    const fact = snapshot.settings.get(name);
    return fact?.known === true ? fact.value : '';
  };
  const [tlsPort, plainPort] = [Number(value('tls-port')), Number(value('port'))];
  const port = tlsPort > 0 ? tlsPort : plainPort;
  const bind = value('bind')
    .split(/\s+/)
    .filter((address) => address !== '' && !/^-?(\*|::\*|0\.0\.0\.0|::)$/.test(address));
  const memory = Number(value('maxmemory'));
  return {
    ...(port > 0 ? { port } : {}),
    ...(bind.length === 0 ? {} : { bind }),
    ...(memory > 0 ? { maxmemory: String(memory) } : {}),
  };
}

/**
 * Where the fleet begins and who we were, never with what password; undefined for a socket, which no other host reaches.
 * The certificates are those that it was read with.
 */
export function describeLiveFleet(
  { endpoint, transport, credentials }: Target,
  { cacert, cert, key }: Pick<ConnectionFlags, 'cacert' | 'cert' | 'key'>,
): object | undefined {
  if (endpoint.kind === 'unix') return undefined;
  const user = credentials?.username;
  const tls = {
    ...(cacert === undefined ? {} : { ca: cacert }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  return {
    main: {
      seeds: [`${transport === 'tls' ? 'rediss' : 'redis'}://${printEndpoint(endpoint)}`],
      ...(user === undefined ? {} : { auth: { user } }),
      ...(transport === 'tls' && Object.keys(tls).length > 0 ? { tls } : {}),
    },
  };
}

/** YAML text with a comment on what a person should look at. */
export function describeLiveUsers(snapshot: Snapshot): string {
  if (!snapshot.users.known) {
    return `# The users could not be read: ${oneLine(snapshot.users.detail)}\nusers: []\n`;
  }
  const named = snapshot.users.value.filter(
    ({ user }) => user.name !== 'default' && user.name !== REVISION_USER,
  );
  const users = named.map(describeUser);
  const skipped = named.filter((fact) => fact.user.selectors.length > 1).map((fact) => fact.user.name);
  const notes = [
    '# Read from the live server. Replace custom by a role where one fits: roles follow each server version.',
    ...(skipped.length === 0
      ? []
      : [
          `# Only the root rules of these users were taken, not their selectors: ${oneLine(skipped.join(' '))}`,
        ]),
  ];
  return `${notes.join('\n')}\n${stringify({ users })}`;
}

function describeUser(fact: UserFact): object {
  const [root] = fact.user.selectors;
  const keys = root?.allKeys === true ? ['*'] : (root?.keys ?? []).map(describeKey);
  const channels = root?.allChannels === true ? ['*'] : [...(root?.channels ?? [])];
  const commands = fact.text.split(/\s+/).filter((token) => /^[+-]/.test(token));
  return {
    name: fact.user.name,
    role: 'custom',
    ...(keys.length === 0 ? {} : { keys }),
    ...(channels.length === 0 ? {} : { channels }),
    commands: commands[0] === '-@all' ? commands.slice(1) : commands,
  };
}

/** `%R~app:*` stays read-only. */
function describeKey({ pattern, read, write }: KeyPattern): unknown {
  return read && write ? pattern : { pattern, access: read ? 'read' : 'write' };
}

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f]+/g, ' ');
}
