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
import { inspectClientAuthentication, inspectTls, readServed } from '../../tls/index.ts';
import { HostError } from '../host/host-error.ts';
import type { ClientPair } from '../step.ts';
import { readLeafSights, type LeafReadingPorts } from './leaf-reading.ts';
import type { LeafFile, LeafSight } from './leaf-sight.ts';
import type { Admission, AuthorityNode, TrustFact } from './authority-sight.ts';
import { refuseTrust } from './authority-trust.ts';

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
  const byNode = new Map(nodes.map((node) => [node.id, node]));
  for (const { node, kind, why } of left) {
    const full = byNode.get(node.id);
    const door = full === undefined || kind === 'away' ? undefined : doorOf(full);
    if (door !== undefined) {
      found.set(node.id, await lookFromOutside(node, door, kind === 'plaintext' ? ENDS_BEFORE : why, probes));
    } else if (kind !== 'plaintext') {
      found.set(node.id, { ...node, trust: UNASKED, admits: UNTRIED, served: [], away: why });
    }
  }
  return { nodes: nodes.flatMap(({ id }) => found.get(id) ?? []), sights };
}

const UNASKED: TrustFact = { kind: 'unread', path: '', why: 'the node could not be asked' };
const UNTRIED = {
  old: { kind: 'untried', why: 'the node could not be asked' },
  next: { kind: 'untried', why: 'the node could not be asked' },
} as const;

/** Reached over TLS: whatever its settings say, something there shows a certificate and may ask for one. */
function doorOf({ target: { transport, endpoint } }: FleetNode): Door | undefined {
  return transport === 'tls' && endpoint.kind === 'tcp' ? endpoint : undefined;
}

const ENDS_BEFORE = 'TLS ends before it: it is reached over TLS, and its own tls-port is 0';

/** Where the files of what speaks TLS are not known, handshakes tell all that can be told. */
async function lookFromOutside(
  { id, role }: Pick<FleetNode, 'id' | 'role'>,
  door: Door,
  why: string,
  probes: AuthorityProbes,
): Promise<AuthorityNode> {
  const served = await readServed(door);
  const port = `${door.host}:${door.port}`;
  const asks = await inspectClientAuthentication(door);
  return {
    id,
    role,
    // Where no client certificate is asked for, no trust is needed.
    trust: asks === 'off' ? { kind: 'none' } : { kind: 'unread', path: '', why },
    admits: { old: await knock(door, probes.old), next: await knock(door, probes.next) },
    served: [
      served.kind === 'served'
        ? { port, chain: served.chain.map(({ pem }) => pem) }
        : { port, why: served.errorCode },
    ],
    outside: why,
  };
}

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
    const door = sight.ports.find(({ purpose }) => purpose !== 'bus');
    const admits = { old: await knock(door, probes.old), next: await knock(door, probes.next) };
    return { ...seen, admits, ...(shows === undefined ? {} : { shows }) };
  } catch (error) {
    if (!(error instanceof FleetError) && !(error instanceof HostError)) throw error;
    return { ...seen, admits: UNTRIED, away: error.message };
  }
}

function trustOf({ node, settings, trust, trustsFolder }: LeafSight): TrustFact {
  if (trust !== undefined) return factOf(trust);
  if (trustsFolder) return { kind: 'folder', path: 'tls-ca-cert-dir' };
  // A server tells all its settings; a Sentinel speaks of them only in its file, which was not read then.
  if (node.role === 'sentinel' && settings.certificate === '') {
    return {
      kind: 'unread',
      path: '',
      why: 'a Sentinel tells its settings only in its own file, which could not be read',
    };
  }
  return { kind: 'none' };
}

function factOf(file: LeafFile): TrustFact {
  const { path } = file;
  switch (file.kind) {
    case 'file': {
      const pem = file.file.content.reveal();
      const why = refuseTrust(pem);
      if (why === undefined) return { kind: 'file', path, pem, sha256: file.file.sha256 };
      return { kind: 'unread', path, why: `it is not a file of authorities: ${why}`, next: NEXT_OF_TRUST };
    }
    case 'absent':
      return { kind: 'unread', path, why: 'there is no such file on its host', next: NEXT_OF_TRUST };
    case 'unread':
      return { kind: 'unread', path, why: file.why };
  }
}

const NEXT_OF_TRUST =
  'see what tls-ca-cert-file of the node names; have it name a PEM file of certificates of authorities, and nothing else';

/** `tls-client-cert-file`; Sentinels have none of their own. */
async function readShown(node: FleetNode, ports: LeafReadingPorts): Promise<AuthorityNode['shows']> {
  if (node.role === 'sentinel') return undefined;
  const connection = await ports.connect(node);
  let path: string;
  let keyPath: string;
  try {
    const replies = await connection.send([
      ['CONFIG', 'GET', 'tls-client-cert-file'],
      ['CONFIG', 'GET', 'tls-client-key-file'],
    ]);
    [path = '', keyPath = ''] = replies.map(secondOf);
  } finally {
    connection.close();
  }
  const access = ports.host(node);
  if (path === '') return undefined;
  // A path that is not absolute begins at a folder that only the process knows for sure.
  if (access === undefined || access.via === 'none' || !path.startsWith('/'))
    return { path, keyPath, chain: [] };
  const file = await access.read(path);
  return { path, keyPath, chain: file === undefined ? [] : [file.content.reveal()] };
}

function secondOf(reply: Reply | undefined): string {
  const value: unknown = Array.isArray(reply) ? (reply as readonly Reply[])[1] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Where to knock. */
interface Door {
  readonly host: string;
  readonly port: number;
}

/** On the port of clients, or of the Sentinel: the bus answers nobody. */
async function knock(door: Door | undefined, pair: ClientPair | undefined): Promise<Admission> {
  if (pair === undefined) return { kind: 'untried', why: 'no client certificate of it can be made here' };
  if (door === undefined) return { kind: 'untried', why: 'no port of clients' };
  const seen = await inspectTls({
    host: door.host,
    port: door.port,
    cert: pair.certificate,
    key: pair.key.reveal(),
  });
  if (!seen.askedForCertificate) return { kind: 'untried', why: 'it asks for no client certificate' };
  if (seen.ok) return { kind: 'admitted' };
  if (seen.fault === 'client-certificate-unknown-ca') return { kind: 'refused' };
  return { kind: 'untried', why: seen.detail };
}
