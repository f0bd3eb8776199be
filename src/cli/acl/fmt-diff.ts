/**
 * What formatting changes, in the shape of a unified diff without context. Users keep their order, so that the lines
 * with text pair off one by one; only empty lines come and go. Passwords and hashes are hidden.
 */

import type { Look } from '../terminal.ts';
import { safeText } from '../../text/index.ts';

interface Change {
  /** Line of the file before and after, from 1; of a line that is not there, the line before it. */
  readonly at: readonly [before: number, after: number];
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** The difference between two texts, or nothing. */
export function diffLines(before: string, after: string, path: string, look: Look): string {
  const changes = findChanges(linesOf(before), linesOf(after));
  if (changes.length === 0) return '';
  const paint = (code: string, text: string): string =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const hunks = changes.flatMap(({ at, gone, come }) => [
    paint('36', `@@ -${printRange(at[0], gone.length)} +${printRange(at[1], come.length)} @@`),
    ...gone.map((line) => paint('31', `-${show(line)}`)),
    ...come.map((line) => paint('32', `+${show(line)}`)),
  ]);
  return `--- ${path}\n+++ ${path} (formatted)\n${hunks.join('\n')}\n`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function findChanges(before: readonly string[], after: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [from, to] = [i, j];
    while ((i < before.length || j < after.length) && before[i] !== after[j]) {
      const goes = i < before.length && isBlank(before[i]) && !isBlank(after[j]);
      const comes = j < after.length && isBlank(after[j]) && !isBlank(before[i]);
      if (!comes) i++;
      if (!goes) j++;
    }
    if (i > from || j > to) {
      const [gone, come] = [before.slice(from, i), after.slice(to, j)];
      changes.push({ at: [from + Math.min(1, gone.length), to + Math.min(1, come.length)], gone, come });
    }
    if (i < before.length || j < after.length) {
      i++;
      j++;
    }
  }
  return changes;
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || /^[ \t\r]*$/.test(line);
}

function printRange(at: number, count: number): string {
  return count === 1 ? String(at) : `${at},${count}`;
}

/** A blank at the end and a carriage return are seen too. */
function show(line: string): string {
  return safeText(line.replace(/(^|[ (])([><#!])[^ )]+/g, '$1$2…'));
}
