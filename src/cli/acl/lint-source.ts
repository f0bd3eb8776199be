/**
 * What is linted: ACL files, configuration files with user lines, scripts of ACL SETUSER. Each is read for one server
 * version, with what the configuration around the users says.
 */

import {
  isScript,
  parseUserDirective,
  readLintFile,
  readLintScript,
  readLintUsers,
  type CommandTable,
  type LintConf,
  type LintOptions,
  type LintSubject,
  type LintToken,
  type Problem,
  type WrittenUser,
} from '../../acl/index.ts';
import {
  diagnoseConf,
  effectiveSettings,
  findDirective,
  parseConf,
  type ConfProblem,
  type DirectiveLine,
  type EffectiveSettings,
  type ServerVersion,
} from '../../conf/index.ts';

type LintKind = 'acl-file' | 'conf' | 'script';

/** A text to lint, read once; it is judged for each server. */
export interface LintText {
  /** As given on the command line; `standard input` for `-`. */
  readonly path: string;
  readonly text: string;
  readonly kind: LintKind;
  /** The ACL file that a configuration names, when it could be read. */
  readonly aclText?: string;
}

/** What a text is, by its lines: user lines only, directives too, or commands. A name in .acl decides doubts. */
export function detectKind(text: string, path: string): LintKind {
  const firsts = text
    .split('\n', LINES_LOOKED_AT_MAX)
    .map((line) => line.trim().replace(/^\uFEFF/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s/, 1)[0]?.toLowerCase() ?? '');
  const users = firsts.filter((word) => word === 'user').length;
  const directives = firsts.filter((word) => word !== 'user' && isDirective(word)).length;
  if (users > 0 && path.endsWith('.acl')) return 'acl-file';
  // One directive among many users is a line in the wrong file.
  if (directives > 0 && directives * 4 >= users) return 'conf';
  return users === 0 && isScript(text) ? 'script' : 'acl-file';
}

/** The subject of a text for one server. */
export function readLintText(
  text: string,
  kind: LintKind,
  table: CommandTable,
  options: LintOptions & { readonly name: string; readonly aclText?: string },
): LintSubject {
  switch (kind) {
    case 'acl-file':
      return readLintFile(text, table, options);
    case 'script':
      return readLintScript(text, table, options);
    case 'conf':
      return readConf(text, table, options);
  }
}

/** What keeps a configuration itself from starting, its users aside: they are judged by rules of their own. */
export function confRefusals(text: string, server: ServerVersion, name: string): readonly ConfProblem[] {
  return diagnoseConf(readSettings(text, server, name)).filter(
    ({ stopsServer, code }) => stopsServer === 'yes' && !OF_USERS.has(code),
  );
}

const LINES_LOOKED_AT_MAX = 5000;
const OF_USERS: ReadonlySet<string> = new Set(['users-and-aclfile', 'duplicate-user']);
const RECENT: readonly ServerVersion[] = [
  { product: 'redis', version: '8.0' },
  { product: 'valkey', version: '9.1' },
];

function isDirective(word: string): boolean {
  return RECENT.some((server) => ['known', 'ignored'].includes(findDirective(word, server).kind));
}

function readSettings(text: string, server: ServerVersion, name: string): EffectiveSettings {
  return effectiveSettings(parseConf(text, { path: name, server }), server);
}

function readConf(
  text: string,
  table: CommandTable,
  options: LintOptions & { readonly name: string; readonly aclText?: string },
): LintSubject {
  const { product, version } = table.dialect;
  const settings = readSettings(text, { product, version }, options.name);
  const starts = lineStarts(text);
  const problems: Problem[] = [];
  const hazards: Problem[] = [];
  const pubsub = options.pubsubDefault ?? pubsubDefaultOf(settings);
  const written = settings.users.map(({ line }): WrittenUser => {
    const start = starts[line.number - 1] ?? 0;
    const user = writtenUser(line, start);
    const parsed = parseUserDirective(
      line.args,
      table,
      pubsub === undefined ? {} : { pubsubDefault: pubsub },
    );
    problems.push(...parsed.problems.map((problem) => placeProblem(problem, user)));
    hazards.push(...parsed.hazards.map((hazard) => placeProblem(hazard, user)));
    return parsed.user === undefined ? user : { ...user, user: parsed.user };
  });
  const conf = confOf(settings, options.aclText);
  const declared =
    conf.aclfile !== undefined ||
    conf.requirepass !== undefined ||
    written.length === 0 ||
    written.some(({ name }) => name === 'default');
  return readLintUsers({ name: options.name, kind: 'conf' }, written, table, {
    ...options,
    ...(pubsub !== undefined && { pubsubDefault: pubsub }),
    conf,
    text,
    problems,
    hazards,
    defaultUserDeclared: declared,
  });
}

function confOf(settings: EffectiveSettings, aclText: string | undefined): LintConf {
  const aclfile = settings.settings.get('aclfile');
  const requirepass = settings.settings.get('requirepass');
  const [user] = settings.users;
  const protectedMode = settings.settings.get('protected-mode')?.text;
  return {
    ...(aclfile !== undefined &&
      aclfile.text !== '' && { aclfile: { line: aclfile.line, path: aclfile.text } }),
    ...(requirepass?.secret?.isEmpty() === false && { requirepass: { line: requirepass.line } }),
    ...(user !== undefined && { userLine: user.line.number }),
    ...((protectedMode === 'yes' || protectedMode === 'no') && { protectedMode }),
    ...(aclText !== undefined && { aclfileDeclaresDefault: /^[ \t]*user default(?:\s|$)/m.test(aclText) }),
    renamed: new Map(
      settings.renamedCommands.map(({ line }) => [
        line.args[1]?.toLowerCase() ?? '',
        line.args[0]?.toLowerCase() ?? '',
      ]),
    ),
  };
}

function writtenUser(line: DirectiveLine, start: number): WrittenUser {
  const place = (i: number): readonly [number, number] => {
    const range = line.argRanges[i];
    return [start + (range?.start ?? 0), start + (range?.end ?? 0)];
  };
  return {
    name: line.args[0] ?? '',
    line: line.number,
    range: place(0),
    tokens: line.args
      .slice(1)
      .map((text, index): LintToken => ({ text, index, range: place(index + 1), line: line.number })),
  };
}

function placeProblem(problem: Problem, user: WrittenUser): Problem {
  const range = problem.index === undefined ? user.range : user.tokens[problem.index]?.range;
  return {
    ...problem,
    ...(user.line !== undefined && { line: user.line }),
    ...(range !== undefined && { range }),
  };
}

function pubsubDefaultOf(settings: EffectiveSettings): 'allchannels' | 'resetchannels' | undefined {
  const text = settings.settings.get('acl-pubsub-default')?.text;
  return text === 'allchannels' || text === 'resetchannels' ? text : undefined;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
