/** Old certificates that taking back would bring: judged as new ones are, by their dates and revocations. */

import { readRun, reportRun, type Run } from '../../change/index.ts';
import { readInventory } from '../../pki/index.ts';
import { CommandFailure } from '../failure.ts';
import { factsOf } from './rotate-leaf-run.ts';

/** Throws a {@link CommandFailure} where taking back would serve what no client accepts. */
export function refuseUnfitReturn(run: Run, stateFolder: string, now: Date): void {
  const reading = readInventory(stateFolder);
  const { leaves } = factsOf(run);
  const { steps } = reportRun(run, readRun(stateFolder, run.id).entries);
  const touched = new Set(
    steps
      .filter(({ step, state }) => !('on' in step && step.on === 'revert') && TOUCHED.has(state))
      .map(({ step }) => step.node),
  );
  const found = [...touched].flatMap((node) => {
    const old = leaves[node]?.from;
    if (old === undefined || old === null) return [];
    const known = reading.certificates.find(
      ({ fingerprintSha256 }) => fingerprintSha256 === old.fingerprintSha256,
    );
    if (known?.revoked !== undefined) {
      return [`${node} would serve ${old.serial ?? 'one'} again, which was revoked on ${known.revoked.at}`];
    }
    if (Date.parse(old.notAfter) > now.getTime()) return [];
    return [`${node} would serve ${old.serial ?? 'one'} again, which ended on ${old.notAfter}`];
  });
  if (found.length === 0) return;
  throw new CommandFailure({
    code: 'E_LEAF',
    what: `run ${run.id} is not taken back: what would come back is accepted by nobody; nothing was changed`,
    cause: found.join('; '),
    next: `give new ones: wardis tls rotate leaf; or bring them back all the same: --undo ${run.id} --force`,
  });
}

const TOUCHED: ReadonlySet<string> = new Set(['begun', 'done', 'failed', 'undo-failed']);
