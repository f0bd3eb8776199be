import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import type { CheckFlags } from '../commands/acl/check.ts';
import { runBatch } from './batch.ts';
export async function runCheck(
  words: readonly string[],
  raw: readonly string[],
  flags: CheckFlags,
  context: CommandContext,
): Promise<void> {
  if (flags.batch !== undefined) {
    refuseSubject(words, flags);
    return runBatch(flags.batch, flags, context);
  }
  void words;
  void raw;
}

/** Each line of a batch names its user and its command itself. */
function refuseSubject(words: readonly string[], flags: CheckFlags): void {
  const given = [flags.userRules, flags.aclfile, flags.config, flags.as, words[0]];
  if (given.every((value) => value === undefined)) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: '--batch takes users and commands from its lines, and none from the command line',
    next: 'leave out everything but --server, --table and --batch',
  });
}
