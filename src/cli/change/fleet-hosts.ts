/** Ways to the files of a fleet's hosts, one for each host, opened when first needed. */

import { join } from 'node:path';
import { openHostAccess, type HostAccess } from '../../change/index.ts';
import type { FleetNode } from '../../fleet/index.ts';
import type { FleetEntry } from './fleet-access.ts';

export interface FleetHosts {
  /** Undefined: the policy knows no way to the files of this node. */
  readonly of: (node: Pick<FleetNode, 'target'>) => HostAccess | undefined;
  readonly close: () => Promise<void>;
}

/** Files of a host, where the policy says that they are those of the server: a port may be forwarded from elsewhere. */
export function openFleetHosts({ fleet, stateFolder }: FleetEntry): FleetHosts {
  const files = fleet?.files;
  const open = new Map<string, HostAccess>();
  return {
    of: ({ target }) => {
      const host = hostOf(target);
      if (files === undefined || (files.via === 'local' && !isThisHost(host))) return undefined;
      const known =
        open.get(host) ?? openHostAccess({ host, files, handFolder: join(stateFolder, 'by-hand') });
      open.set(host, known);
      return known;
    },
    close: async () => {
      for (const access of open.values()) await access.close();
    },
  };
}

/** Where the server of a target runs; a unix socket is of this host. */
export function hostOf({ endpoint }: FleetNode['target']): string {
  return endpoint.kind === 'tcp' ? endpoint.host : 'localhost';
}

/** Whether an address is on the loopback interface of this host. */
export function isThisHost(host: string): boolean {
  return /^(?:localhost|127\.[0-9.]+|::1)$/.test(host);
}
