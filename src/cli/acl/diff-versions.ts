/** A difference of two users on two servers, apart from what only one of the servers has. */

import type { UserDiff } from '../../acl/index.ts';

/** Commands that only one server has, and what differs beside them. */
export interface VersionSplit {
  readonly diff: UserDiff;
  readonly newCommands: readonly string[];
  readonly goneCommands: readonly string[];
}

type Right = UserDiff['gained'][number];

/** Takes commands that the other server does not have out of the rights. */
export function splitByVersion(diff: UserDiff): VersionSplit {
  const gained = diff.gained.flatMap(realPart);
  const lost = diff.lost.flatMap(realPart);
  const here = (right: Right): boolean => !isAbsent(right);
  const rest = { ...diff, gained: gained.filter(here), lost: lost.filter(here) };
  const lists = [rest.gained, rest.lost, rest.login, rest.unknown];
  return {
    diff: { ...rest, same: lists.every((list) => list.length === 0) },
    newCommands: gained.filter(isAbsent).flatMap(commandsOf),
    goneCommands: lost.filter(isAbsent).flatMap(commandsOf),
  };
}

/**
 * `HOST:` and `POST` stand in the command table up to Redis 6.2 and cut the connection of a browser that is led to the
 * port (server.c securityWarningCommand): nothing that a user may do.
 */
export function withoutGuards(commands: readonly string[]): readonly string[] {
  return commands.filter((name) => !/^(?:host:|post)$/i.test(name));
}

function realPart(right: Right): readonly Right[] {
  if (right.kind === 'future-commands') return [right];
  const commands = withoutGuards(right.commands);
  if (commands.length === right.commands.length) return [right];
  return commands.length === 0 ? [] : [withCommands(right, commands)];
}

/** Without its example, which may be one of a command that is gone. */
function withCommands(
  right: Exclude<Right, { kind: 'future-commands' }>,
  commands: readonly string[],
): Right {
  const { example: _, ...rest } = right;
  return { ...rest, commands };
}

function isAbsent(right: Right): boolean {
  return right.kind === 'command' && right.absent;
}

function commandsOf(right: Right): readonly string[] {
  return right.kind === 'future-commands' ? [] : right.commands;
}
