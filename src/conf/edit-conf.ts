/**
 * Changing a configuration file the way CONFIG REWRITE does (rewriteConfigRewriteLine, config.c): the first line of
 * a directive is rewritten in place, further lines of it go, a new one is appended. All other lines keep every byte.
 */

import { quoteArg } from './arguments.ts';
import type { ConfDocument, ConfLine, DirectiveLine } from './conf-document.ts';
import { invariant } from './invariant.ts';
import { lowerCase } from './lower-case.ts';
import { parseLine } from './parse-conf.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * One line of configuration, without its end: the name and the arguments, quoted where needed. Arguments may
 * hold anything, line ends included: they come out escaped, on one line, in plain ASCII.
 */
export function formatDirective(name: string, args: readonly string[]): string {
  invariant(NAME.test(name), 'a directive name is letters, digits, dots, dashes and underscores');
  return [name, ...args.map(quoteArg)].join(' ');
}

/** The directive lines with this name; case does not matter, aliases do. */
export function findLines(document: ConfDocument, name: string): readonly DirectiveLine[] {
  const wanted = lowerCase(name);
  return document.lines.filter(
    (line): line is DirectiveLine => line.kind === 'directive' && line.name === wanted,
  );
}

/**
 * Makes `name` have these arguments and no others: in place of its first line, its other lines removed; at the end
 * when there is none. A line that reads the same already is kept byte for byte. For directives that add up
 * (`save`, `user`, `rename-command`) use `removeDirective` and `appendDirective`.
 */
export function setDirective(document: ConfDocument, name: string, args: readonly string[]): ConfDocument {
  const [first, ...others] = findLines(document, name);
  if (first === undefined) return appendDirective(document, name, args);
  if (others.length === 0 && sameWords(first.args, args)) return document;
  const kept = sameWords(first.args, args) ? first : { ...directiveLine(name, args), eol: first.eol };
  const gone = new Set<ConfLine>(others);
  return rebuild(
    document,
    document.lines.flatMap((line) => (line === first ? [kept] : gone.has(line) ? [] : [line])),
  );
}

/** Removes every line of `name`, or only those whose arguments `matches` accepts. */
export function removeDirective(
  document: ConfDocument,
  name: string,
  matches: (args: readonly string[]) => boolean = () => true,
): ConfDocument {
  const gone = new Set<ConfLine>(findLines(document, name).filter((line) => matches(line.args)));
  if (gone.size === 0) return document;
  return rebuild(
    document,
    document.lines.filter((line) => !gone.has(line)),
  );
}

/** Adds a line at the end, with the line end that the file uses. */
export function appendDirective(document: ConfDocument, name: string, args: readonly string[]): ConfDocument {
  const eol: ConfLine['eol'] = document.lines[0]?.eol === '\r\n' ? '\r\n' : '\n';
  const lines = document.lines.map((line, index) =>
    line.eol === '' && index === document.lines.length - 1 ? { ...line, eol } : line,
  );
  return rebuild(document, [...lines, { ...directiveLine(name, args), eol }]);
}

function directiveLine(name: string, args: readonly string[]): ConfLine {
  return parseLine(formatDirective(name, args), '\n', 0, 'strict');
}

function rebuild(document: ConfDocument, lines: readonly ConfLine[]): ConfDocument {
  const numbered = lines.map((line, index) =>
    line.number === index + 1 ? line : { ...line, number: index + 1 },
  );
  // New lines carry number 0, which no problem names.
  const moved = new Map(lines.map((line, index) => [line.number, index + 1]));
  const problems = document.problems.flatMap((problem) => {
    const line = problem.range === undefined ? undefined : moved.get(problem.range.line);
    if (problem.range === undefined) return [problem];
    return line === undefined ? [] : [{ ...problem, range: { ...problem.range, line } }];
  });
  return { path: document.path, lines: numbered, problems };
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
