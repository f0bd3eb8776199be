/**
 * Whose rights are asked about: rules on the command line, an ACL file, a conf file, or the users of a live server,
 * with the command table that they are read by.
 */

import {
  parseAclFile,
  parseUser,
  printUser,
  splitRules,
  tableFor,
  type CommandTable,
  type ParsedAclFile,
  type Problem,
  type PubsubDefault,
  type User,
} from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import {
  FleetError,
  printEndpoint,
  snapshotFromFiles,
  snapshotLive,
  UnreadableFileError,
  type Snapshot,
} from '../../fleet/index.ts';
import { SERVER_FALLBACK } from '../audit-source.ts';
import { readTimeouts, resolveTargets } from '../connection-target.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { readPassword } from '../password.ts';
import { readServerFlag } from '../server-flag.ts';
import { readInput } from '../text-input.ts';
import type { SubjectFlags } from './subject-options.ts';
import { readTableFile } from './table-file.ts';

/** Whose rights are asked about. */
export interface Subject {
  /** `users.acl`, `127.0.0.1:6379` or `--user-rules`. */
  readonly from: string;
  /** Of the rules; of a user always `user.table`, which differs where commands were renamed. */
  readonly table: CommandTable;
  /** At least one; only `--as USER` when it is given. */
  readonly users: readonly SubjectUser[];
  /** An ACL file as it was read. */
  readonly file?: ParsedAclFile;
  readonly live?: Snapshot;
  /** What to say beside every answer: the version was assumed, or another table stands in. */
  readonly notes: readonly string[];
}

export interface SubjectUser {
  readonly name: string;
  /** As written, or as the server shows them. Secret: hashes or passwords are among them. */
  readonly tokens: readonly string[];
  readonly user: User;
  /** Line of the file, from 1. */
  readonly line?: number;
}

/** The name of a user that `--user-rules` describes. */
export const USER_NAME_DEFAULT = 'user';

const ACL_FILE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Reads what the flags name, or the live server of `targets` or of the connection options. Rules that the server would
 * refuse end it with the server's words.
 */
export async function readSubject(
  targets: readonly string[],
  flags: SubjectFlags,
  context: CommandContext,
): Promise<Subject> {
  const given = [flags.userRules, flags.aclfile, flags.config].filter((value) => value !== undefined);
  if (given.length > 1 || (given.length > 0 && targets.length > 0)) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'more than one source of rules is given',
      next: 'keep one of --user-rules, --aclfile, --config and a server',
    });
  }
  if (targets.length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'one server at a time',
      next: 'name a single host:port',
    });
  }
  const subject =
    given.length === 0 ? await readLive(targets, flags, context) : await readWritten(flags, context);
  return flags.as === undefined ? subject : { ...subject, users: [findUser(subject, flags.as)] };
}

/** The table that rules of files are read by: `--table`, else the bundled one of `--server`. */
export async function readTable(
  flags: Pick<SubjectFlags, 'server' | 'table'>,
  context: CommandContext,
): Promise<{
  readonly table: CommandTable;
  readonly server: ServerVersion;
  readonly notes: readonly string[];
}> {
  const server =
    flags.server === undefined ? SERVER_FALLBACK : readServerFlag(flags.server, context.terminal);
  const table = flags.table === undefined ? tableFor(server) : await readTableFile(flags.table, server);
  const assumed =
    flags.server === undefined
      ? [`the rules are read as ${server.product}-${server.version} would; name yours with --server`]
      : [];
  return { table, server, notes: [...assumed, ...(table.note === undefined ? [] : [table.note])] };
}

