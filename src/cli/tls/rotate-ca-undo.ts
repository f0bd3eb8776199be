/** The last phase back, unless somebody came to need the new authority meanwhile. */

import { holdsAnyTrust, sideOf, type TrustFact } from '../../change/index.ts';
import { readInventory } from '../../pki/index.ts';
import { confirmChange } from '../change/confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { findKept, putBackClients, type KeptClient } from './rotate-ca-clients.ts';
import { tellEnd } from './rotate-ca-end.ts';
import { undoCaRun, type CaRun } from './rotate-ca-run.ts';
import { caStandingAsData, placeOfTrust, printCaJson, printCaStanding } from './rotate-ca-show.ts';
import { lookAtPassage, type CaWork } from './rotate-ca-work.ts';

export async function undoPhase(work: CaWork, context: CommandContext): Promise<void> {
  const { last, flags, entry, topology, passage } = work;
  const kept = last?.facts.phase === 'drop' || isCutShort(last) ? [] : findKept(work, context.now());
  if (kept.length > 0) return undoClients(kept, work, context);
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
      what: `${last.facts.phase} is not taken back: it would lock somebody out; nothing was changed`,
      cause: obstacles.join('\n         '),
      next: 'mend what is named, or go on: wardis tls rotate ca --next',
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
  const world = {
    entry,
    topology,
    noise: flags.json === true || flags.quiet === true ? 'silent' : 'progress',
  } as const;
  const report = await undoCaRun(last, world, context);
  const after = await lookAtPassage(entry, passage, flags, work.passphrase, context);
  tellEnd(report, after, flags, context);
  context.finish(report.outcome === 'undone' ? EXIT.ok : EXIT.incomplete);
}

function isCutShort(last: CaRun | undefined): boolean {
  return last !== undefined && last.status !== 'done';
}

/** This phase has no run: it changes files of this machine only. */
async function undoClients(
  kept: readonly KeptClient[],
  work: CaWork,
  context: CommandContext,
): Promise<void> {
  const { entry, passage, flags, passphrase } = work;
  const names = kept.map(({ name, files }) => `${name} (${files.certificate})`).join(', ');
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `clients is taken back: these get their certificates of the old authority again, once every node lets them in: ${names}.`,
      scriptForm: 'wardis tls rotate ca --undo --yes',
    },
    context,
  );
  await putBackClients(kept, work, context);
  const { standing } = await lookAtPassage(entry, passage, flags, passphrase, context);
  context.terminal.out(
    flags.json === true
      ? printCaJson(caStandingAsData(standing))
      : printCaStanding(standing, context.terminal.outLook),
  );
  context.finish(EXIT.ok);
}

/** Why taking it back would lock somebody out: others, or ourselves. */
function needsOfNext(last: CaRun, work: CaWork, context: CommandContext): readonly string[] {
  switch (last.facts.phase) {
    case 'trust':
      return usersOfNext(work, context);
    case 'leaves':
      return [...strangersToOld(work), ...expiredBefore(last, work, context)];
    case 'clients':
    case 'drop':
      return [];
  }
}

/** Whoever serves or shows a certificate of the new authority. */
function usersOfNext({ seen }: CaWork, context: CommandContext): readonly string[] {
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

/** Nodes and files of ours that would refuse what is served then. */
function strangersToOld({ seen }: CaWork): readonly string[] {
  const { sight, change } = seen;
  const lacks = (trust: TrustFact): boolean =>
    trust.kind === 'file' && !holdsAnyTrust(trust.pem, change.old, change.next);
  return [
    ...sight.nodes.filter(({ trust }) => lacks(trust)).map(({ id }) => `${id} does not trust the old one`),
    ...sight.own.trust
      .filter(lacks)
      .map((trust) => `${placeOfTrust(trust)} (ours) does not hold the old one: wardis tls bundle has it`),
  ];
}

/** What was served before may have ended meanwhile. */
function expiredBefore({ run }: CaRun, { entry }: CaWork, context: CommandContext): readonly string[] {
  const known = new Map(
    readInventory(entry.stateFolder).certificates.map((each) => [each.fingerprintSha256, each.notAfter]),
  );
  return run.stages
    .flatMap(({ steps }) => steps)
    .flatMap((step) => {
      if (step.kind !== 'prove-certificate' || step.serves.before === undefined) return [];
      const end = known.get(step.serves.before);
      const isOver = end !== undefined && Date.parse(end) <= context.now().getTime();
      return isOver ? [`${step.node} would serve a certificate that ended on ${end}`] : [];
    });
}
