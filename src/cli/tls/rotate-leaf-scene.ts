/** The fleet as a rotation of certificates finds it: nodes, their files, what they serve, and whom they are accepted by. */

import { readFileSync } from 'node:fs';
import {
  fileGroupOf,
  knowNames,
  readLeafSights,
  type LeafObjection,
  type LeafReading,
  type LeafSight,
  type LeafTrust,
} from '../../change/index.ts';
import { openConnection, type FleetNode, type Topology } from '../../fleet/index.ts';
import { printTrust, readInventory, readTrust } from '../../pki/index.ts';
import { enterFleet, type FleetEntry } from '../change/fleet-access.ts';
import { openFleetHosts } from '../change/fleet-hosts.ts';
import { distrustStateFolder } from '../change/state-folder.ts';
import type { RotateLeafFlags } from '../commands/tls/rotate.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { findNodesByPins, NO_PINS, type PinOutcome } from './expired-nodes.ts';
import { SILENT_PROGRESS, openProgress } from '../progress.ts';

export interface LeafScene {
  readonly entry: FleetEntry;
  readonly topology: Topology;
  readonly reading: LeafReading;
  /** What must accept a new certificate: files of ours, and of every node. */
  readonly trust: readonly LeafTrust[];
  /** Nodes that were not chosen and read a file of one that was. */
  readonly sharing: readonly LeafObjection[];
  /** Nodes that are reached although their certificates have ended, as sentences. */
  readonly reached: readonly string[];
  /** Program that restarts a Sentinel; absent: a person does. */
  readonly restartSentinel: readonly string[] | undefined;
}

/** What choosing and reading needs of the flags. */
export type LeafSceneFlags = Pick<RotateLeafFlags, 'node' | 'byHand' | 'quiet'>;

/** Asks every node; changes nothing. */
export async function readLeafScene(
  named: readonly string[],
  flags: RotateLeafFlags,
  context: CommandContext,
): Promise<LeafScene> {
  const entry = await enterFleet(named, flags, context);
  distrustStateFolder(entry.stateFolder);
  const found = await findNodesByPins(entry, context.now());
  return lookAtLeaves(found.entry, found.topology, flags, context, found);
}

/** The same for a fleet that was found already. */
export async function lookAtLeaves(
  entry: FleetEntry,
  topology: Topology,
  flags: LeafSceneFlags,
  context: CommandContext,
  { reached, unreached }: PinOutcome = NO_PINS,
): Promise<LeafScene> {
  const { nodes } = topology;
  const chosen = new Set(chooseNodes(topology, flags.node).map(({ id }) => id));
  const hosts = openFleetHosts(entry);
  const progress = flags.quiet === true ? SILENT_PROGRESS : openProgress(context.terminal, 'look');
  const seen = new Set<string>();
  try {
    // All of them: whom a node must be accepted by, and who shares its files, only the others tell.
    const whole = await readLeafSights(nodes, {
      connect: (node) => openConnection(node.target, entry.limits),
      host: (node) => {
        // Asked more than once for a Sentinel, whose conf file tells where its certificate is.
        seen.add(node.id);
        progress.step(seen.size, nodes.length, node.id);
        return hosts.of(node);
      },
      addresses: new Map(Object.entries(entry.fleet?.addresses ?? {})),
      concurrency: entry.concurrency,
    });
    const own = ownTrust(entry);
    const known = knowNames(whole.sights, {
      inventory: readInventory(entry.stateFolder).certificates,
      trust: [printTrust(readTrust(entry.stateFolder).roots), ...own.map(({ pem }) => pem)].join('\n').trim(),
      now: context.now(),
      nodes: nodes.flatMap(({ id, target: { endpoint } }) =>
        endpoint.kind === 'tcp' ? [{ id, host: endpoint.host }] : [],
      ),
    });
    const reading: LeafReading = {
      sights: known.filter(({ node }) => chosen.has(node.id)),
      left: whole.left.filter(({ node }) => chosen.has(node.id)).map((each) => explainLeft(each, unreached)),
    };
    return {
      entry,
      topology,
      reading,
      trust: onceEach([...own, ...trustOf(whole)]),
      sharing: sharingOf(reading, known),
      reached,
      restartSentinel: flags.byHand === true ? undefined : entry.fleet?.files?.restartSentinel,
    };
  } finally {
    progress.end();
    await hosts.close();
  }
}

function explainLeft(
  left: LeafReading['left'][number],
  unreached: PinOutcome['unreached'],
): LeafReading['left'][number] {
  const known = unreached.find(({ node }) => node === left.node.id);
  return known === undefined ? left : { ...left, why: known.why, next: known.next };
}

function chooseNodes({ nodes }: Topology, wanted: readonly string[]): readonly FleetNode[] {
  if (wanted.length === 0) return nodes;
  const missing = wanted.filter((id) => !nodes.some((node) => node.id === id));
  if (missing.length === 0) return nodes.filter(({ id }) => wanted.includes(id));
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `there is no node ${missing.join(', ')} in this fleet`,
    cause: `its nodes are ${nodes.map(({ id }) => id).join(', ')}`,
    next: 'name nodes as they stand there: --node 10.0.0.5:6380; one that the others lost sight of is named itself: wardis tls rotate leaf HOST:PORT',
  });
}

/** The files by which we ourselves check servers: clients have the same. */
function ownTrust({ seeds, sentinels, sentinelAccess, tls }: FleetEntry): readonly LeafTrust[] {
  const options = [
    ...seeds,
    ...sentinels,
    ...(sentinelAccess === undefined ? [] : [sentinelAccess]),
    { tls },
  ];
  const paths = new Set(options.flatMap((each) => each.tls?.caFile ?? []));
  return [...paths].map((path) => {
    try {
      return { place: path, pem: readFileSync(path, 'utf8') };
    } catch (error) {
      throw new CommandFailure(
        { code: 'E_READ', what: 'the CA file cannot be read', target: path },
        { cause: error },
      );
    }
  });
}

function trustOf({ sights }: LeafReading): readonly LeafTrust[] {
  return sights.flatMap(({ node, trust }) =>
    trust?.kind === 'file' ? [{ place: `${node.id}: ${trust.path}`, pem: trust.file.content.reveal() }] : [],
  );
}

function sharingOf(reading: LeafReading, whole: readonly LeafSight[]): readonly LeafObjection[] {
  const groups = new Set(reading.sights.map(fileGroupOf));
  return whole
    .filter((sight) => !reading.sights.includes(sight) && groups.has(fileGroupOf(sight)))
    .map(({ node, certificate }) => ({
      node: node.id,
      severity: 'refused',
      code: 'shared',
      place: certificate.path,
      cause: `${node.id} reads the same file, and would serve it after its next start`,
      next: `choose it too: --node ${node.id}`,
    }));
}

/** However many hold the same; named by the first. */
function onceEach(trust: readonly LeafTrust[]): readonly LeafTrust[] {
  const found = new Map<string, LeafTrust>();
  for (const each of trust) if (!found.has(each.pem.trim())) found.set(each.pem.trim(), each);
  return [...found.values()];
}
