/** The end of a phase: what came of its run, and where the fleet stands now. */

import type { RunReport } from '../../change/index.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import type { CommandContext } from '../context.ts';
import { describeCaReport } from './rotate-ca-run.ts';
import { caStandingAsData, printCaJson, printCaStanding } from './rotate-ca-show.ts';
import type { CaWork } from './rotate-ca-work.ts';

export function tellEnd(
  report: RunReport,
  { standing }: CaWork,
  flags: TlsRotateCaFlags,
  { terminal }: CommandContext,
): void {
  if (flags.json === true) {
    const { run, outcome, steps } = report;
    const unfinished = steps
      .filter(({ state }) => state !== 'done' && state !== 'unneeded' && state !== 'undone')
      .map(({ step, state, detail }) => ({
        step: step.id,
        kind: step.kind,
        node: step.node,
        state,
        detail: detail ?? '',
      }));
    terminal.out(
      printCaJson({
        ...caStandingAsData(standing),
        run: { id: run.id, phase: run.facts['phase'], outcome, steps: steps.length, unfinished },
      }),
    );
    return;
  }
  terminal.out(`${describeCaReport(report)}\n${printCaStanding(standing, terminal.outLook)}`);
}
