/**
 * CLIENT LIST, MODULE LIST, ROLE and TIME as facts (networking.c, module.c, replication.c, server.c).
 */

import { isList, readPairs, textOf } from './reply-fact.ts';
import type { Reply } from './resp.ts';
import type { ClientFact, ModuleFact, RoleFact } from './snapshot.ts';

/** One line per client, `name=value` separated by blanks; a client's own name has none. */
export function readClients(reply: Reply): readonly ClientFact[] | undefined {
  if (typeof reply !== 'string') return undefined;
  return reply
    .split('\n')
    .filter((line) => line.startsWith('id='))
    .map((line) => {
      const fields = new Map<string, string>();
      for (const word of line.split(' ')) {
        const equals = word.indexOf('=');
        if (equals > 0) fields.set(word.slice(0, equals), word.slice(equals + 1));
      }
      const text = (name: string): string => fields.get(name) ?? '';
      const library = [text('lib-name'), text('lib-ver')].filter((part) => part !== '').join(' ');
      return {
        id: text('id'),
        address: text('addr'),
        user: text('user'),
        name: text('name'),
        library,
        ageSeconds: Number(text('age')),
        idleSeconds: Number(text('idle')),
        lastCommand: text('cmd'),
        flags: text('flags'),
      };
    });
}

export function readModules(reply: Reply): readonly ModuleFact[] | undefined {
  if (!isList(reply)) return undefined;
  return reply.map((entry) => {
    const pairs = readPairs(entry);
    return {
      name: textOf(pairs?.get('name')),
      version: textOf(pairs?.get('ver')),
      path: textOf(pairs?.get('path')),
    };
  });
}

export function readRole(reply: Reply): RoleFact | undefined {
  if (!isList(reply)) return undefined;
  const [kind, first, second, third] = reply;
  switch (kind) {
    case 'master': {
      const replicas = isList(second) ? second.filter(isList) : [];
      return {
        kind: 'primary',
        replicas: replicas.map(([host, port]) => ({
          address: `${textOf(host)}:${textOf(port)}`,
          state: 'online',
        })),
      };
    }
    case 'slave':
      return {
        kind: 'replica',
        primary: `${textOf(first)}:${textOf(second)}`,
        linkUp: textOf(third) === 'connected',
      };
    case 'sentinel':
      return { kind: 'sentinel', primaries: isList(first) ? first.map(textOf) : [] };
    default:
      return undefined;
  }
}

/** Milliseconds since the epoch. */
export function readTime(reply: Reply): number | undefined {
  if (!isList(reply)) return undefined;
  const ms = Number(textOf(reply[0])) * 1000 + Math.floor(Number(textOf(reply[1])) / 1000);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined;
}
