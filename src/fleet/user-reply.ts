/**
 * ACL LIST, ACL WHOAMI and ACL LOG. Users are read with the server's own command table, so that commands of
 * modules count; where commands were renamed the bundled table steps in, since ACL text keeps the old names.
 */

import { parseUserLine, tableFor, type CommandTable } from '../acl/index.ts';
import type { ServerVersion } from '../conf/index.ts';
import { redactTokens } from './configured-users.ts';
import { known, unknown, type Fact } from './fact.ts';
import { isList, malformed, provenanceOf, readPairs, refusalOf, textOf, type Answer } from './reply-fact.ts';
import type { Reply } from './resp.ts';
import type { DenialFacts, UserFact } from './snapshot.ts';

/** Reads one line of ACL LIST; undefined when it cannot be read with this table. */
export type ReadLine = (line: string, table: CommandTable) => UserFact['user'] | undefined;

/** Everybody whom the server knows. `read` may remember lines: most users are the same on many nodes. */
export function readUsers(
  answer: Answer,
  table: CommandTable,
  server: ServerVersion,
  read: ReadLine = parseLine,
): Fact<readonly UserFact[]> {
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return refusal;
  if (!isList(answer.reply)) return malformed(answer);
  const from = provenanceOf(answer);
  const users: UserFact[] = [];
  for (const line of answer.reply) {
    if (typeof line !== 'string') return malformed(answer);
    const user = read(line, table) ?? read(line, tableFor(server));
    if (user === undefined) {
      const name = line.split(' ')[1] ?? '';
      return unknown(
        'failed',
        `the rules of user ${name} cannot be read`,
        `run ACL GETUSER ${name} on the server, and report this line to the Wardis project`,
      );
    }
    const tokens = line.split(' ').slice(2);
    users.push({
      user,
      text: `user ${user.name} ${redactTokens(tokens)}`,
      from,
      clearPasswords: [],
    });
  }
  return known(users, from);
}

export function readDenials(reply: Reply): DenialFacts | undefined {
  if (!isList(reply)) return undefined;
  const entries = reply.map((entry) => {
    const pairs = readPairs(entry);
    const text = (name: string): string => textOf(pairs?.get(name));
    return {
      count: Number(text('count')),
      reason: text('reason'),
      context: text('context'),
      object: text('object'),
      username: text('username'),
      ageSeconds: Number(text('age-seconds')),
      client: text('client-info'),
    };
  });
  return { entries };
}

function parseLine(line: string, table: CommandTable): UserFact['user'] | undefined {
  return parseUserLine(line, table).user;
}
