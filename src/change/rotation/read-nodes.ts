/** The nodes of a fleet as a rotation wants them: their states, and of each Sentinel what it logs in with. */

import { Secret } from '../../conf/index.ts';
import {
  FleetError,
  isReplyError,
  type Connection,
  type FleetNode,
  type NodeStateResult,
  type Reply,
} from '../../fleet/index.ts';
import type { RotationNode, SentinelLogin } from './rotation-node.ts';

/** Asks the Sentinels; the states were read before, in the order of the nodes. */
export async function readRotationNodes(
  nodes: readonly FleetNode[],
  states: readonly NodeStateResult[],
  connect: (node: FleetNode) => Promise<Connection>,
): Promise<readonly RotationNode[]> {
  return Promise.all(
    nodes.map(async (node, place): Promise<RotationNode> => {
      const result = states[place];
      if (result === undefined) return { node, state: 'unasked' };
      if (!result.ok) return { node, state: result.error };
      if (node.role !== 'sentinel') return { node, state: result.state };
      try {
        const { role } = result.state;
        const groups = role.known && role.value.kind === 'sentinel' ? role.value.primaries : [];
        return { node, state: result.state, sentinel: await readSentinel(node, groups, connect) };
      } catch (error) {
        if (error instanceof FleetError) return { node, state: error };
        throw error;
      }
    }),
  );
}

async function readSentinel(
  node: FleetNode,
  groups: readonly string[],
  connect: (node: FleetNode) => Promise<Connection>,
): Promise<SentinelLogin> {
  const connection = await connect(node);
  try {
    const [reply] = await connection.send([['SENTINEL', 'CONFIG', 'GET', 'sentinel-*']]);
    return { groups, peer: readPeer(reply) };
  } finally {
    connection.close();
  }
}

/** Undefined where it is not shown: 6.0 has no such command. */
function readPeer(reply: Reply | undefined): SentinelLogin['peer'] {
  if (isReplyError(reply) || !Array.isArray(reply)) return undefined;
  const list = reply as readonly Reply[];
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < list.length; at += 2) {
    const [name, value] = [list[at], list[at + 1]];
    if (typeof name === 'string' && typeof value === 'string') fields.set(name, value);
  }
  const password = fields.get('sentinel-pass');
  if (password === undefined) return undefined;
  return { user: fields.get('sentinel-user') ?? '', password: new Secret(password) };
}
