/** A list of targets in a file, for fleets that no command line holds: one a line, `#` starts a comment. */

import { parseTarget } from '../fleet/index.ts';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { readInput } from './text-input.ts';

const LIST_BYTES_MAX = 16 * 1024 * 1024;
export const TARGETS_MAX = 100_000;
/** Problems that are shown; one wrong column would otherwise fill the screen. */
const PROBLEMS_SHOWN_MAX = 20;

/** The targets of a file, in its order; `-` is standard input. Every line that is none is reported. */
export async function readTargetList(path: string, terminal: Terminal): Promise<readonly string[]> {
  const name = path === '-' ? 'standard input' : path;
  const targets: string[] = [];
  const problems: string[] = [];
  const list = await readInput(path, 'the list of targets', LIST_BYTES_MAX);
  for (const [index, line] of list.split('\n').entries()) {
    const text = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (text === '') continue;
    const parsed = parseTarget(text);
    if (parsed.target === undefined)
      problems.push(`${name}:${index + 1}: ${parsed.problems[0].message}: ${parsed.problems[0].help}`);
    else targets.push(text);
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, PROBLEMS_SHOWN_MAX);
    terminal.err(`${shown.join('\n')}\n`);
    throw new CommandFailure({
      code: 'E_TARGET',
      what: `${problems.length === 1 ? 'a line is' : `${problems.length} lines are`} no target; nothing was asked`,
      target: name,
      next: 'write one a line: host:port, redis://host:port, rediss://host:port or unix:///path',
    });
  }
  if (targets.length === 0 || targets.length > TARGETS_MAX) {
    throw new CommandFailure({
      code: 'E_TARGET',
      what:
        targets.length === 0
          ? 'the list of targets is empty'
          : `${targets.length} targets, at most ${TARGETS_MAX} in one run`,
      target: name,
      next: targets.length === 0 ? 'write one target a line' : 'split the list and run once for each part',
    });
  }
  return targets;
}
