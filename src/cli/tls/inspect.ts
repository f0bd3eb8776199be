/** The work of `wardis tls inspect`: survey a fleet or read files, judge, print, choose the exit code. */

import type { Snapshot } from '../../fleet/index.ts';
import { expectationsUnder } from '../../policy/index.ts';
import { readInventory, type InventoryReading } from '../../pki/index.ts';
import {
  ADVISORIES_AS_OF,
  countOutcomes,
  openAssessment,
  SEVERITIES,
  type Assessment,
  type Check,
} from '../../posture/index.ts';
import { exitOf } from '../audit.ts';
import { SERVER_FALLBACK } from '../audit-source.ts';
import { enterFleet } from '../change/fleet-access.ts';
import { distrustStateFolder, stateFolderOf } from '../change/state-folder.ts';
import type { InspectFlags } from '../commands/tls/inspect.ts';
import type { CommandContext } from '../context.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { oneOf, readChoice, requestFor, type Chosen } from '../judgement-request.ts';
import { CommandFailure } from '../failure.ts';
import { loadPolicy, type LoadedPolicy } from '../policy-file.ts';
import { readVersion } from '../version.ts';
import { FILE_CHECKS, inspectFiles, type InspectedFile } from './inspect-file.ts';
import { gatherFleet, type GatheredFleet } from './inspect-gather.ts';
import { lookAtFleet } from './inspect-look.ts';
import { emitInspection, readInspectOutputs } from './inspect-output.ts';
import { showNodes, type InspectReport } from './inspect-report.ts';
import { INSPECT_CHECKS, snapshotOf } from './inspect-snapshot.ts';
import { sortArguments, tellTransport } from './inspect-targets.ts';
import { timelineOf, timelineOfFiles } from './timeline.ts';

export async function runInspect(
  named: readonly string[],
  flags: InspectFlags,
  context: CommandContext,
): Promise<void> {
  const outputs = readInspectOutputs(flags);
  const failOn = flags.failOn === 'none' ? undefined : oneOf('--fail-on', flags.failOn, SEVERITIES);
  const { files, targets } = sortArguments(named);
  const inspected =
    files.length > 0 && targets.length === 0
      ? await inspectOnlyFiles(files, flags, context)
      : await inspectFleet(files, targets, flags, context);
  for (const output of outputs)
    await emitInspection(output, inspected.report, inspected.checks, flags, context);
  context.finish(
    exitOf(inspected.report.assessment, failOn, {
      credentials: inspected.credentials,
      unknowns: flags.allowUnknown === true ? 'allow' : 'count',
    }),
  );
}

interface Inspected {
  readonly report: InspectReport;
  readonly checks: readonly Check[];
  readonly credentials: 'accepted' | 'refused';
}

async function inspectOnlyFiles(
  paths: readonly string[],
  flags: InspectFlags,
  context: CommandContext,
): Promise<Inspected> {
  const policy = await loadPolicy(flags.policy, context);
  const now = context.now();
  const inventory = openInventory(stateFolderOf(flags, policy?.path));
  const files = await inspectFiles(paths, flags, inventory, now);
  const terms = { chosen: readChoice(flags, policy?.chosen ?? {}), policy, context };
  const assessment = judge(
    files.map(({ snapshot }) => snapshot),
    FILE_CHECKS,
    terms,
    [],
  );
  return {
    report: {
      schemaVersion: 1,
      takenAt: now.toISOString(),
      kind: 'files',
      nodes: [],
      files: files.map(({ shown }) => shown),
      inventory: inventory.state,
      timeline: timelineOfFiles(files, now),
      assessment: leaveOut(assessment, files),
      notes: notesOf(inventory),
    },
    checks: FILE_CHECKS,
    credentials: 'accepted',
  };
}

