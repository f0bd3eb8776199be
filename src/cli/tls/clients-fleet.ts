/** Every connection of a fleet, read once, with the inventory of certificates beside it. */

import { readClientSettings, seeClients, type ClientNode, type ClientSight } from '../../change/index.ts';
import {
  FleetError,
  forEachAtOnce,
  readNodeStates,
  type NodeStateResult,
  type Topology,
} from '../../fleet/index.ts';
import { readDescent, readInventory, readTrust, type InventoryReading } from '../../pki/index.ts';
import { inspectClientAuthentication } from '../../tls/index.ts';
import { enterFleet, findNodes, type FleetEntry } from '../change/fleet-access.ts';
import type { FleetFlags } from '../change/fleet-options.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { openProgress, SILENT_PROGRESS } from '../progress.ts';

/** Who reconnects everybody must know everybody. */
const CLIENTS_READ_MAX = 200_000;

export interface ClientFleet {
  readonly entry: FleetEntry;
  readonly topology: Topology;
  readonly takenAt: Date;
  readonly nodes: readonly ClientNode[];
  /** Nodes, or their connections, that could not be read. */
  readonly unread: readonly { readonly node: string; readonly why: string; readonly refused: boolean }[];
  readonly inventory: InventoryReading;
  readonly sights: readonly ClientSight[];
}

/** Throws a {@link CommandFailure} where not even the seeds answer. */
export async function readClientFleet(
  targets: readonly string[],
  flags: FleetFlags & { readonly quiet?: boolean },
  context: CommandContext,
): Promise<ClientFleet> {
  const entry = await enterFleet(targets, flags, context);
  const topology = await discover(entry);
  return readClients(entry, topology, flags.quiet === true ? 'silent' : 'progress', context);
}

/** The same nodes once more, with the login that is known. */
export function readClientsAgain(
  { entry, topology }: ClientFleet,
  context: CommandContext,
): Promise<ClientFleet> {
  return readClients(entry, topology, 'silent', context);
}

async function readClients(
  entry: FleetEntry,
  topology: Topology,
  noise: 'progress' | 'silent',
  context: CommandContext,
): Promise<ClientFleet> {
  const progress = noise === 'silent' ? SILENT_PROGRESS : openProgress(context.terminal, 'read');
  const results = await readNodeStates(topology.nodes, {
    limits: entry.limits,
    concurrency: entry.concurrency,
    clientsMax: CLIENTS_READ_MAX,
    onProgress: (done, total, last) => progress.step(done, total, last.node),
  }).finally(() => progress.end());
  const takenAt = context.now();
  const nodes = results.flatMap((result, at): readonly ClientNode[] => {
    const node = topology.nodes[at];
    return result.ok && node !== undefined ? [{ node, state: result.state }] : [];
  });
  const inventory = readInventory(entry.stateFolder);
  const descentOf = readDescent(inventory.certificates, readTrust(entry.stateFolder));
  const asked = await askByHandshake(nodes, entry.concurrency);
  const sights = seeClients(asked, inventory.certificates, takenAt, descentOf);
  return { entry, topology, takenAt, nodes: asked, unread: results.flatMap(whyUnread), inventory, sights };
}

/** A Sentinel tells no settings, and shows in a handshake whether it asks for a certificate. */
async function askByHandshake(
  nodes: readonly ClientNode[],
  concurrency: number,
): Promise<readonly ClientNode[]> {
  const asked: ClientNode[] = [...nodes];
  await forEachAtOnce(nodes, concurrency, async (each, place) => {
    const { endpoint, tls } = each.node.target;
    const { certificates, tlsPorts } = readClientSettings(each);
    const [port] = tlsPorts;
    if (certificates !== 'unknown' || port === undefined || endpoint.kind !== 'tcp') return;
    const serverName = tls?.serverName === undefined ? {} : { serverName: tls.serverName };
    const asks = await inspectClientAuthentication({ host: endpoint.host, port, ...serverName });
    asked[place] = { ...each, asks };
  });
  return asked;
}

function whyUnread(result: NodeStateResult): ClientFleet['unread'] {
  const { node } = result;
  if (!result.ok) {
    const { code, cause } = describeFleetError(result.error, node);
    return [{ node, why: `${code} ${cause ?? ''}`.trim(), refused: result.error.code === 'wrongpass' }];
  }
  const { clients } = result.state;
  return clients.known ? [] : [{ node, why: `connections: ${clients.detail}`, refused: false }];
}

async function discover(entry: FleetEntry): Promise<Topology> {
  try {
    return await findNodes(entry);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
  }
}
