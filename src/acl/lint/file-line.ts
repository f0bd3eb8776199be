/** The lines of the file that a subject was read from, told apart once. */
import { readFileLines } from './written-line.ts';
import type { FileLine } from './written-line.ts';
import type { LintHit, LintSubject } from './rule.ts';

type Kind = FileLine['kind'];
const known = new WeakMap<LintSubject, readonly FileLine[]>();

/** Lines of an ACL file; none for any other subject. */
export function fileLines(subject: LintSubject): readonly FileLine[] {
  if (subject.source.kind !== 'acl-file' || subject.text === undefined) return [];
  let lines = known.get(subject);
  if (lines === undefined) {
    lines = readFileLines(subject.text);
    known.set(subject, lines);
  }
  return lines;
}

/** Those of one kind. */
export function linesOf<K extends Kind>(kind: K, subject: LintSubject): readonly (FileLine & { kind: K })[] {
  return fileLines(subject).filter((line): line is FileLine & { kind: K } => line.kind === kind);
}

/** The place of a line without its end. */
export function placeOfLine(line: FileLine): Pick<LintHit, 'line' | 'range'> {
  const first = line.words[0]?.range[0] ?? line.start;
  const last = line.words.at(-1)?.range[1] ?? line.start + line.text.length;
  return { line: line.number, range: [first, last] };
}

/** From the start of a line to the start of the next. */
export function wholeLine(line: FileLine, text: string): readonly [number, number] {
  const end = text.indexOf('\n', line.start);
  return [line.start, end === -1 ? text.length : end + 1];
}

/** `line 3`, `lines 3 and 7`, `lines 1, 2, 3 and 9 more`. */
export function nameLines(lines: readonly FileLine[]): string {
  const numbers = lines.map(({ number }) => String(number));
  if (numbers.length === 1) return `line ${numbers[0]}`;
  if (numbers.length > LINES_MAX) {
    return `lines ${numbers.slice(0, LINES_MAX).join(', ')} and ${numbers.length - LINES_MAX} more`;
  }
  return `lines ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}

const LINES_MAX = 8;
