/** What ports really show, seen by nothing but Node's own TLS: the observer that rotations are judged by. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions } from 'node:tls';

import { isError, readText, type TopologyNode } from './node.ts';
import type { Topology } from './topology.ts';

const HANDSHAKE_TIMEOUT_MS = 5000;
/** The bus is so far above the port that it speaks on. */
const BUS_OFFSET = 10_000;

/** Every port of a node that speaks TLS: its own, and in a Cluster the bus. */
export function listTlsPorts(node: TopologyNode, kind: Topology['kind']): readonly number[] {
  const { tlsPort } = node;
  if (tlsPort === undefined) return [];
  return kind === 'cluster' ? [tlsPort, tlsPort + BUS_OFFSET] : [tlsPort];
}

/** SHA-256 of the leaf that a port shows, lower-case hex; verified against `client.ca` unless that says otherwise. */
export function readServedFingerprint(
  { host, port }: { readonly host: string; readonly port: number },
  client: ConnectionOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...client }, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
      socket.destroy();
    });
    socket.setTimeout(HANDSHAKE_TIMEOUT_MS, () =>
      socket.destroy(new Error(`no handshake with ${host}:${port} within ${HANDSHAKE_TIMEOUT_MS} ms`)),
    );
    socket.once('error', reject);
  });
}

/** SHA-256 of the first certificate of a PEM text or file, lower-case hex. */
export function fingerprintOf(pemOrPath: string): string {
  const pem = pemOrPath.includes('-----BEGIN') ? pemOrPath : readFileSync(pemOrPath, 'utf8');
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Lets a data node read its certificate, key and CA anew: CONFIG SET to the path that it has. Throws what it answers. */
export async function reloadTls(node: TopologyNode): Promise<void> {
  const reply = await node.command('CONFIG', 'GET', 'tls-cert-file');
  const path = Array.isArray(reply) ? readText(reply[1] as string) : '';
  const answer = await node.command('CONFIG', 'SET', 'tls-cert-file', path);
  if (isError(answer)) throw new Error(`${node.name}: ${answer.error}`);
}
