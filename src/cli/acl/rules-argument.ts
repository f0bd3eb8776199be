/**
 * The words of `wardis acl explain`: a server or rules, and behind `--` a command to explain. Rules are told from
 * servers by their looks.
 */

import { CommandFailure } from '../failure.ts';

export interface ExplainWords {
  readonly targets: readonly string[];
  /** Rules that were given without `--user-rules`. */
  readonly rules?: string;
  /** The command to explain; absent: the user is explained. */
  readonly argv?: readonly string[];
}

/** Rules have blanks between them, or begin with a sign or a word that no server is called. */
export function isRulesArgument(word: string): boolean {
  if (/^[a-z]+:\/\//i.test(word)) return false;
  return (
    /\s/.test(word) ||
    /^(?:[-+~%&(>#@<!]|(?:on|off|nopass|reset\w*|all(?:keys|commands|channels|dbs))$)/i.test(word)
  );
}

/** @param raw The whole command line: commander drops `--`. */
export function splitExplainWords(words: readonly string[], raw: readonly string[]): ExplainWords {
  const dashes = raw.indexOf('--');
  const tail = dashes === -1 ? [] : raw.slice(dashes + 1);
  const parted = dashes !== -1 && tail.every((word, at) => words[words.length - tail.length + at] === word);
  const head = parted ? words.slice(0, words.length - tail.length) : words;
  if (parted && tail.length === 0) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'no command stands behind --',
      next: "wardis acl explain 'on ~app:* +get' -- GET app:1",
    });
  }
  if (head.length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'one server, or rules in one argument',
      cause: 'a command to explain stands behind --, and rules are quoted as a whole',
      next: "wardis acl explain 'on ~app:* +get' -- GET app:1",
    });
  }
  const argv = parted ? { argv: tail } : {};
  const [first] = head;
  if (first !== undefined && isRulesArgument(first)) return { targets: [], rules: first, ...argv };
  return { targets: head, ...argv };
}
