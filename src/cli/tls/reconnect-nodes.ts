/**
 * The nodes that take part in a reconnection, looked at before anything is done: what each serves, how long a handshake
 * of ours usually takes, and sessions of our own that prove afterwards that resumption has ended.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  limitOf,
  measureUsual,
  readClientSettings,
  type ClientNode,
  type ClientSight,
  type ReconnectNode,
} from '../../change/index.ts';
import { forEachAtOnce, openConnection, type Target } from '../../fleet/index.ts';
import { holdSession, offerSession, readServed, type HeldSession, type TlsTarget } from '../../tls/index.ts';
import { CommandFailure } from '../failure.ts';
import type { ClientFleet } from './clients-fleet.ts';

/** A node that takes part. */
export interface PreparedNode extends ReconnectNode {
  readonly role: ClientNode['node']['role'];
  readonly target: Target;
  /** `tls-cert-file` from the root on. */
  readonly certificateFile: string;
  /** Port that speaks TLS. */
  readonly tlsPort: number;
  /** A handshake of ours, ms; where connections are to be ended. */
  readonly usualMs?: number;
  /** `off`: the node lets nobody resume. */
  readonly resumption: 'on' | 'off' | 'unknown';
  readonly chosen: readonly ClientSight[];
}

/** A session of ours from before. */
export interface Witness {
  readonly node: string;
  readonly target: TlsTarget;
  readonly held: HeldSession;
}

/** Every server that speaks TLS, chosen clients or not: whoever was ended here may resume there. */
export async function prepareNodes(
  fleet: ClientFleet,
  chosen: readonly ClientSight[],
  now: () => Date,
): Promise<readonly PreparedNode[]> {
  const prepared: PreparedNode[] = [];
  await forEachAtOnce(fleet.nodes, fleet.entry.concurrency, async (each, place) => {
    const [tlsPort] = readClientSettings(each).tlsPorts;
    if (each.state.mode === 'sentinel' || tlsPort === undefined) return;
    const own = chosen.filter(({ node }) => node === each.node.id);
    prepared[place] = await lookAtNode(each, tlsPort, own);
  });
  const nodes = prepared.filter((node) => node !== undefined);
  const timed: PreparedNode[] = [];
  // One after the other: handshakes at many nodes at a time would be slow for want of a processor of ours.
  for (const node of nodes) timed.push(await timeHandshakes(node, fleet, now));
  return timed;
}

async function lookAtNode(
  each: ClientNode,
  tlsPort: number,
  chosen: readonly ClientSight[],
): Promise<PreparedNode> {
  const { node, state } = each;
  const { target, id } = node;
  const path = state.settings.get('tls-cert-file');
  if (path?.known !== true || path.value === '') {
    throw new CommandFailure({
      code: 'E_RECONNECT',
      what: 'resumption cannot be ended here; nothing was changed',
      target: id,
      cause: 'CONFIG GET does not show tls-cert-file to us',
      next: 'log in as a user with +config|get +config|set',
    });
  }
  const dir = state.settings.get('dir');
  const folder = dir?.known === true ? dir.value : '/';
  const host = target.endpoint.kind === 'tcp' ? target.endpoint.host : '127.0.0.1';
  const served = await readServed({ host, port: tlsPort });
  const leaf = served.kind === 'served' ? served.leaf.fingerprintSha256 : undefined;
  return {
    id,
    role: node.role,
    target,
    tlsPort,
    certificatePath: path.value,
    certificateFile: resolve(folder, path.value),
    serves: leaf === undefined ? undefined : { ports: [{ host, port: tlsPort }], before: leaf, after: leaf },
    ids: chosen.map(({ session }) => session.id),
    handshakeMsMax: limitOf(0),
    resumption: readClientSettings(each).resumption.kind,
    chosen,
  };
}

/** Where nobody is ended there is nothing to be slow. */
async function timeHandshakes(
  node: PreparedNode,
  { entry }: ClientFleet,
  now: () => Date,
): Promise<PreparedNode> {
  if (node.chosen.length === 0) return node;
  const usualMs = await measureUsual(() => openConnection(node.target, entry.limits), now);
  if (usualMs !== undefined) return { ...node, usualMs, handshakeMsMax: limitOf(usualMs) };
  throw new CommandFailure({
    code: 'E_RECONNECT',
    what: 'a handshake of our own failed; nothing was changed',
    target: node.id,
    cause: 'the server is short of connections or of time as it is',
    next: 'wardis doctor, or later',
  });
}

/** Where we come by TLS ourselves; a node that gives us nothing to resume with has no witness. */
export async function holdWitnesses(nodes: readonly PreparedNode[]): Promise<readonly Witness[]> {
  const witnesses: Witness[] = [];
  for (const { id, target } of nodes) {
    if (target.transport !== 'tls' || target.endpoint.kind !== 'tcp') continue;
    const { caFile, certFile, keyFile, keyPassphrase, serverName } = target.tls ?? {};
    const place: TlsTarget = {
      host: target.endpoint.host,
      port: target.endpoint.port,
      ...(serverName === undefined ? {} : { serverName }),
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
      ...(certFile === undefined ? {} : { cert: readFileSync(certFile, 'utf8') }),
      ...(keyFile === undefined ? {} : { key: readFileSync(keyFile, 'utf8') }),
      ...(keyPassphrase === undefined ? {} : { passphrase: keyPassphrase.reveal() }),
    };
    for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
      const held = await holdSession(place, version);
      if (held !== undefined) witnesses.push({ node: id, target: place, held });
    }
  }
  return witnesses;
}

/** What came of each session from before: `resumed` means that it has not ended. */
export async function askWitnesses(
  witnesses: readonly Witness[],
): Promise<readonly { readonly node: string; readonly said: 'resumed' | 'refused' | 'unknown' }[]> {
  const said: { node: string; said: 'resumed' | 'refused' | 'unknown' }[] = [];
  for (const { node, target, held } of witnesses) {
    said.push({ node, said: await offerSession(target, held) });
  }
  return said;
}
