/**
 * ACL SETUSER in a script: for redis-cli, in a shell script, or as a container's command. Only the rules are read; what
 * surrounds them is not.
 */
import { splitRules } from '../language/argument-split.ts';
import type { Problem } from '../problem.ts';
import type { CommandTable } from '../table/command-table.ts';
import type { LintOptions, LintSubject, LintToken } from './rule.ts';
import { readUsers } from './user.ts';
import type { WrittenUser } from './user.ts';
import { splitLines, splitWords } from './written-line.ts';
import type { TextLine, Word } from './written-line.ts';

/** Does a text hold ACL SETUSER outside of comments? */
export function isScript(text: string): boolean {
  return splitLines(text).some((line) => SETUSER.test(line.text));
}

/** The users that the ACL SETUSER lines of a script make, one after the other. */
export function readLintScript(
  text: string,
  table: CommandTable,
  options: LintOptions & { readonly name?: string } = {},
): LintSubject {
  const written = collect(splitLines(text));
  const users = readUsers(written, table, options, 'additive');
  const problems = users.flatMap((user) =>
    user.refused.map(({ index, code }): Problem => {
      const token = user.tokens[index];
      return {
        code,
        message: `the server refuses rule ${index + 1} of user ${user.name}`,
        ...(token?.line !== undefined && { line: token.line }),
        ...(token?.range !== undefined && { range: token.range }),
        index,
      };
    }),
  );
  return {
    source: { name: options.name ?? 'script', kind: 'script' },
    table,
    text,
    users,
    problems,
    hazards: [],
    defaultUserDeclared: true,
    options,
  };
}

const SETUSER = /^(?!\s*(?:#|\/\/|--)).*?\bacl\s+setuser\s+(?=\S)/i;

function collect(lines: readonly TextLine[]): readonly WrittenUser[] {
  const users: WrittenUser[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const head = line === undefined ? null : SETUSER.exec(line.text);
    if (line === undefined || head === null) continue;
    const words = [...wordsFrom(line, head[0].length)];
    while (words.at(-1)?.text === '\\' && i + 1 < lines.length) {
      words.pop();
      i++;
      words.push(...wordsFrom(lines[i] ?? line, 0));
    }
    const [name, ...rules] = words;
    if (name === undefined) continue;
    users.push({
      name: unquote(name.text),
      line: line.number,
      range: name.range,
      tokens: rules.map(({ text, range, line: number }, index): LintToken => ({
        text: unquote(text),
        index,
        range,
        line: number,
      })),
    });
  }
  return users;
}

/** Up to what a shell takes for the end of the command. */
function wordsFrom(line: TextLine, at: number): readonly (Word & { readonly line: number })[] {
  const words = splitWords({ ...line, text: line.text.slice(at), start: line.start + at });
  const end = words.findIndex(({ text }) => /^(?:&&|\|\||;|\||2?>{1,2}&?\d?\/?\S*\/\S*)$/.test(text));
  return (end === -1 ? words : words.slice(0, end)).map((word) => ({ ...word, line: line.number }));
}

function unquote(text: string): string {
  const [word, more] = /["'\\]/.test(text)
    ? (splitRules(text.replace(/\\([~&><#*()|])/g, '$1')) ?? [])
    : [text];
  return more === undefined ? (word ?? text) : text;
}
