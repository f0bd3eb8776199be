/**
 * Whose rights are asked about: rules on the command line, an ACL file, a conf file, or the users of a live server,
 * with the command table that they are read by.
 */

import {
  completeVersion,
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
import { decodeConf, formatServerName, parseServerName, type ServerVersion } from '../../conf/index.ts';
import { snapshotFromFiles, type Snapshot, type Target } from '../../fleet/index.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readInputBytes } from '../text-input.ts';
import { kindOfSource } from './source-kind.ts';
import { findTarget, readLiveUsers, type OtherTable } from './subject-live.ts';
import type { SubjectFlags } from './subject-options.ts';
import { readTableFile } from './table-file.ts';
import { safeText } from '../../text/index.ts';
import { asFailure } from '../unreadable-file.ts';

/** Whose rights are asked about. */
export interface Subject {
  /** `users.acl`, `127.0.0.1:6379` or `--user-rules`. */
  readonly from: string;
  /** Of the rules; of a user always `user.table`, which differs where commands were renamed. */
  readonly table: CommandTable;
  /** At least one; only `--as USER` when it is given. */
  readonly users: readonly SubjectUser[];
  /** All users of the file or server, when `--as` keeps only one. */
  readonly everyone?: readonly SubjectUser[];
  /** An ACL file as it was read. */
  readonly file?: ParsedAclFile;
  /** The live server that was asked. */
  readonly target?: Target;
  /** The version that a live server's users were read as, where it is another than the server's own. */
  readonly asIf?: string;
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

/** The language that files and rules are read by when nobody names a server. */
const SERVER_DEFAULT = 'redis-7.2';
const ACL_FILE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Reads what the flags name, or the file or live server of `named`, or that of the connection options. Rules that the server would
 * refuse end it with the server's words.
 */
export async function readSubject(
  named: readonly string[],
  asked: SubjectFlags,
  context: CommandContext,
): Promise<Subject> {
  const { targets, flags } = placeFile(named, asked);
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
      what: 'one file or server at a time',
      next: 'name a single FILE or host:port',
    });
  }
  const subject =
    given.length === 0 ? await readLive(targets, flags, context) : await readWritten(flags, context);
  if (flags.as === undefined) return subject;
  return { ...subject, users: [findUser(subject, flags.as)], everyone: subject.users };
}

/** Nobody who names no source must have meant a server on the default port: the next step names the other sources. */
async function readLive(
  targets: readonly string[],
  flags: SubjectFlags,
  context: CommandContext,
): Promise<Subject> {
  const target = await findTarget(targets, flags, context);
  const other = await readOther(flags);
  try {
    return await readLiveUsers(target, flags, other);
  } catch (error) {
    const { host, port, socket, uri } = flags;
    const isNamed = targets.length > 0 || [host, port, socket, uri].some((value) => value !== undefined);
    if (isNamed || !(error instanceof CommandFailure)) throw error;
    const { next } = error.text;
    const sources = 'or name whose rules: --aclfile FILE, --user-rules RULES or HOST:PORT';
    throw new CommandFailure(
      { ...error.text, next: next === undefined ? sources : `${next}   ${sources}` },
      { cause: error },
    );
  }
}

/** The table that a live server's users are read by instead of its own: what if it were another version? */
async function readOther(flags: SubjectFlags): Promise<OtherTable | undefined> {
  if (flags.server === undefined && flags.table === undefined) return undefined;
  const { table, server } = await readTable(flags);
  const pubsubDefault = readPubsubDefault(flags.pubsubDefault);
  return {
    table,
    ...(flags.table === undefined && { branch: flags.server ?? '' }),
    ...(pubsubDefault !== undefined && { pubsubDefault }),
    server,
  };
}

/** A file in the place of the server is the one of `--aclfile` or `--config`. */
function placeFile(
  targets: readonly string[],
  flags: SubjectFlags,
): { readonly targets: readonly string[]; readonly flags: SubjectFlags } {
  const [only, ...more] = targets;
  const isNamed = [flags.userRules, flags.aclfile, flags.config].some((value) => value !== undefined);
  if (only === undefined || more.length > 0 || isNamed) return { targets, flags };
  const kind = kindOfSource(only);
  return kind === 'server' ? { targets, flags } : { targets: [], flags: { ...flags, [kind]: only } };
}

/** The table that rules of files are read by: `--table`, else the bundled one of `--server`. */
export async function readTable(flags: Pick<SubjectFlags, 'server' | 'table'>): Promise<{
  readonly table: CommandTable;
  readonly server: ServerVersion;
  readonly notes: readonly string[];
}> {
  const asked = flags.server === undefined ? undefined : readServer(flags.server);
  const fallback = readServer(SERVER_DEFAULT);
  const { table, server, serverKnown } =
    flags.table === undefined
      ? { table: tableFor(asked ?? fallback), server: asked ?? fallback, serverKnown: asked !== undefined }
      : await readTableFile(flags.table, asked, fallback);
  const assumed = serverKnown
    ? []
    : [`the rules are read as ${server.product}-${server.version} reads them; name yours with --server`];
  return { table, server, notes: [...assumed, ...(table.note === undefined ? [] : [table.note])] };
}

