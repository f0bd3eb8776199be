/**
 * The fleet as a rotation needs it: every node with its state, dialled as ourselves, even where the rotation replaces
 * our own password and the one we were given is no longer, or not yet, the right one.
 */

import {
  openHostAccess,
  readRotationNodes,
  type HostAccess,
  type RotationNode,
  type RotationPorts,
  type RotationRecord,
} from '../../change/index.ts';
import type { Secret } from '../../conf/index.ts';
import {
  FleetError,
  openConnection,
  parseTarget,
  printTarget,
  type Target,
  type Topology,
} from '../../fleet/index.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { describeFleetError } from '../fleet-failure.ts';
import { findNodes, readStates, type FleetEntry } from './fleet-access.ts';
import { isThisHost } from './fleet-hosts.ts';

export interface RotationFleet {
  readonly nodes: readonly RotationNode[];
  readonly topology: Topology;
  readonly connect: RotationPorts['connect'];
  /** Reads everything again, topology included. */
  readonly readNodes: RotationPorts['readNodes'];
  readonly login: string;
  /** Files that the servers write, where the policy says that they are on this host: looked at, never changed. */
  readonly host: (node: string) => HostAccess | undefined;
}

/** Finds and reads the fleet. Throws a {@link CommandFailure} where no seed answers. */
export async function openRotationFleet(
  entry: FleetEntry,
  user: string,
  record: RotationRecord | undefined,
  context: CommandContext,
  noise: 'progress' | 'silent',
): Promise<RotationFleet> {
  const login = loginOf(entry.seeds[0]);
  const known = [record?.facts.newSecret, record?.facts.oldSecret ?? undefined];
  let from = entry;
  let current: Topology | undefined;
  const read: RotationPorts['readNodes'] = async (own) => {
    // When our own old password is gone only the new one gets in.
    if (login === user) from = await withWorkingPassword(from, user, [own, ...known]);
    const topology = await findNodes({ ...from, seeds: withRemembered(from.seeds, record, current) });
    current = topology;
    const states = await readStates(from, topology, context, noise);
    return readRotationNodes(topology.nodes, states, (node) => openConnection(node.target, entry.limits));
  };
  try {
    const nodes = await read();
    if (current === undefined) throw new Error('the topology was read');
    const [first] = nodes;
    const isBlind = nodes.every(({ state }) => state instanceof FleetError || state === 'unasked');
    if (isBlind && first?.state instanceof FleetError) throw first.state;
    const topology: Topology = current;
    return {
      nodes,
      topology,
      login,
      host: (id) => localFiles(id, entry),
      readNodes: read,
      connect: (id, password) => {
        // A node that is not found any more may still be there.
        const known = [...(current?.nodes ?? []), ...topology.nodes];
        const node = known.find((each) => each.id === id);
        if (node === undefined || node.reachable === 'unasked') {
          return Promise.reject(new FleetError('unreachable', id, `${id} is not part of the fleet any more`));
        }
        return openConnection(
          password === undefined ? node.target : withSecret(node.target, password),
          entry.limits,
        );
      },
    };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new CommandFailure(describeFleetError(error, error.node), { cause: error });
  }
}

function localFiles(id: string, { fleet, stateFolder }: FleetEntry): HostAccess | undefined {
  const endpoint = parseTarget(id).target?.endpoint;
  if (fleet?.files?.via !== 'local' || endpoint?.kind !== 'tcp') return undefined;
  if (!isThisHost(endpoint.host)) return undefined;
  return openHostAccess({ host: endpoint.host, files: fleet.files, handFolder: stateFolder });
}

/**
 * A replica that is down, or whose primary was just started again, is found by nobody but who remembers it. Sentinels
 * and clusters remember by themselves.
 */
function withRemembered(
  seeds: readonly Target[],
  record: RotationRecord | undefined,
  before: Topology | undefined,
): readonly Target[] {
  const nodes = before?.nodes ?? record?.run.nodes ?? [];
  if (nodes.some(({ role }) => role === 'sentinel')) return seeds;
  const known = new Set(seeds.map(printTarget));
  const [like] = seeds;
  return [
    ...seeds,
    ...nodes.flatMap(({ id }) => {
      const { target } = parseTarget(id);
      const remembered =
        target === undefined || like === undefined ? undefined : { ...like, endpoint: target.endpoint };
      return remembered === undefined || known.has(printTarget(remembered)) ? [] : [remembered];
    }),
  ];
}

function loginOf(target: Target | undefined): string {
  return target?.credentials?.username ?? 'default';
}

/** Where the password that we were given is refused, the others that may be ours are tried. */
async function withWorkingPassword(
  entry: FleetEntry,
  user: string,
  others: readonly (Secret | undefined)[],
): Promise<FleetEntry> {
  if ((await isRefused(entry.seeds, entry)) === 'no') return entry;
  for (const password of others) {
    if (password === undefined) continue;
    const seeds = entry.seeds.map((seed) => withSecret(seed, password));
    if ((await isRefused(seeds, entry)) !== 'no') continue;
    const access = entry.sentinelAccess;
    const own = access?.credentials;
    const isSame = own !== undefined && (own.username ?? 'default') === user;
    const sentinelAccess =
      access === undefined || !isSame ? access : { ...access, credentials: { ...own, password } };
    const sentinels = isSame ? entry.sentinels.map((seed) => withSecret(seed, password)) : entry.sentinels;
    return { ...entry, seeds, sentinels, sentinelAccess };
  }
  return entry;
}

function withSecret(target: Target, password: Secret): Target {
  return { ...target, credentials: { ...target.credentials, password } };
}

async function isRefused(seeds: readonly Target[], { limits }: FleetEntry): Promise<'yes' | 'no'> {
  for (const seed of seeds) {
    try {
      (await openConnection(seed, limits)).close();
      return 'no';
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      if (error.code === 'wrongpass') return 'yes';
    }
  }
  return 'no';
}
