/**
 * What an edit changed in a text file, in the shape of a unified diff: one hunk from the first line that differs to the
 * last, with a little of what stands around it. For edits in one place, as the ones to a policy are.
 */

import { safeText } from '../../text/index.ts';
import type { Look } from '../terminal.ts';

const CONTEXT_LINES = 2;

/** The difference, or nothing where the texts are the same. */
export function printDifference(before: string, after: string, path: string, look: Look): string {
  if (before === after) return '';
  const [old, now] = [linesOf(before), linesOf(after)];
  const head = sharedLines(old, now);
  const tail = sharedLines(old.slice(head).toReversed(), now.slice(head).toReversed());
  const from = Math.max(0, head - CONTEXT_LINES);
  const rest = Math.max(0, tail - CONTEXT_LINES);
  const paint = (code: string, text: string): string =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const show = (mark: string, line: string): string => safeText(`${mark}${line}`);
  return [
    `--- ${path}`,
    `+++ ${path}`,
    paint('36', `@@ -${range(from, old.length - rest)} +${range(from, now.length - rest)} @@`),
    ...old.slice(from, head).map((line) => show(' ', line)),
    ...old.slice(head, old.length - tail).map((line) => paint('31', show('-', line))),
    ...now.slice(head, now.length - tail).map((line) => paint('32', show('+', line))),
    ...now.slice(now.length - tail, now.length - rest).map((line) => show(' ', line)),
    '',
  ].join('\n');
}

function sharedLines(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((line, index) => line !== other[index]);
  return at === -1 ? Math.min(one.length, other.length) : at;
}

function range(from: number, to: number): string {
  return `${to > from ? from + 1 : from},${to - from}`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
