/**
 * The users of a live server, by three commands and no more: HELLO (INFO where HELLO does not tell the version), COMMAND
 * and ACL LIST. A user that may run only these leaves nothing in the server's ACL LOG.
 */

import {
  parseUser,
  parseUserLine,
  tableFor,
  tableFromCommandReply,
  type CommandTable,
  type PubsubDefault,
  type ServerVersion,
} from '../../acl/index.ts';
import { formatServerName, parseServerName } from '../../conf/index.ts';
import {
  FleetError,
  isReplyError,
  openConnection,
  printEndpoint,
  type Connection,
  type Reply,
  type Target,
} from '../../fleet/index.ts';
import { readTimeouts, resolveTargets } from '../connection-target.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { safeText } from '../../text/index.ts';
import { readPassword } from '../password.ts';
import type { Subject, SubjectUser } from './subject.ts';
import type { SubjectFlags } from './subject-options.ts';

/** The target that the arguments and options name. */
export async function findTarget(
  targets: readonly string[],
  flags: SubjectFlags,
  context: CommandContext,
): Promise<Target> {
  const password = await readPassword(flags, context.environment, context.terminal);
  const [target] = resolveTargets(targets, flags, password, context.terminal);
  if (target === undefined) throw new Error('a target is always resolved');
  return target;
}

/** Opens a connection, has `ask` talk over it, and closes it; failures become messages for a person. */
export async function converse<Answer>(
  target: Target,
  flags: SubjectFlags,
  ask: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(target, readTimeouts(flags));
    return await ask(connection);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, printEndpoint(target.endpoint)), { cause: error });
  } finally {
    connection?.close();
  }
}

/** Another version's table for a live server's users. */
export interface OtherTable {
  readonly table: CommandTable;
  readonly server: ServerVersion;
  /** What `--server` says, where no `--table` does: a server of this branch is no other. */
  readonly branch?: string;
  readonly pubsubDefault?: PubsubDefault;
}

/**
 * All users; the one of `--as` only where the server lets us see that one alone. With another version's table they are
 * what that version would make of the server's rules.
 */
export async function readLiveUsers(
  target: Target,
  flags: SubjectFlags,
  other: OtherTable | undefined,
): Promise<Subject> {
  const from = printEndpoint(target.endpoint);
  return converse(target, flags, async (connection) => {
    const server = await askVersion(connection, from, flags);
    if (other !== undefined && !isSame(server, other)) {
      const { table } = other;
      const users = await askUsers(connection, from, table, flags.as, other);
      const asIf = formatServerName(other.server);
      const notes = [
        `what if: the users of ${from}, which is ${formatServerName(server)}, as ${asIf} would read and judge them`,
        ...(table.note === undefined ? [] : [table.note]),
      ];
      return { from, table, users, target, asIf, notes };
    }
    const [commands = null] = await connection.send([['COMMAND']]);
    const refusedTable = isReplyError(commands);
    const table = refusedTable ? tableFor(server) : tableFromCommandReply(commands, server);
    const notes = [
      ...(refusedTable ? [`COMMAND was refused (${commands.error}): the bundled table stands in`] : []),
      ...(table.note === undefined ? [] : [table.note]),
    ];
    return { from, table, users: await askUsers(connection, from, table, flags.as), target, notes };
  });
}

function isSame({ product, version }: ServerVersion, { branch }: OtherTable): boolean {
  return branch !== undefined && `${product}-${version}.`.startsWith(`${branch.trim().toLowerCase()}.`);
}

/** HELLO needs no right from 6.2 on; Valkey 7.2 calls itself a Redis there, and INFO knows better. */
async function askVersion(connection: Connection, from: string, flags: SubjectFlags): Promise<ServerVersion> {
  const [hello = null] = await connection.send([['HELLO']]);
  const pairs = pairsOf(hello);
  const product = textOf(pairs.get('server')) === 'valkey' ? 'valkey' : 'redis';
  const greeted = parseServerName(`${product}-${textOf(pairs.get('version'))}`);
  if (greeted !== undefined && !(product === 'redis' && greeted.version.startsWith('7.2.'))) return greeted;
  const [info = null] = await connection.send([['INFO', 'server']]);
  if (typeof info === 'string') {
    const valkey = /^valkey_version:(.*)$/m.exec(info)?.[1];
    const redis = /^redis_version:(.*)$/m.exec(info)?.[1];
    const told = parseServerName(
      valkey === undefined ? `redis-${redis?.trim() ?? ''}` : `valkey-${valkey.trim()}`,
    );
    if (told !== undefined) return told;
  }
  const given = flags.server === undefined ? undefined : parseServerName(flags.server);
  const known = greeted ?? given;
  if (known !== undefined) return known;
  throw unreadable(from, isReplyError(info) ? info : hello, 'the version of the server is not known');
}

