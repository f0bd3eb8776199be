/** The last phase back, unless somebody came to need the new authority meanwhile. */

import { sideOf } from '../../change/index.ts';
import { confirmChange } from '../change/confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { tellEnd } from './rotate-ca-end.ts';
import { undoCaRun, type CaRun } from './rotate-ca-run.ts';
import { lookAtPassage, type CaWork } from './rotate-ca-work.ts';

export async function undoPhase(work: CaWork, context: CommandContext): Promise<void> {
  const { last, flags, entry, topology, passage } = work;
  if (last === undefined) {
    throw new CommandFailure({
      code: 'E_RUN',
      what: 'no phase was done from this state folder; nothing was changed',
      next: 'name the folder of the run: --state DIR',
    });
  }
  const obstacles = needsOfNext(last, work, context);
  if (obstacles.length > 0) {
    throw new CommandFailure({
      code: 'E_ROTATE_CA',
      what: `${last.facts.phase} is not taken back: these need the new authority; nothing was changed`,
      cause: obstacles.join('\n         '),
      next: 'take back what came after it first, or go on: wardis tls rotate ca --next',
    });
  }
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `${last.facts.phase} is taken back at ${last.run.nodes.length} nodes (run ${last.run.id}).`,
      scriptForm: 'wardis tls rotate ca --undo --yes',
    },
    context,
  );
  const world = { entry, topology, noise: flags.json === true ? 'silent' : 'progress' } as const;
  const report = await undoCaRun(last, world, context);
  const after = await lookAtPassage(entry, passage, flags, work.passphrase, context);
  tellEnd(report, after, flags, context);
  context.finish(report.outcome === 'undone' ? EXIT.ok : EXIT.incomplete);
}

/** Only trust is needed by others: whoever serves or shows a certificate of the new authority. */
function needsOfNext({ facts }: CaRun, { seen }: CaWork, context: CommandContext): readonly string[] {
  if (facts.phase !== 'trust') return [];
  const { sight, change } = seen;
  const isNext = (chain: readonly string[]): boolean => sideOf(chain, change, context.now()) === 'next';
  const nodes = sight.nodes
    .filter(({ served }) => served.some((port) => 'chain' in port && isNext(port.chain)))
    .map(({ id }) => `${id} serves one of it`);
  const clients = [...sight.own.shows, ...sight.clients]
    .filter(({ chain }) => isNext(chain))
    .map(({ name }) => `client ${name} has one of it`);
  return [...nodes, ...clients];
}
