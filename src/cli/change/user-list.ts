/**
 * The work of `wardis user list`: every node of the fleet is asked, its users are put side by side, and what could not
 * be read is said and makes the answer incomplete.
 */

import { drawRoster, type RosterUser } from '../../change/index.ts';
import { FleetError, type NodeStateResult, type Topology } from '../../fleet/index.ts';
import type { UserListFlags } from '../commands/user/list.ts';
import type { CommandContext } from '../context.ts';
import { readCredentialFile } from '../declared-users.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { writeParts } from '../file-output.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { parseOutputs } from '../format-option.ts';
import { enterFleet, findNodes, readStates, type FleetEntry } from './fleet-access.ts';
import { csvOfRoster, jsonOfRoster, markdownOfRoster } from './user-list-formats.ts';
import { tableOfRoster } from './user-list-table.ts';

const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

/** What every format prints. */
export interface RosterReport {
  readonly takenAt: Date;
  readonly fleet: string | undefined;
  readonly kind: Topology['kind'];
  /** Whether there is a policy, so that somebody could be undeclared. */
  readonly policy: 'given' | 'none';
  readonly nodes: readonly ReportedNode[];
  readonly users: readonly RosterUser[];
  readonly notes: readonly string[];
}

export interface ReportedNode {
  readonly id: string;
  readonly role: Topology['nodes'][number]['role'];
  /** `redis 7.0.15`; absent where it was not read. */
  readonly server?: string;
  /** What could not be read of it. */
  readonly unread: readonly { readonly what: 'node' | 'users' | 'sessions'; readonly why: string }[];
}

export async function runUserList(
  targets: readonly string[],
  flags: UserListFlags,
  context: CommandContext,
): Promise<void> {
  const asked = flags.json === true ? ['json', ...flags.output] : flags.output;
  const outputs = parseOutputs(asked, FORMATS, 'table');
  const entry = await enterFleet(targets, flags, context);
  const topology = await discover(entry);
  const results = await readStates(entry, topology, context, flags.quiet === true ? 'silent' : 'progress');
  const report = await reportOf(entry, topology, results, context);
  for (const { format, path } of outputs) await emit(format, path, report, context);
  context.finish(exitOf(report, results));
}

async function discover(entry: FleetEntry): Promise<Topology> {
  try {
    return await findNodes(entry);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
  }
}

async function reportOf(
  entry: FleetEntry,
  topology: Topology,
  results: readonly NodeStateResult[],
  context: CommandContext,
): Promise<RosterReport> {
  const { policy, fleet } = entry;
  const now = context.now();
  const states = results.flatMap((result) => (result.ok ? [result.state] : []));
  const rotations = await readCredentialFile(entry.stateFolder, context);
  return {
    takenAt: now,
    fleet: fleet?.name,
    kind: topology.kind,
    policy: policy === undefined ? 'none' : 'given',
    nodes: topology.nodes.map(({ id, role }, at) => nodeOf(id, role, results[at])),
    users: drawRoster({
      states,
      servers: serversRead(topology, results),
      policy: policy?.document,
      fleet,
      rotations,
      now,
    }),
    notes: topology.notes,
  };
}

function serversRead(topology: Topology, results: readonly NodeStateResult[]): 'all-read' | 'some-unread' {
  const unread = topology.nodes.some(({ role }, at) => role !== 'sentinel' && results[at]?.ok !== true);
  return unread ? 'some-unread' : 'all-read';
}

function nodeOf(id: string, role: ReportedNode['role'], result: NodeStateResult | undefined): ReportedNode {
  if (result?.ok !== true) {
    const { code, cause } =
      result === undefined ? { code: '', cause: 'not asked' } : describeFleetError(result.error, id);
    return { id, role, unread: [{ what: 'node', why: `${code} ${cause ?? ''}`.trim() }] };
  }
  const { server, users, clients } = result.state;
  return {
    id,
    role,
    server: `${server.product} ${server.version}`,
    unread: [
      ...(users.known ? [] : [{ what: 'users' as const, why: users.detail }]),
      ...(clients.known ? [] : [{ what: 'sessions' as const, why: clients.detail }]),
    ],
  };
}

/** Refused credentials outrank what is missing. */
function exitOf(report: RosterReport, results: readonly NodeStateResult[]): ExitCode {
  if (results.some((result) => !result.ok && result.error.code === 'wrongpass')) return EXIT.refused;
  return report.nodes.some(({ unread }) => unread.length > 0) ? EXIT.incomplete : EXIT.ok;
}

async function emit(
  format: Format,
  path: string | undefined,
  report: RosterReport,
  { terminal }: CommandContext,
): Promise<void> {
  const look = terminal.outLook;
  const parts = render(
    format,
    report,
    path === undefined ? look : { ...look, colour: false, columns: Infinity },
  );
  if (path !== undefined) return writeParts(path, parts, 0o600);
  for (const part of parts) {
    terminal.out(part);
    await terminal.drained?.();
  }
}

function render(
  format: Format,
  report: RosterReport,
  look: CommandContext['terminal']['outLook'],
): Iterable<string> {
  switch (format) {
    case 'table':
      return tableOfRoster(report, look);
    case 'json':
      return [jsonOfRoster(report)];
    case 'csv':
      return csvOfRoster(report);
    case 'markdown':
      return markdownOfRoster(report);
  }
}