async function askUsers(
  connection: Connection,
  from: string,
  table: CommandTable,
  only: string | undefined,
  other?: OtherTable,
): Promise<readonly SubjectUser[]> {
  const [list = null] = await connection.send([['ACL', 'LIST']]);
  if (Array.isArray(list)) return list.map((line) => readLine(textOf(line), from, table, other));
  if (only !== undefined) {
    const [view = null] = await connection.send([['ACL', 'GETUSER', only]]);
    if (Array.isArray(view)) return [readView(only, view, from, table, other)];
    if (view === null) throw unreadable(from, null, `there is no user ${JSON.stringify(only)}`);
  }
  throw unreadable(from, list, 'the users could not be read');
}

function readLine(
  line: string,
  from: string,
  table: CommandTable,
  other: OtherTable | undefined,
): SubjectUser {
  const parsed = parseUserLine(line, table, optionsOf(other));
  if (parsed.user === undefined) throw strange(parsed.name ?? '', from, parsed.problems[0]?.message, other);
  return { name: parsed.user.name, tokens: line.split(' ').slice(2), user: parsed.user };
}

/** The rules that ACL GETUSER's answer stands for. */
function readView(
  name: string,
  view: Reply,
  from: string,
  table: CommandTable,
  other: OtherTable | undefined,
): SubjectUser {
  const pairs = pairsOf(view);
  const flags = listOf(pairs.get('flags'));
  const rights = (fields: ReadonlyMap<string, Reply>): readonly string[] => [
    ...wordsOf(fields.get('keys'), '~', flags.includes('allkeys')),
    'resetchannels',
    ...wordsOf(fields.get('channels'), '&', flags.includes('allchannels')),
    ...(fields.has('databases') ? [textOf(fields.get('databases')) || 'resetdbs'] : []),
    ...textOf(fields.get('commands')).split(' '),
  ];
  const tokens = [
    ...flags.filter((flag) => flag !== 'allcommands' && (table.dialect.channels || flag !== 'allchannels')),
    ...listOf(pairs.get('passwords')).map((hash) => `#${hash}`),
    ...rights(pairs).filter((rule) => table.dialect.channels || !/^(?:resetchannels|&)/.test(rule)),
    ...(Array.isArray(pairs.get('selectors')) ? (pairs.get('selectors') as readonly Reply[]) : []).map(
      (selector) => `(${rights(pairsOf(selector)).join(' ')})`,
    ),
  ];
  const { user, problems } = parseUser(name, tokens, table, optionsOf(other));
  if (user === undefined) throw strange(name, from, problems[0]?.message, other);
  return { name, tokens, user };
}

/** 7.0 and later join the patterns; 6.x lists them without their sign, and says `allkeys` among the flags. */
function wordsOf(value: Reply | undefined, sign: string, all: boolean): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : value.split(' ');
  return all ? [] : listOf(value).map((pattern) => sign + pattern);
}

function optionsOf(other: OtherTable | undefined): Pick<OtherTable, 'pubsubDefault'> {
  return other?.pubsubDefault === undefined ? {} : { pubsubDefault: other.pubsubDefault };
}

function strange(
  name: string,
  from: string,
  message: string | undefined,
  other: OtherTable | undefined,
): CommandFailure {
  if (other !== undefined) {
    return new CommandFailure({
      code: 'E_RULES',
      what: `${formatServerName(other.server)} would refuse the rules of user ${JSON.stringify(name)}`,
      target: from,
      ...(message !== undefined && { cause: safeText(message.trim()) }),
      next: 'leave out --server to have them judged as the server itself does',
    });
  }
  return new CommandFailure({
    code: 'E_USERS',
    what: `the rules of user ${JSON.stringify(name)} cannot be read`,
    target: from,
    ...(message !== undefined && { cause: message }),
    next: `run ACL GETUSER ${name} on the server, and report it to the Wardis project`,
  });
}

function unreadable(from: string, reply: Reply, what: string): CommandFailure {
  const said = isReplyError(reply) ? reply.error : undefined;
  if (said?.startsWith('NOAUTH') === true) {
    return new CommandFailure(describeFleetError(new FleetError('noauth', from, said), from));
  }
  return new CommandFailure({
    code: 'E_USERS',
    what,
    target: from,
    ...(said !== undefined && { cause: said }),
    next: 'give a user that may run ACL LIST and COMMAND: +acl|list +command +info',
  });
}

function pairsOf(value: Reply | undefined): ReadonlyMap<string, Reply> {
  const pairs = new Map<string, Reply>();
  const list: readonly Reply[] = Array.isArray(value) ? (value as readonly Reply[]) : [];
  for (let i = 0; i + 1 < list.length; i += 2) pairs.set(textOf(list[i]), list[i + 1] ?? null);
  return pairs;
}

function listOf(value: Reply | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Reply[]).map(textOf) : [];
}

function textOf(value: Reply | undefined): string {
  return typeof value === 'string' ? value : '';
}
