/** The command tree as a list: every verb and every question of a group, with the words that call it. */

import type { Command } from 'commander';

export interface NamedCommand {
  /** `audit`, `acl check`, `tls ca init`. */
  readonly path: string;
  readonly command: Command;
}

/** Verbs in order, each group followed by its subcommands. */
export function listCommands(program: Command): readonly NamedCommand[] {
  return program.commands.flatMap((command) => listBelow(command, command.name()));
}

/** The command that words name, `['acl', 'check']`; the nearest group when its subcommand is not known. */
export function findCommand(program: Command, words: readonly string[]): NamedCommand | undefined {
  const known = new Map(listCommands(program).map((named) => [named.path, named]));
  for (let count = Math.min(words.length, WORDS_MAX); count > 0; count -= 1) {
    const found = known.get(words.slice(0, count).join(' '));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `tls ca init` */
const WORDS_MAX = 3;

function listBelow(command: Command, path: string): readonly NamedCommand[] {
  return [{ path, command }, ...command.commands.flatMap((sub) => listBelow(sub, `${path} ${sub.name()}`))];
}
