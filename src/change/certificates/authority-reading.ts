/**
 * Reading how far a fleet is: on top of what the rotation of a leaf reads of each node, what it shows as a client, and
 * whether it lets clients of either authority in, tried with short-lived certificates.
 */

import {
  forEachAtOnce,
  CONCURRENCY_DEFAULT,
  FleetError,
  type FleetNode,
  type Reply,
} from '../../fleet/index.ts';
import { inspectTls } from '../../tls/index.ts';
import { HostError } from '../host/host-error.ts';
import type { ClientPair } from '../step.ts';
import { readLeafSights, type LeafReadingPorts } from './leaf-reading.ts';
import type { LeafFile, LeafSight } from './leaf-sight.ts';
import type { Admission, AuthorityNode, TrustFact } from './authority-sight.ts';

/** Client certificates to knock with; absent: none can be made here. */
export interface AuthorityProbes {
  readonly old?: ClientPair;
  readonly next?: ClientPair;
}

export interface AuthorityReading {
  /** Every node that speaks TLS or could not be asked, in the order of the nodes. */
  readonly nodes: readonly AuthorityNode[];
  /** Of those that could be asked. */
  readonly sights: readonly LeafSight[];
}

/** Changes nothing. A refused knock is a line in the server's log. Throws only for faults of our own. */
export async function readAuthorityNodes(
  nodes: readonly FleetNode[],
  ports: LeafReadingPorts,
  probes: AuthorityProbes,
): Promise<AuthorityReading> {
  const { sights, left } = await readLeafSights(nodes, ports);
  const byId = new Map(sights.map((sight) => [sight.node.id, sight]));
  const found = new Map<string, AuthorityNode>();
  await forEachAtOnce(nodes, ports.concurrency ?? CONCURRENCY_DEFAULT, async (node) => {
    const sight = byId.get(node.id);
    if (sight !== undefined) found.set(node.id, await lookCloser(node, sight, ports, probes));
  });
  for (const { node, kind, why } of left) {
    if (kind === 'plaintext') continue;
    found.set(node.id, { ...node, trust: UNASKED, admits: UNTRIED, served: [], away: why });
  }
  return { nodes: nodes.flatMap(({ id }) => found.get(id) ?? []), sights };
}

const UNASKED: TrustFact = { kind: 'unread', path: '', why: 'the node could not be asked' };
const UNTRIED = {
  old: { kind: 'untried', why: 'the node could not be asked' },
  next: { kind: 'untried', why: 'the node could not be asked' },
} as const;

async function lookCloser(
  node: FleetNode,
  sight: LeafSight,
  ports: LeafReadingPorts,
  probes: AuthorityProbes,
): Promise<AuthorityNode> {
  const { id, role } = node;
  const seen = {
    id,
    role,
    trust: trustOf(sight),
    served: sight.ports.map((each) => {
      const port = `${each.host}:${each.port}`;
      if (each.chain.length > 0) return { port, chain: each.chain.map(({ pem }) => pem) };
      return { port, why: each.unseen ?? 'no certificate' };
    }),
  };
  try {
    const shows = await readShown(node, ports);
    const admits = { old: await knock(sight, probes.old), next: await knock(sight, probes.next) };
    return { ...seen, admits, ...(shows === undefined ? {} : { shows }) };
  } catch (error) {
    if (!(error instanceof FleetError) && !(error instanceof HostError)) throw error;
    return { ...seen, admits: UNTRIED, away: error.message };
  }
}

function trustOf({ trust, trustsFolder }: LeafSight): TrustFact {
  if (trust === undefined)
    return trustsFolder ? { kind: 'folder', path: 'tls-ca-cert-dir' } : { kind: 'none' };
  return factOf(trust);
}

function factOf(file: LeafFile): TrustFact {
  const { path } = file;
  switch (file.kind) {
    case 'file':
      return { kind: 'file', path, pem: file.file.content.reveal(), sha256: file.file.sha256 };
    case 'absent':
      return { kind: 'unread', path, why: 'there is no such file' };
    case 'unread':
      return { kind: 'unread', path, why: file.why };
  }
}

/** `tls-client-cert-file`; Sentinels have none of their own. */
async function readShown(node: FleetNode, ports: LeafReadingPorts): Promise<AuthorityNode['shows']> {
  if (node.role === 'sentinel') return undefined;
  const connection = await ports.connect(node);
  let path: string;
  try {
    const [reply] = await connection.send([['CONFIG', 'GET', 'tls-client-cert-file']]);
    path = secondOf(reply);
  } finally {
    connection.close();
  }
  const access = ports.host(node);
  if (path === '') return undefined;
  // A path that is not absolute begins at a folder that only the process knows for sure.
  if (access === undefined || access.via === 'none' || !path.startsWith('/')) return { path, chain: [] };
  const file = await access.read(path);
  return { path, chain: file === undefined ? [] : [file.content.reveal()] };
}

function secondOf(reply: Reply | undefined): string {
  const value: unknown = Array.isArray(reply) ? (reply as readonly Reply[])[1] : undefined;
  return typeof value === 'string' ? value : '';
}

/** On the port of clients, or of the Sentinel: the bus answers nobody. */
async function knock({ ports }: LeafSight, pair: ClientPair | undefined): Promise<Admission> {
  const port = ports.find(({ purpose }) => purpose !== 'bus');
  if (pair === undefined) return { kind: 'untried', why: 'no client certificate of it can be made here' };
  if (port === undefined) return { kind: 'untried', why: 'no port of clients' };
  const seen = await inspectTls({
    host: port.host,
    port: port.port,
    cert: pair.certificate,
    key: pair.key.reveal(),
  });
  if (!seen.askedForCertificate) return { kind: 'untried', why: 'it asks for no client certificate' };
  if (seen.ok) return { kind: 'admitted' };
  if (seen.fault === 'client-certificate-unknown-ca') return { kind: 'refused' };
  return { kind: 'untried', why: seen.detail };
}