async function inspectFleet(
  paths: readonly string[],
  targets: readonly string[],
  flags: InspectFlags,
  context: CommandContext,
): Promise<Inspected> {
  refuseBoth(paths);
  const entry = await enterFleet(await tellTransport(targets, flags), flags, context);
  const inventory = openInventory(entry.stateFolder);
  const gathered = await gatherFleet(entry, inventory, flags, context);
  const { survey, sources, kind } = gathered;
  const looks = lookAtFleet(survey, sources);
  const { policy } = entry;
  const terms = { chosen: readChoice(flags, policy?.chosen ?? {}), policy, context };
  const seen = survey.nodes.filter(({ unreachable, ports }) => unreachable === undefined || ports.length > 0);
  const snapshots = seen.flatMap((node) => {
    const look = looks.get(node.node.id);
    return look === undefined ? [] : [snapshotOf(node, look, { takenAt: survey.takenAt, kind }, sources)];
  });
  const assessment = judge(snapshots, INSPECT_CHECKS, terms, unreachableOf(gathered));
  return {
    report: {
      schemaVersion: 1,
      takenAt: survey.takenAt,
      ...(entry.fleet === undefined ? {} : { fleet: entry.fleet.name }),
      kind,
      nodes: showNodes(survey, looks, sources),
      files: [],
      inventory: inventory.state,
      timeline: timelineOf(survey, sources),
      assessment,
      notes: [...gathered.notes, ...notesOf(inventory)],
    },
    checks: INSPECT_CHECKS,
    credentials: survey.nodes.some(({ unreachable }) => unreachable?.code === 'wrongpass')
      ? 'refused'
      : 'accepted',
  };
}

function judge(
  snapshots: readonly Snapshot[],
  checks: readonly Check[],
  terms: Terms,
  unreachable: Assessment['unreachable'],
): Assessment {
  const { chosen, policy, context } = terms;
  const assessor = openAssessment({
    checks,
    now: context.now(),
    toolVersion: readVersion(),
    advisoriesAsOf: ADVISORIES_AS_OF,
    waivers: policy?.document.waivers ?? [],
  });
  for (const [place, snapshot] of snapshots.entries()) {
    const request = requestFor(chosen, snapshot, SERVER_FALLBACK);
    assessor.judge(
      { snapshot, expected: expectationsUnder({ credentialAgeDays: undefined }, request), gatheredInMs: 0 },
      place,
    );
  }
  return assessor.finish(unreachable);
}

/** What is asked of all, and by which policy. */
interface Terms {
  readonly chosen: Chosen;
  readonly policy: LoadedPolicy | undefined;
  readonly context: CommandContext;
}

/** Checks that a file has nothing to say about are not in its report: a file is no server that answers badly. */
function leaveOut(assessment: Assessment, files: readonly InspectedFile[]): Assessment {
  const targets = assessment.targets.map((target, at) => {
    const outcomes = target.outcomes
      .filter(({ checkId }) => files[at]?.skip.has(checkId) !== true)
      // Nothing is known of a server whose settings could be changed.
      .map((outcome) => ({ ...outcome, fix: outcome.fix.filter(({ kind }) => kind === 'by-hand') }));
    return { ...target, outcomes, server: 'certificate file', mode: '', totals: countOutcomes(outcomes) };
  });
  return { ...assessment, targets, totals: countOutcomes(targets.flatMap(({ outcomes }) => outcomes)) };
}

function unreachableOf({ survey }: GatheredFleet): Assessment['unreachable'] {
  return survey.nodes.flatMap(({ node: { id }, unreachable, ports }) => {
    if (unreachable === undefined || ports.length > 0) return [];
    const { code, what, cause, next } = describeFleetError(unreachable, id);
    return [
      {
        subject: id,
        code,
        message: cause === undefined ? what : `${what} (${cause})`,
        next: next ?? `wardis doctor ${id}`,
      },
    ];
  });
}

/** Read only where nobody else could have written it: it says which certificate is meant. */
function openInventory(stateFolder: string): InventoryReading {
  distrustStateFolder(stateFolder);
  return readInventory(stateFolder);
}

function notesOf(inventory: InventoryReading): readonly string[] {
  return inventory.state === 'unreadable'
    ? [`the inventory of certificates could not be read: ${inventory.why}`]
    : [];
}

function refuseBoth(paths: readonly string[]): void {
  if (paths.length === 0) return;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: 'files and servers are inspected one or the other',
    next: `wardis tls inspect ${paths.join(' ')}`,
  });
}
