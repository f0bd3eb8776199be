/**
 * Rotations as a careful person does them with a shell: files overwritten, CONFIG SET, Sentinels restarted one by one.
 * What the product does is held against this, and this shows that servers and clients bear it.
 */
import { writeFileSync } from 'node:fs';

import { createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { reloadTls } from './served-certificate.ts';
import type { Topology } from './topology.ts';
import type { TopologyTls } from './topology-tls.ts';

const DAYS = 30;
/** A client that took its files before they changed has connected by then. */
const CLIENTS_MOVE_MS = 1000;

/** A new leaf for every node. */
export async function rotateLeavesByHand(topology: Topology, authority?: Authority): Promise<void> {
  const tls = expectTls(topology);
  for (const { name } of topology.nodes) {
    await tls.placeLeaf(name, authority === undefined ? {} : { authority });
  }
  await reload(topology);
}

/** Trust in both everywhere, leaves and clients of the new authority, then trust in the new one alone. */
export async function rotateAuthorityByHand(topology: Topology, old: Authority): Promise<Authority> {
  const tls = expectTls(topology);
  const next = await createAuthority({ name: 'Topology CA, next', days: DAYS });
  const trust = async (pem: string): Promise<void> => {
    const paths = new Set([tls.caPath, ...topology.nodes.map(({ name }) => tls.filesOf(name).ca)]);
    for (const path of paths) writeFileSync(path, pem);
    await reload(topology);
  };
  await trust(`${next.certPem}${old.certPem}`);
  await rotateLeavesByHand(topology, next);
  const client = await issueCertificate(next, { commonName: 'client', usage: 'client', days: DAYS });
  writeFileSync(tls.clientKeyPath, client.keyPem);
  writeFileSync(tls.clientCertPath, client.certPem);
  await new Promise((resolve) => setTimeout(resolve, CLIENTS_MOVE_MS));
  await trust(next.certPem);
  return next;
}

async function reload(topology: Topology): Promise<void> {
  for (const node of topology.data) await reloadTls(node);
  for (const node of topology.sentinels) {
    await node.restart('SIGTERM');
    await topology.settle();
  }
}

function expectTls({ tls }: Topology): TopologyTls {
  if (tls === undefined) throw new Error('a topology without TLS');
  return tls;
}
