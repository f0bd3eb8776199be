/**
 * The same rules read by two servers: what an upgrade (or a move to the other product) grants or takes. Defaults count:
 * a user without channel rules has every channel up to 6.2 and none from 7.0 on. How a server finds the keys of one and
 * the same command is not compared.
 */
import type { Problem } from '../problem.ts';
import type { CommandTable } from '../table/command-table.ts';
import { parseUser } from '../language/user.ts';
import { diffUsers } from './diff.ts';
import type { UserDiff } from './diff.ts';
import type { Right } from './right.ts';

/** What the change of server does to one user. */
export type VersionDiff =
  | {
      readonly accepted: true;
      /** Existing commands, keys, channels and databases gained and lost. */
      readonly diff: UserDiff;
      /** Commands that only the new server has, and that the rules grant there. */
      readonly newCommands: readonly string[];
      /** Commands that the rules granted, and that the new server does not have. */
      readonly goneCommands: readonly string[];
    }
  | {
      readonly accepted: false;
      /** Which server refuses the rules, and in which words. */
      readonly refusals: readonly { readonly by: 'from' | 'to'; readonly problem: Problem }[];
    };

/** Reads `tokens` for the user `name` by both tables, and compares. */
export function diffVersions(
  tokens: readonly string[],
  name: string,
  from: CommandTable,
  to: CommandTable,
): VersionDiff {
  const before = parseUser(name, tokens, from);
  const after = parseUser(name, tokens, to);
  if (before.user === undefined || after.user === undefined) {
    const refusals = [
      ...before.problems.map((problem) => ({ by: 'from' as const, problem })),
      ...after.problems.map((problem) => ({ by: 'to' as const, problem })),
    ];
    return { accepted: false, refusals };
  }
  const diff = diffUsers(before.user, after.user);
  const gained = diff.gained.filter((right) => !isAbsent(right));
  const lost = diff.lost.filter((right) => !isAbsent(right));
  const rest = [diff.login, gained, lost, diff.unknown];
  return {
    accepted: true,
    diff: { ...diff, gained, lost, same: rest.every((list) => list.length === 0) },
    newCommands: diff.gained.filter(isAbsent).flatMap(commandsOf),
    goneCommands: diff.lost.filter(isAbsent).flatMap(commandsOf),
  };
}

function isAbsent(right: Right): boolean {
  return right.kind === 'command' && right.absent;
}

function commandsOf(right: Right): readonly string[] {
  return right.kind === 'future-commands' ? [] : right.commands;
}
