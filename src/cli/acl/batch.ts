/**
 * `acl check --batch`: questions as JSON lines in, answers as JSON lines out, in the same order. Denials and refused
 * rules are answers; a line that is no question is answered with what is wrong with it, and the run ends with exit
 * code 2.
 */

import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { openBatch } from './batch-line.ts';
import { LINE_BYTES_MAX, readLines, type InputLine } from './batch-input.ts';
import { readTable } from './subject.ts';
import type { SubjectFlags } from './subject-options.ts';

/** Answers are written in pieces of about this size. */
const OUTPUT_CHARS = 64 * 1024;

export async function runBatch(path: string, flags: SubjectFlags, context: CommandContext): Promise<void> {
  if (path === '-' && flags.table === '-') {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--batch and --table cannot both read standard input',
      next: 'write the table into a file: --table table.json',
    });
  }
  const { table, notes } = await readTable(flags);
  const { terminal } = context;
  for (const note of notes) terminal.err(`note: ${note}\n`);
  const batch = openBatch(table);
  let number = 0;
  let tooLong = 0;
  const answer = (line: InputLine): string => {
    number++;
    if (line === undefined) {
      tooLong++;
      return `{"error": "line ${number}: it is longer than ${LINE_BYTES_MAX} bytes"}\n`;
    }
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    return /\S/.test(text) ? `${batch.answer(text, number)}\n` : '';
  };
  for await (const lines of readLines(path)) {
    let out = '';
    for (const line of lines) {
      out += answer(line);
      if (out.length < OUTPUT_CHARS) continue;
      terminal.out(out);
      out = '';
      await terminal.drained?.();
    }
    if (out !== '') terminal.out(out);
    await terminal.drained?.();
  }
  const unanswered = batch.malformed() + tooLong;
  if (unanswered > 0) {
    terminal.err(`${unanswered} of ${number} lines could not be read; each answer names its line\n`);
    context.finish(EXIT.error);
  }
}