async function readWritten(flags: SubjectFlags, context: CommandContext): Promise<Subject> {
  const { table, server, notes } = await readTable(flags, context);
  const pubsub = readPubsubDefault(flags.pubsubDefault);
  const options = pubsub === undefined ? {} : { pubsubDefault: pubsub };
  if (flags.userRules !== undefined) {
    const name = flags.as ?? USER_NAME_DEFAULT;
    const tokens = splitRules(flags.userRules);
    if (tokens === undefined) {
      throw new CommandFailure({
        code: 'E_USAGE',
        what: 'a quote in --user-rules is not closed, or something follows a closing quote',
        next: 'quote whole rules: --user-rules \'on ">pass word" ~app:* +get\'',
      });
    }
    const { user, problems } = parseUser(name, tokens, table, options);
    if (user === undefined) throw refused('--user-rules', problems);
    return { from: '--user-rules', table, users: [{ name, tokens, user }], notes };
  }
  if (flags.config !== undefined) return readConf(flags.config, server, context, notes);
  const path = flags.aclfile ?? '-';
  const from = path === '-' ? 'standard input' : path;
  const file = parseAclFile(await readInput(path, 'the ACL file', ACL_FILE_BYTES_MAX), table, {
    file: from,
    ...options,
  });
  if (file.problems.length > 0) throw refused(from, file.problems);
  const users = file.users.map(({ user, line, tokens }) => ({
    name: user.name,
    tokens,
    user,
    ...(line !== undefined && { line }),
  }));
  return { from, table, users, file, notes };
}

function readConf(
  path: string,
  server: ServerVersion,
  context: CommandContext,
  notes: readonly string[],
): Subject {
  try {
    const snapshot = snapshotFromFiles({ configPath: path, server, takenAt: context.now().toISOString() });
    return fromSnapshot(snapshot, path, notes);
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    throw new CommandFailure(
      {
        code: 'E_READ',
        what: 'the file could not be read',
        target: error.path,
        cause: error.message,
        next: 'check the name and your permission to read it',
      },
      { cause: error },
    );
  }
}

async function readLive(
  targets: readonly string[],
  flags: SubjectFlags,
  context: CommandContext,
): Promise<Subject> {
  const password = await readPassword(flags, context.environment, context.terminal);
  const [target] = resolveTargets(targets, flags, password, context.terminal);
  if (target === undefined) throw new Error('a target is always resolved');
  const name = printEndpoint(target.endpoint);
  try {
    const snapshot = await snapshotLive(target, { limits: readTimeouts(flags) });
    return { ...fromSnapshot(snapshot, name, []), live: snapshot };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, name), { cause: error });
  }
}

function fromSnapshot(snapshot: Snapshot, from: string, notes: readonly string[]): Subject {
  const { users, commands } = snapshot;
  if (!users.known || !commands.known) {
    const missing = users.known ? commands : users;
    throw new CommandFailure({
      code: 'E_USERS',
      what: 'the users could not be read',
      target: from,
      cause: missing.known ? 'unknown' : missing.detail,
      next: 'wardis help permissions   shows the user that may read them',
    });
  }
  const table = commands.value;
  return {
    from,
    table,
    users: users.value.map(({ user, from: place }) => ({
      name: user.name,
      // As ACL LIST shows them: `user NAME rule...`.
      tokens: printUser(user, table).split(' ').slice(2),
      user,
      ...(place.kind === 'file' && place.line !== undefined && { line: place.line }),
    })),
    notes: [...notes, ...(table.note === undefined ? [] : [table.note])],
  };
}

function findUser(subject: Subject, name: string): SubjectUser {
  const user = subject.users.find((each) => each.name === name);
  if (user !== undefined) return user;
  throw new CommandFailure({
    code: 'E_USERS',
    what: `there is no user ${JSON.stringify(name)}`,
    target: subject.from,
    cause: `users are ${subject.users
      .map((each) => each.name)
      .slice(0, 20)
      .join(', ')}`,
    next: 'name one of them with --as',
  });
}

function refused(from: string, problems: readonly Problem[]): CommandFailure {
  const [first] = problems;
  const place = first?.line === undefined ? from : `${from}:${first.line}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new CommandFailure({
    code: 'E_RULES',
    what: `the server refuses these rules: ${first?.message ?? ''}${more}`,
    target: place,
    ...(first?.help !== undefined && { cause: first.help }),
    next: `wardis acl lint ${from.startsWith('-') ? 'FILE' : from}   shows every problem`,
  });
}

function readPubsubDefault(text: string | undefined): PubsubDefault | undefined {
  if (text === undefined || text === 'allchannels' || text === 'resetchannels') return text;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--pubsub-default ${JSON.stringify(text)} is not known`,
    next: 'write allchannels or resetchannels',
  });
}
