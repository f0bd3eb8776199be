/**
 * What the schema cannot say: names that are taken, roles that need keys, rules that the server refuses, dates
 * that do not exist. Each check adds problems with their places; none stops at the first.
 */

import { parseUser, tableFor } from '../../acl/index.ts';
import type { ServerVersion } from '../../conf/index.ts';
import type { PolicyUser, SecretSource } from '../policy-document.ts';
import type { PolicyProblem } from '../problem.ts';
import { problemAt, type Path, type Source } from './place.ts';
import type { PolicyInput } from './schema.ts';
import { REVISION_USER } from '../revision-user.ts';

type UserInput = PolicyInput['users'][number];

/** `2027-01-31` */
const DAY_CHARS = 10;

/** One user at its place in the document. */
export function userProblems(
  source: Source,
  user: Pick<UserInput, 'role' | 'keys' | 'channels' | 'commands' | 'expires'> &
    Partial<Pick<UserInput, 'password' | 'break_glass'>>,
  at: Path,
  server: ServerVersion,
): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const needsKeys = ['readwrite', 'readonly', 'writeonly'].includes(user.role);
  if (needsKeys && user.keys.length === 0) {
    const message = `role ${user.role} needs keys`;
    problems.push(problemAt(source, at, { code: 'policy-missing-key', message, help: 'keys: ["app:*"]' }));
  }
  if (
    ['monitor', 'replication', 'sentinel', 'backup', 'pubsub'].includes(user.role) &&
    user.keys.length > 0
  ) {
    const message = `role ${user.role} takes no keys: its commands name none`;
    problems.push(problemAt(source, [...at, 'keys'], { code: 'policy-value', message }, 'key'));
  }
  if (user.role === 'pubsub' && user.channels.length === 0) {
    problems.push(
      problemAt(source, at, { code: 'policy-missing-key', message: 'role pubsub needs channels' }),
    );
  }
  if (user.role === 'custom' && user.commands.length === 0) {
    problems.push(
      problemAt(source, at, { code: 'policy-missing-key', message: 'role custom needs commands' }),
    );
  }
  problems.push(...ruleProblems(source, user.commands, [...at, 'commands'], server));
  problems.push(...dateProblems(source, user.expires, [...at, 'expires']));
  problems.push(...breakGlassProblems(source, user, at));
  if (user.password !== undefined && secretSourceOf(user.password) === undefined) {
    const message = 'password takes exactly one of file, env and exec';
    problems.push(problemAt(source, [...at, 'password'], { code: 'policy-value', message }, 'key'));
  }
  return problems;
}

/** Emergencies are for administrators, and end by themselves. */
function breakGlassProblems(
  source: Source,
  user: Pick<UserInput, 'role' | 'expires' | 'break_glass'> | Pick<UserInput, 'role' | 'expires'>,
  at: Path,
): readonly PolicyProblem[] {
  const given = 'break_glass' in user ? user.break_glass : undefined;
  if (given === undefined) return [];
  const place = [...at, 'break_glass'];
  const problems = [...dateProblems(source, given.until.slice(0, DAY_CHARS), [...place, 'until'])];
  if (user.role !== 'admin') {
    const message = `break_glass is for role admin, not ${user.role}`;
    const help = 'for other roles: expires: 2027-01-31';
    problems.push(problemAt(source, place, { code: 'policy-value', message, help }, 'key'));
  }
  if (user.expires !== undefined) {
    const message = 'a user ends by expires or by break_glass, not by both';
    problems.push(problemAt(source, [...at, 'expires'], { code: 'policy-value', message }, 'key'));
  }
  return problems;
}

/** Command rules as the server would answer them. */
function ruleProblems(
  source: Source,
  commands: readonly string[],
  at: Path,
  server: ServerVersion,
): readonly PolicyProblem[] {
  const table = tableFor(server);
  return commands.flatMap((rule, index) =>
    parseUser('u', [rule], table).problems.map((problem) =>
      problemAt(source, [...at, index], {
        code: 'policy-rule',
        message: `${server.product} ${server.version} refuses ${JSON.stringify(rule)}: ${problem.message}`,
        help: problem.help,
      }),
    ),
  );
}

/** Every user of the document once; `default` is never anybody's. */
export function nameProblems(
  source: Source,
  users: readonly { readonly name: string; readonly at: Path }[],
): readonly PolicyProblem[] {
  const seen = new Set<string>();
  const problems: PolicyProblem[] = [];
  for (const { name, at } of users) {
    if (name === 'default') {
      const message = 'the user default is always off: give people and programs names of their own';
      problems.push(problemAt(source, at, { code: 'policy-name', message }));
    } else if (name === REVISION_USER) {
      const message = `the user ${name} is made by wardis apply, to show the revision that a node runs`;
      problems.push(problemAt(source, at, { code: 'policy-name', message }));
    } else if (seen.has(name)) {
      problems.push(
        problemAt(source, at, {
          code: 'policy-duplicate',
          message: `user ${JSON.stringify(name)} is declared twice`,
        }),
      );
    }
    seen.add(name);
  }
  return problems;
}

export function waiverProblems(source: Source, waivers: PolicyInput['waivers']): readonly PolicyProblem[] {
  return waivers.flatMap((waiver, index) =>
    dateProblems(source, waiver.expires, ['waivers', index, 'expires']),
  );
}

/** The one source that is given; undefined for none or several. */
export function secretSourceOf(given: {
  readonly file?: string | undefined;
  readonly env?: string | undefined;
  readonly exec?: readonly string[] | undefined;
}): SecretSource | undefined {
  const sources: SecretSource[] = [
    ...(given.file === undefined ? [] : [{ from: 'file' as const, path: given.file }]),
    ...(given.env === undefined ? [] : [{ from: 'env' as const, variable: given.env }]),
    ...(given.exec === undefined ? [] : [{ from: 'exec' as const, command: given.exec }]),
  ];
  return sources.length === 1 ? sources[0] : undefined;
}

/** A user of the document as the compiler takes it. */
export function userOf(user: UserInput): PolicyUser {
  return {
    name: user.name,
    role: user.role as PolicyUser['role'],
    keys: user.keys.map((key) =>
      typeof key === 'string'
        ? { pattern: key, access: undefined }
        : { pattern: key.pattern, access: key.access },
    ),
    channels: user.channels,
    databases: user.databases,
    commands: user.commands,
    expires: user.expires,
    password: user.password === undefined ? undefined : secretSourceOf(user.password),
    tenant: undefined,
    ...(user.break_glass === undefined ? {} : { breakGlass: user.break_glass }),
  };
}

function dateProblems(source: Source, date: string | undefined, at: Path): readonly PolicyProblem[] {
  if (date === undefined) return [];
  const time = Date.parse(`${date}T00:00:00Z`);
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(date)) return [];
  return [problemAt(source, at, { code: 'policy-value', message: `there is no ${date}` })];
}
