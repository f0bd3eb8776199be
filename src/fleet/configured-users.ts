/**
 * The users that a server holds after starting from its files: acl.c ACLLoadUsersAtStartup and server.c
 * initServer. `requirepass` is applied first, then `user` lines, which reset the user that they name; an ACL
 * file replaces everybody, `default` included, so that without a `user default` line the server is open while
 * `requirepass` still shows (seen on Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2).
 */

import {
  defaultUser,
  parseAclFile,
  parseUser,
  parseUserDirective,
  printUser,
  type CommandTable,
  type ParsedAclFile,
  type Problem,
  type PubsubDefault,
  type User,
} from '../acl/index.ts';
import { Secret, type Configuration } from '../conf/index.ts';
import type { RequirepassLine } from './conf-settings.ts';
import { known, unknown, type Fact, type Provenance } from './fact.ts';
import type { AclFileFact, RefusalFact, UserFact } from './snapshot.ts';

/** What decides who may log in after a start. */
export interface UserSources {
  readonly table: CommandTable;
  readonly configuration: Configuration;
  /** The path that `aclfile` names; empty or absent: none. */
  readonly aclPath?: string;
  /** The text of the ACL file, or why it is not known. Absent: it was not given. */
  readonly aclText?: Fact<string>;
  readonly requirepass?: RequirepassLine;
  readonly pubsubDefault?: PubsubDefault;
}

export interface ConfiguredUsers {
  /** When files contradict each other, every user that could be read, from all of them. */
  readonly users: Fact<readonly UserFact[]>;
  readonly aclFile: Fact<AclFileFact>;
  readonly refusals: readonly RefusalFact[];
}

const BOTH_SOURCES =
  'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. ' +
  'This setup is very likely to lead to configuration errors and security holes, please define either an ACL ' +
  'file or declare users directly in your redis.conf, but not both.';

/** Works out who may log in. */
export function readConfiguredUsers(sources: UserSources): ConfiguredUsers {
  const declared = readUserLines(sources);
  const none = unknown('missing', 'the configuration names no aclfile', 'the users are in the conf itself');
  if (sources.aclPath === undefined || sources.aclPath === '') {
    const users = [...declared.users];
    if (!users.some(({ user }) => user.name === 'default')) users.unshift(builtInDefault(sources, 'applied'));
    return { users: known(users, origin(sources)), aclFile: none, refusals: declared.refusals };
  }
  const conflict: RefusalFact[] = declared.lines.map((from) => ({ message: BOTH_SOURCES, from })).slice(0, 1);
  const text = sources.aclText ?? notGiven(sources.aclPath);
  if (!text.known) {
    const users: Fact<readonly UserFact[]> = text;
    return { users, aclFile: text, refusals: [...declared.refusals, ...conflict] };
  }
  const path = sources.aclPath;
  const file = parseAclFile(text.value, sources.table, {
    file: path,
    ...(sources.pubsubDefault === undefined ? {} : { pubsubDefault: sources.pubsubDefault }),
  });
  const refused = file.problems.map((problem) => refusal(problem, path));
  const users = [...fromAclFile(file, path, sources), ...declared.users];
  return {
    users: known(users, { kind: 'file', path }),
    aclFile: known({ path, file }, { kind: 'file', path }),
    refusals: [...declared.refusals, ...conflict, ...refused],
  };
}

/** Rule tokens as text, with every password and hash replaced: `on >… ~app:* +get`. */
export function redactTokens(tokens: readonly string[]): string {
  return tokens.map((token) => (/^[><#!]/.test(token) ? `${token.charAt(0)}…` : token)).join(' ');
}

/** The passwords that stand in clear among rule tokens. */
export function clearPasswordsOf(tokens: readonly string[]): readonly Secret[] {
  return tokens.filter((token) => token.startsWith('>')).map((token) => new Secret(token.slice(1)));
}

function readUserLines(sources: UserSources): {
  readonly users: readonly UserFact[];
  readonly refusals: readonly RefusalFact[];
  readonly lines: readonly Provenance[];
} {
  // A later line of the same name replaces the earlier one up to 6.2; from 7.0 on the server refuses it.
  const users = new Map<string, UserFact>();
  const refusals: RefusalFact[] = [];
  const lines: Provenance[] = [];
  const pubsub = sources.pubsubDefault === undefined ? {} : { pubsubDefault: sources.pubsubDefault };
  for (const { path, line } of sources.configuration.lines) {
    if (line.kind !== 'directive' || line.name !== 'user') continue;
    const from: Provenance = { kind: 'file', path, line: line.number };
    lines.push(from);
    const parsed = parseUserDirective(line.args, sources.table, pubsub);
    for (const problem of parsed.problems) refusals.push({ message: problem.message, from });
    if (parsed.user === undefined) continue;
    const tokens = line.args.slice(1);
    users.set(parsed.user.name, {
      user: parsed.user,
      text: `user ${parsed.user.name} ${redactTokens(tokens)}`.trimEnd(),
      from,
      clearPasswords: clearPasswordsOf(tokens),
    });
  }
  return { users: [...users.values()], refusals, lines };
}

function fromAclFile(file: ParsedAclFile, path: string, sources: UserSources): readonly UserFact[] {
  return file.users.map(({ user, line, tokens }) => {
    if (line === undefined) return builtInDefault(sources, 'dropped', path);
    return {
      user,
      text: `user ${user.name} ${redactTokens(tokens)}`.trimEnd(),
      from: { kind: 'file', path, line },
      clearPasswords: clearPasswordsOf(tokens),
    };
  });
}

/** The user `default` that no line declares. `dropped`: an ACL file is loaded, so requirepass is not applied. */
function builtInDefault(sources: UserSources, requirepass: 'applied' | 'dropped', path?: string): UserFact {
  const base = defaultUser(sources.table);
  const given = sources.requirepass;
  if (requirepass === 'applied' && given !== undefined && !given.password.isEmpty()) {
    const password = given.password.reveal();
    const user = parseUser('default', ['resetpass', `>${password}`], sources.table, { base }).user ?? base;
    return {
      user,
      text: show(user, sources.table),
      from: given.from,
      clearPasswords: given.rendered === 'yes' ? [given.password] : [],
    };
  }
  const from: Provenance =
    path === undefined ? { kind: 'default', of: sources.table.server } : { kind: 'file', path };
  return { user: base, text: show(base, sources.table), from, clearPasswords: [] };
}

function show(user: User, table: CommandTable): string {
  return printUser(user, table, { redact: 'hashes' });
}

function refusal(problem: Problem, path: string): RefusalFact {
  const line = problem.line === undefined ? {} : { line: problem.line };
  return { message: problem.message, from: { kind: 'file', path, ...line } };
}

function notGiven(path: string): Fact<string> {
  return unknown('not-asked', `the ACL file ${path} was not given`, `give it with --aclfile ${path}`);
}

function origin(sources: UserSources): Provenance {
  const path = sources.configuration.documents[0]?.path;
  return path === undefined ? { kind: 'default', of: sources.table.server } : { kind: 'file', path };
}
