/**
 * Whether the file that a server is about to read anew still holds the certificate that it serves. A server takes any
 * pair that fits together, one that is over too and without a word (Redis 6.0 to 8.0, Valkey 8.0 to 9.1): who only wants
 * to end resumption must not bring in another certificate by it.
 */

import { HostError, type HostAccess } from '../../change/index.ts';
import { readCertificates } from '../../tls/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import { openFleetHosts } from '../change/fleet-hosts.ts';
import { CommandFailure } from '../failure.ts';
import type { PreparedNode } from './reconnect-nodes.ts';

const SHOWN_DIGITS = 12;

/** Nodes whose files can be looked at, by the policy's way to them. Throws a {@link CommandFailure} where one differs. */
export async function compareFiles(
  nodes: readonly PreparedNode[],
  entry: FleetEntry,
): Promise<ReadonlySet<string>> {
  const same = new Set<string>();
  if (entry.fleet?.files?.via === 'none') return same;
  const hosts = openFleetHosts(entry);
  try {
    for (const node of nodes) {
      const access = hosts.of(node);
      if (access !== undefined && (await holdsServed(node, access))) same.add(node.id);
    }
  } finally {
    await hosts.close();
  }
  return same;
}

async function holdsServed(
  { id, certificateFile, serves }: PreparedNode,
  access: HostAccess,
): Promise<boolean> {
  if (serves === undefined) return false;
  let text: string | undefined;
  try {
    text = (await access.read(certificateFile))?.content.reveal();
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
  const [leaf] = text === undefined ? [] : readCertificates(text).certificates;
  if (leaf?.fingerprintSha256 === serves.after) return true;
  const holds =
    leaf === undefined
      ? 'no certificate'
      : `${leaf.fingerprintSha256.slice(0, SHOWN_DIGITS)}, ${leaf.subject}`;
  throw new CommandFailure({
    code: 'E_RECONNECT',
    what: 'to end resumption the server would read another certificate than it serves; nothing was changed',
    target: id,
    cause: `${certificateFile} holds ${holds}; served is ${serves.after.slice(0, SHOWN_DIGITS)}`,
    next: 'bring the new one in first: wardis tls rotate leaf',
  });
}
