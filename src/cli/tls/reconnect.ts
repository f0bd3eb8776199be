/** The work of `wardis tls reconnect`: look, show, agree, run, look again. */

import {
  chooseClients,
  createRun,
  executeRun,
  makeRunId,
  stagesOfReconnect,
  type ReconnectChoice,
  type Run,
  type RunReport,
} from '../../change/index.ts';
import type { TlsReconnectFlags } from '../commands/tls/reconnect.ts';
import { describeActor } from '../change/actor.ts';
import { explainChange } from '../change/apply-failure.ts';
import { openPorts } from '../change/apply-ports.ts';
import { holdState } from '../change/apply-run.ts';
import { confirmChange } from '../change/confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readClientFleet, readClientsAgain, type ClientFleet } from './clients-fleet.ts';
import { refuseUnknowable } from './reconnect-doubt.ts';
import { compareFiles } from './reconnect-files.ts';
import { askWitnesses, holdWitnesses, prepareNodes, type PreparedNode } from './reconnect-nodes.ts';
import { describeOutcome, describeProspect, printOutcome, printProspect } from './reconnect-print.ts';
import { readReconnectRequest, type ReconnectRequest } from './reconnect-request.ts';

/** What would be done. */
export interface Prospect {
  readonly request: ReconnectRequest;
  readonly fleet: ClientFleet;
  readonly choice: ReconnectChoice;
  readonly nodes: readonly PreparedNode[];
  /** Nodes whose file was looked at, and holds what is served. */
  readonly compared: ReadonlySet<string>;
}

/** What was done. */
export interface Outcome {
  readonly report: RunReport;
  /** Sessions of ours from before, offered again. */
  readonly witnesses: Awaited<ReturnType<typeof askWitnesses>>;
  /** Connections of the same users from the same places, made since. */
  readonly back: number;
}

export async function runTlsReconnect(
  named: readonly string[],
  flags: TlsReconnectFlags,
  context: CommandContext,
): Promise<void> {
  await explainChange(() => reconnect(named, flags, context));
}

async function reconnect(
  named: readonly string[],
  flags: TlsReconnectFlags,
  context: CommandContext,
): Promise<void> {
  const request = readReconnectRequest(named, flags);
  const fleet = await readClientFleet(request.targets, flags, context);
  refuseUnclear(request, fleet);
  const choice = chooseClients(fleet.sights, request.whom, flags.links === true ? 'include' : 'leave');
  refuseUnknowable(request, choice, fleet);
  const nodes = await prepareNodes(fleet, choice.chosen, () => new Date());
  const compared = await compareFiles(nodes, fleet.entry);
  const prospect: Prospect = { request, fleet, choice, nodes, compared };
  const { out, outLook } = context.terminal;
  if (flags.dryRun === true || nodes.length === 0) {
    out(flags.json === true ? printProspect(prospect) : describeProspect(prospect, outLook));
    return context.finish(missing(fleet) ?? EXIT.ok);
  }
  if (flags.json !== true) out(describeProspect(prospect, outLook));
  await confirmChange(
    {
      yes: flags.yes === true,
      about: `This ends ${choice.chosen.length} connections and ends resumption at ${nodes.length} nodes.`,
      scriptForm: 'wardis tls reconnect … --yes',
    },
    context,
  );
  const outcome = await perform(prospect, flags, context);
  out(flags.json === true ? printOutcome(prospect, outcome) : describeOutcome(prospect, outcome, outLook));
  context.finish(exitOf(outcome, fleet));
}

function refuseUnclear({ whom }: ReconnectRequest, { nodes }: ClientFleet): void {
  if (whom.kind !== 'ids' || nodes.length <= 1) return;
  throw new CommandFailure({
    code: 'E_RECONNECT',
    what: `the fleet has ${nodes.length} nodes, and each numbers its connections for itself; nothing was changed`,
    next: 'name the client by --address, or by its user: --of USER',
  });
}

async function perform(
  prospect: Prospect,
  flags: TlsReconnectFlags,
  context: CommandContext,
): Promise<Outcome> {
  const { fleet, nodes, request } = prospect;
  const witnesses = await holdWitnesses(nodes);
  const report = await holdState(
    { entry: fleet.entry },
    `tls reconnect ${request.words}`,
    context,
    async ({ lock, signal }) => {
      const journal = await createRun(lock, newRun(prospect, context));
      const world = {
        entry: fleet.entry,
        topology: fleet.topology,
        known: new Map(fleet.nodes.map(({ node, state }) => [node.id, state])),
        files: 'this-host',
        noise: flags.quiet === true ? 'silent' : 'progress',
        signal,
      } as const;
      const ports = openPorts(journal, world, context);
      try {
        // One node after the other, so that the rate holds for the whole fleet.
        return await executeRun(journal.run, ports, { concurrency: 1, unreachable: 'stop' });
      } finally {
        await ports.close();
        await journal.close();
      }
    },
  );
  const said = await askWitnesses(witnesses);
  const after = await readClientsAgain(fleet, context);
  return { report, witnesses: said, back: countBack(prospect, after) };
}

function newRun({ request, nodes, choice }: Prospect, context: CommandContext): Run {
  const startedAt = context.now();
  return {
    id: makeRunId('reconnect', startedAt),
    operation: 'reconnect',
    startedAt: startedAt.toISOString(),
    actor: describeActor(),
    subject: request.words,
    nodes: nodes.map(({ id, role }) => ({ id, role })),
    stages: stagesOfReconnect(nodes, request.perSecond),
    facts: { connections: choice.chosen.length },
  };
}

function countBack({ choice, fleet }: Prospect, after: ClientFleet): number {
  const keyOf = ({ node, session }: ClientFleet['sights'][number]): string =>
    JSON.stringify([node, session.user, session.address.replace(/:\d+$/, '')]);
  const old = new Set(fleet.sights.map(({ node, session }) => JSON.stringify([node, session.id])));
  const whom = new Set(choice.chosen.map(keyOf));
  return after.sights.filter(
    (sight) =>
      sight.link !== 'ourselves' &&
      whom.has(keyOf(sight)) &&
      !old.has(JSON.stringify([sight.node, sight.session.id])),
  ).length;
}

function missing({ unread }: ClientFleet): ExitCode | undefined {
  if (unread.length === 0) return undefined;
  return unread.some(({ refused }) => refused) ? EXIT.refused : EXIT.incomplete;
}

function exitOf({ report, witnesses }: Outcome, fleet: ClientFleet): ExitCode {
  if (report.outcome !== 'done' || witnesses.some(({ said }) => said === 'resumed')) return EXIT.incomplete;
  return missing(fleet) ?? EXIT.ok;
}