/** The bytes of an ACL file or of standard input as text: UTF-8, other bytes as lone surrogates. */
export async function readAclText(path: string): Promise<string> {
  return decodeConf(await readInputBytes(path, 'the ACL file', ACL_FILE_BYTES_MAX));
}

/** A bare branch means the build that its table was recorded from. */
export function readServer(name: string): ServerVersion {
  const server = parseServerName(name);
  if (server !== undefined) return completeVersion(server);
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--server ${JSON.stringify(name)} is not a server version`,
    next: 'write redis-7.2, redis-7.2.16 or valkey-9.1',
  });
}

async function readWritten(flags: SubjectFlags, context: CommandContext): Promise<Subject> {
  if (flags.config !== undefined) return readConf(flags, flags.config, context);
  const { table, notes } = await readTable(flags);
  const pubsub = readPubsubDefault(flags.pubsubDefault);
  const options = pubsub === undefined ? {} : { pubsubDefault: pubsub };
  if (flags.userRules !== undefined) {
    return readRules(flags.userRules, flags.as, table, options, notes);
  }
  const path = flags.aclfile ?? '-';
  const from = path === '-' ? 'standard input' : path;
  const file = parseAclFile(await readAclText(path), table, {
    file: from,
    ...options,
  });
  if (file.problems.length > 0) throw refused(from, file.problems, flags.server);
  const users = file.users.map(({ user, line, tokens }) => ({
    name: user.name,
    tokens,
    user,
    ...(line !== undefined && { line }),
  }));
  return { from, table, users, file, notes };
}

/** Rules as ACL SETUSER takes them; a whole line of ACL LIST names its user itself. */
function readRules(
  text: string,
  as: string | undefined,
  table: CommandTable,
  options: { readonly pubsubDefault?: PubsubDefault },
  notes: readonly string[],
): Subject {
  const words = splitRules(text);
  if (words === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'a quote in --user-rules is not closed, or something follows a closing quote',
      next: `quote whole rules: --user-rules 'on ">pass word" ~app:* +get'`,
    });
  }
  const isLine = words[0] === 'user' && words.length > 1;
  const name = as ?? (isLine ? words[1] : undefined) ?? USER_NAME_DEFAULT;
  const tokens = isLine ? words.slice(2) : words;
  const { user, problems } = parseUser(name, tokens, table, options);
  if (user === undefined) throw refused('--user-rules', problems, formatServerName(table.dialect));
  return { from: '--user-rules', table, users: [{ name, tokens, user }], notes };
}

async function readConf(flags: SubjectFlags, path: string, context: CommandContext): Promise<Subject> {
  if (flags.table !== undefined || flags.pubsubDefault !== undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--table and --pubsub-default do not go with --config, which says it all itself',
      next: 'give the ACL file instead: --aclfile FILE',
    });
  }
  const { server, notes } = await readTable(flags);
  try {
    const snapshot = snapshotFromFiles({ configPath: path, server, takenAt: context.now().toISOString() });
    return fromSnapshot(snapshot, path, notes);
  } catch (error) {
    throw asFailure(error);
  }
}

/** A server that does not start has no users: what refuses them ends it, what refuses other settings is a note. */
function fromSnapshot(snapshot: Snapshot, from: string, given: readonly string[]): Subject {
  const { users, commands } = snapshot;
  if (!users.known || !commands.known) {
    const missing = users.known ? commands : users;
    throw new CommandFailure({
      code: 'E_USERS',
      what: 'the users could not be read',
      target: from,
      cause: missing.known ? 'unknown' : missing.detail,
      next: 'check the aclfile that the configuration names, or give it: --aclfile FILE',
    });
  }
  const refusals = snapshot.refusals ?? [];
  const ofUsers = refusals.filter(({ message }) => /\b(?:users?|acl)\b/i.test(message));
  if (ofUsers.length > 0) throw refused(from, ofUsers);
  const notes = [
    ...given,
    ...refusals.map(({ message }) => `the server refuses to start: ${safeText(message)}`),
  ];
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
    cause: `users are ${listNames(subject.users)}`,
    next: 'name one of them with --as',
  });
}

function listNames(users: readonly SubjectUser[]): string {
  const names = users.slice(0, NAMES_MAX).map(({ name }) => safeText(name));
  const more = users.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Names that a message lists. */
const NAMES_MAX = 20;

function refused(
  from: string,
  problems: readonly Pick<Problem, 'message' | 'line' | 'help'>[],
  server?: string,
): CommandFailure {
  const [first] = problems;
  const place = first?.line === undefined ? from : `${from}:${first.line}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new CommandFailure({
    code: 'E_RULES',
    what: safeText(`the server refuses these rules: ${first?.message.trim() ?? ''}${more}`),
    target: place,
    ...(first?.help !== undefined && { cause: safeText(first.help) }),
    next: `wardis acl lint ${from === '--user-rules' ? "--user-rules '…'" : from}${server === undefined ? '' : ` --server ${server}`}   shows every problem`,
  });
}

/** The value of `--pubsub-default`. */
export function readPubsubDefault(text: string | undefined): PubsubDefault | undefined {
  if (text === undefined || text === 'allchannels' || text === 'resetchannels') return text;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--pubsub-default ${JSON.stringify(text)} is not known`,
    next: 'write allchannels or resetchannels',
  });
}
