/**
 * The words of `wardis acl check`: what stands behind `--` is the command that is asked about. Without `--`, everything
 * is, but for a first word that is a server or rules.
 */

import { CommandFailure } from '../failure.ts';
import { isRulesArgument } from './rules-argument.ts';
import type { SubjectFlags } from './subject-options.ts';

export interface CheckWords {
  readonly targets: readonly string[];
  /** Rules that were given without `--user-rules`. */
  readonly rules?: string;
  readonly argv: readonly string[];
}

/** @param raw The whole command line: commander drops `--`. */
export function splitWords(
  words: readonly string[],
  raw: readonly string[],
  flags: SubjectFlags,
): CheckWords {
  const dashes = raw.indexOf('--');
  const tail = dashes === -1 ? [] : raw.slice(dashes + 1);
  const parted = dashes !== -1 && tail.every((word, at) => words[words.length - tail.length + at] === word);
  const sourced = [flags.userRules, flags.aclfile, flags.config].some((value) => value !== undefined);
  const [first] = words;
  const leads = !sourced && first !== undefined && (isServer(first) || isRulesArgument(first));
  const count = parted ? words.length - tail.length : leads ? 1 : 0;
  const [head, argv] = [words.slice(0, count), words.slice(count)];
  if (argv.length === 0) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'no command to ask about',
      next: "wardis acl check --user-rules 'on ~app:* +get' -- GET app:1",
    });
  }
  const [rules] = head;
  if (head.length === 1 && rules !== undefined && isRulesArgument(rules)) return { targets: [], rules, argv };
  return { targets: head, argv };
}

function isServer(word: string): boolean {
  return /^[a-z]+:\/\//i.test(word) || /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(word);
}
