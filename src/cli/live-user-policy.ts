/**
 * The users of a live server as the `users` part of a policy document. Rights are kept as they are, as custom users
 * with their own rules, so that adopting a policy changes nothing by surprise; passwords never leave the server.
 */

import { stringify } from 'yaml';
import type { Snapshot, UserFact } from '../fleet/index.ts';

/** YAML text with a comment on what a person should look at. */
export function describeLiveUsers(snapshot: Snapshot): string {
  if (!snapshot.users.known) {
    return `# The users could not be read: ${oneLine(snapshot.users.detail)}\nusers: []\n`;
  }
  const named = snapshot.users.value.filter((fact) => fact.user.name !== 'default');
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
  const keys = root?.allKeys === true ? ['*'] : (root?.keys ?? []).map((key) => key.pattern);
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

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f]+/g, ' ');
}
