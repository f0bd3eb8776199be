/**
 * Whether a server starts with a file, and what it says when it does not: the engine's reading of an ACL file or of user
 * lines, and the conf room's of a configuration.
 */

import { parseAclFile, type CommandTable, type LintSubject } from '../../acl/index.ts';
import { confRefusals, type LintText } from './lint-source.ts';

export interface LintVerdict {
  /** Would this server start with the file, or take the rules. */
  readonly starts: boolean;
  /** The server's own words, without secrets. */
  readonly refusal?: string;
  /** It does not refuse the file: it crashes. */
  readonly crash?: true;
}

/** The verdict on a file that was read into a subject. */
export function judgeStart(source: LintText, subject: LintSubject): LintVerdict {
  switch (source.kind) {
    case 'acl-file':
      return ofProblems(subject, (messages) => messages.join('').trim());
    case 'conf':
      return judgeConf(source, subject);
    case 'script':
      return ofProblems(subject, ([first = '']) => first);
  }
}

/** The verdict on rules: would ACL SETUSER take them. */
export function judgeRules(subject: LintSubject): LintVerdict {
  return ofProblems(subject, ([first = '']) => first);
}

function ofProblems(
  { problems }: Pick<LintSubject, 'problems'>,
  say: (messages: readonly string[]) => string,
): LintVerdict {
  if (problems.length === 0) return { starts: true };
  if (problems.some(({ code }) => code === 'crashes-server')) return { starts: false, crash: true };
  return { starts: false, refusal: say(problems.slice(0, MESSAGES_MAX).map(({ message }) => message)) };
}

function judgeConf(source: LintText, subject: LintSubject): LintVerdict {
  const { product, version } = subject.table.dialect;
  const [refused] = confRefusals(source.text, { product, version }, source.path);
  if (refused !== undefined) return { starts: false, refusal: refused.message };
  const { aclfile, userLine } = subject.options.conf ?? {};
  if (aclfile !== undefined && userLine !== undefined) return { starts: false, refusal: BOTH };
  const lines = ofProblems(subject, ([first = '']) => first);
  if (!lines.starts) return lines;
  const twice = duplicate(subject);
  if (twice !== undefined) return { starts: false, refusal: twice };
  return aclfile === undefined || source.aclText === undefined
    ? { starts: true }
    : ofFile(source.aclText, aclfile.path, subject.table);
}

/** The ACL file that the configuration names stops the server as well. */
function ofFile(text: string, path: string, table: CommandTable): LintVerdict {
  return ofProblems(parseAclFile(text, table, { file: path }), (messages) => messages.join('').trim());
}

function duplicate({ users, table }: LintSubject): string | undefined {
  if (table.dialect.duplicateUsers !== 'refused') return undefined;
  const names = new Set<string>();
  for (const { name } of users) {
    if (names.has(name)) return `Duplicate user found: ${name}`;
    names.add(name);
  }
  return undefined;
}

/** Lines that are quoted; each has its own finding anyway. */
const MESSAGES_MAX = 200;

const BOTH =
  'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. ' +
  'This setup is very likely to lead to configuration errors and security holes, please define either an ACL ' +
  'file or declare users directly in your redis.conf, but not both.';
