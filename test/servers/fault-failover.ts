/** Failovers that an operator asks for, by Sentinel and in a Cluster. */
import { isError, type TopologyNode } from './node.ts';
import { waitUntil, type Topology } from './topology.ts';

const FAILOVER_TIMEOUT_MS = 20_000;

/** Asks for a failover and returns at once; `name` is the replica to promote in a Cluster. */
export async function requestFailover(topology: Topology, name = 'replica-1'): Promise<void> {
  const [sentinel] = topology.sentinels;
  const reply = await (sentinel === undefined
    ? topology.node(name).command('CLUSTER', 'FAILOVER')
    : sentinel.command('SENTINEL', 'FAILOVER', topology.primaryName));
  if (isError(reply)) throw new Error(reply.error);
}

/** Waits until another node is primary than those that were, and returns it. */
export async function waitForFailover(
  topology: Topology,
  before: readonly TopologyNode[],
): Promise<TopologyNode> {
  let promoted: TopologyNode | undefined;
  await waitUntil(
    'another node is primary',
    async () => {
      promoted = (await topology.findPrimaries()).find((node) => !before.includes(node));
      return promoted !== undefined;
    },
    FAILOVER_TIMEOUT_MS,
  );
  if (promoted === undefined) throw new Error('no other node is primary');
  return promoted;
}
