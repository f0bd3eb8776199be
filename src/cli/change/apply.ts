/** The work of `wardis apply`: which of its ways is meant, and that it is only one. */

import type { ApplyFlags } from '../commands/apply.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { loadPolicy } from '../policy-file.ts';
import { explainChange } from './apply-failure.ts';
import { applyAnew } from './apply-new.ts';
import { resumeApply, undoApply } from './apply-resume.ts';
import { renderRuns } from './apply-runs.ts';
import { stateFolderOf } from './state-folder.ts';

export async function runApply(
  named: readonly string[],
  flags: ApplyFlags,
  context: CommandContext,
): Promise<void> {
  refuseMixedWays(flags);
  await explainChange(async () => {
    if (flags.runs === true) return showRuns(flags, context);
    if (flags.resume !== undefined) return resumeApply(named, flags, context);
    if (flags.undo !== undefined) return undoApply(named, flags, context);
    return applyAnew(named, flags, context);
  });
}

async function showRuns(flags: ApplyFlags, context: CommandContext): Promise<void> {
  // Whoever names the folder needs no policy for this.
  const policy = flags.state === undefined ? await loadPolicy(flags.policy, context) : undefined;
  const folder = stateFolderOf(flags, policy?.path);
  context.terminal.out(renderRuns(folder, flags.json === true ? 'json' : 'table'));
  context.finish(EXIT.ok);
}

function refuseMixedWays(flags: ApplyFlags): void {
  const ways = (['resume', 'undo', 'runs'] as const).filter((way) => flags[way] !== undefined);
  if (ways.length < 2) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `${ways.map((way) => `--${way}`).join(' and ')} do not go together`,
    next: 'keep one of them',
  });
}
