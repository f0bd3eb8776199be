/** The way to the files of a node's host that the policy names: `files: { via, user, port, identity }` of its fleet. */

import type { FleetFiles } from '../../policy/index.ts';
import { openHandAccess } from './hand-access.ts';
import type { HostAccess } from './host-access.ts';
import { openLocalAccess } from './local-access.ts';
import { openSshAccess } from './ssh-access.ts';

/** What the policy says, and what only the caller knows. */
export interface HostPlace {
  /** Where the node's server runs: what we dial. */
  readonly host: string;
  readonly files: Pick<FleetFiles, 'via' | 'user' | 'port' | 'identity'>;
  /** For `via: none`: folder of this machine that collects what a person must place. */
  readonly handFolder: string;
  /** Of ssh, instead of ~/.ssh/config. */
  readonly sshConfigFile?: string;
}

/** Opens nothing yet: the first operation does. Throws {@link HostError} for names that cannot be used. */
export function openHostAccess({ host, files, handFolder, sshConfigFile }: HostPlace): HostAccess {
  switch (files.via) {
    case 'local':
      return openLocalAccess(host);
    case 'none':
      return openHandAccess(host, handFolder);
    case 'ssh':
      return openSshAccess({
        host,
        ...(files.user === undefined ? {} : { user: files.user }),
        ...(files.port === undefined ? {} : { port: files.port }),
        ...(files.identity === undefined ? {} : { identity: files.identity }),
        ...(sshConfigFile === undefined ? {} : { configFile: sshConfigFile }),
      });
  }
}
