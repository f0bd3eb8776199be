/** The files that keep the users of each node, as far as they can be read: a plan holds them against memory. */

import { isAbsolute } from 'node:path';
import { HostError, openHostAccess, type UserFile } from '../../change/index.ts';
import type { FleetNode, NodeState, Topology } from '../../fleet/index.ts';
import type { FleetFiles, FleetPolicy } from '../../policy/index.ts';
import { hostOf, isThisHost } from './fleet-hosts.ts';

/** Hosts that are asked at the same time. */
const HOSTS_AT_A_TIME = 8;

/** `this-host`: only files that lie on this machine. A file that cannot be read is left out. */
export async function readUserFiles(
  fleet: FleetPolicy | undefined,
  topology: Topology,
  states: readonly NodeState[],
  scope: 'this-host' | 'every-host',
): Promise<ReadonlyMap<string, UserFile>> {
  const found = new Map<string, UserFile>();
  const files = fleet?.files;
  if (files === undefined || files.via === 'none') return found;
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const places = states.flatMap((state) => {
    const node = nodes.get(state.node);
    const place = node === undefined ? undefined : placeOf(node, state, files, scope);
    return place === undefined ? [] : [{ node: state.node, ...place }];
  });
  for (let at = 0; at < places.length; at += HOSTS_AT_A_TIME) {
    await Promise.all(
      places.slice(at, at + HOSTS_AT_A_TIME).map(async ({ node, host, kind, path }) => {
        const text = await readFile(host, files, path);
        if (text !== undefined) found.set(node, { kind, path, text });
      }),
    );
  }
  return found;
}

function placeOf(
  { target }: FleetNode,
  { persistence }: NodeState,
  files: FleetFiles,
  scope: 'this-host' | 'every-host',
): { readonly host: string; readonly kind: UserFile['kind']; readonly path: string } | undefined {
  if (persistence.by !== 'aclfile' && persistence.by !== 'conf') return undefined;
  const host = hostOf(target);
  const here = isThisHost(host);
  if (files.via === 'local' ? !here : scope === 'this-host') return undefined;
  const named = persistence.by === 'aclfile' ? files.acl : files.conf;
  const path = isAbsolute(persistence.path) ? persistence.path : named;
  return path === undefined ? undefined : { host, kind: persistence.by, path };
}

async function readFile(host: string, files: FleetFiles, path: string): Promise<string | undefined> {
  try {
    // Nothing is placed, so that no folder for a person is needed.
    const access = openHostAccess({ host, files, handFolder: '' });
    try {
      return (await access.read(path))?.content.reveal();
    } finally {
      await access.close();
    }
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}
