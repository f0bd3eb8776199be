/**
 * What must hold after every rotation, seen by nothing of the program: each port shows the certificate that its node has on
 * disk, links are up, Sentinels agree, slots are covered, the old authority is gone where it was to go, and no connection
 * of before is missing.
 */
import { readFileSync } from 'node:fs';

import { findLost, readConnections, type Connections } from '../../test/servers/connection-watch.ts';
import type { TopologyNode } from '../../test/servers/node.ts';
import { fingerprintOf, listTlsPorts, readServedFingerprint } from '../../test/servers/served-certificate.ts';
import { talk } from '../../test/servers/talk.ts';
import type { TopologyClient } from '../../test/servers/topology-tls.ts';
import type { Scene } from './scene.ts';
import { TRAFFIC_NAMES } from './traffic.ts';

/** By name of the node: the leaf of each port. */
export type Served = ReadonlyMap<string, readonly string[]>;

/** What every port shows, verified against what clients trust now. */
export async function readServed({ topology, tls }: Scene): Promise<Served> {
  const shown = await Promise.all(
    topology.nodes.map((node) =>
      Promise.all(
        portsOf(node, topology.kind).map((port) =>
          readServedFingerprint({ host: node.host, port }, tls.client),
        ),
      ),
    ),
  );
  return new Map(topology.nodes.map(({ name }, index) => [name, shown[index] ?? []]));
}

/** `changed`: every node shows another leaf than before. `same`: none does. */
export async function checkServed(
  scene: Scene,
  before: Served,
  expected: 'changed' | 'same',
): Promise<readonly string[]> {
  const now = await readServed(scene);
  return [...now].flatMap(([node, leaves]) => {
    const onDisk = fingerprintOf(scene.tls.filesOf(node).certificate);
    const other = leaves.filter((leaf) => leaf !== onDisk);
    const old = before.get(node) ?? [];
    const isSame = leaves.every((leaf) => old.includes(leaf));
    return [
      ...(other.length === 0 ? [] : [`${node} shows another certificate than it has on disk`]),
      ...(isSame === (expected === 'same') ? [] : [`${node}: its certificate should be ${expected}`]),
    ];
  });
}

/** The fleet is whole, and who was connected is connected. */
export async function checkFleet(scene: Scene, before: Connections): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    await scene.topology.settle();
  } catch (error) {
    problems.push(`the fleet did not settle: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lost = findLost(before, await readConnections(scene.topology, TRAFFIC_NAMES));
  return [...problems, ...lost.map((one) => `lost: ${one}`)];
}

/** Nodes and clients trust the new authority alone: whoever comes with the old certificate stays outside. */
export async function checkDropped(scene: Scene, old: TopologyClient): Promise<readonly string[]> {
  const { topology, tls } = scene;
  const trusted = fingerprintOf(tls.caPath);
  const problems = topology.nodes.flatMap(({ name }) => {
    const path = tls.filesOf(name).ca;
    const count = readFileSync(path, 'utf8').match(/BEGIN CERTIFICATE/g)?.length;
    return count === 1 && fingerprintOf(path) === trusted
      ? []
      : [`${name} trusts more than the new authority`];
  });
  const entered = await Promise.all(
    topology.nodes.map(async (node) =>
      (await isAdmitted(node, { ...tls.client, cert: old.cert, key: old.key })) ? [node.name] : [],
    ),
  );
  return [...problems, ...entered.flat().map((name) => `${name} lets in a client of the old authority`)];
}

/** From TLS 1.3 on a refusal comes with the first answer. */
async function isAdmitted({ host, tlsPort = 0 }: TopologyNode, tls: TopologyClient): Promise<boolean> {
  try {
    await talk({ host, port: tlsPort, tls }, [['PING']]);
    return true;
  } catch {
    return false;
  }
}

function portsOf(node: TopologyNode, kind: Scene['topology']['kind']): readonly number[] {
  return listTlsPorts(node, node.kind === 'sentinel' ? 'sentinel' : kind);
}
