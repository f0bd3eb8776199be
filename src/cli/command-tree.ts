/** The command tree as a list: every verb and every question of a group, with the words that call it. */

import type { Command } from 'commander';

export interface NamedCommand {
  /** `audit`, `acl`, `acl check`. */
  readonly path: string;
  readonly command: Command;
}

/** Verbs in order, each group followed by its subcommands. */
export function listCommands(program: Command): readonly NamedCommand[] {
  return program.commands.flatMap((command) => [
    { path: command.name(), command },
    ...command.commands.map((sub) => ({ path: `${command.name()} ${sub.name()}`, command: sub })),
  ]);
}

/** The command that words name, `['acl', 'check']`; the group when its subcommand is not known. */
export function findCommand(program: Command, words: readonly string[]): NamedCommand | undefined {
  const known = listCommands(program);
  return (
    known.find(({ path }) => path === words.slice(0, 2).join(' ')) ??
    known.find(({ path }) => path === words[0])
  );
}
