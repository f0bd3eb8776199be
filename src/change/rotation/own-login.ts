/**
 * Dialling as ourselves while our own password is being replaced: the one that should work now first, and the other
 * where it is refused, because a node may have been restarted from its file, or come back from yesterday.
 */

import type { Secret } from '../../conf/index.ts';
import { FleetError, type Connection } from '../../fleet/index.ts';
import type { RotationPorts } from './ports.ts';

export interface OwnLogin {
  readonly connect: (node: string) => Promise<Connection>;
  /** From now on the new password is tried first. */
  readonly preferNew: () => void;
}

export function openOwnLogin(
  ports: Pick<RotationPorts, 'connect' | 'login'>,
  user: string,
  next: Secret,
): OwnLogin {
  if (ports.login !== user) return { connect: (node) => ports.connect(node), preferNew: () => undefined };
  let isNewFirst = false;
  return {
    connect: async (node) => {
      const [first, second] = isNewFirst ? [next, undefined] : [undefined, next];
      try {
        return await ports.connect(node, first);
      } catch (error) {
        if (error instanceof FleetError && error.code === 'wrongpass') return ports.connect(node, second);
        throw error;
      }
    },
    preferNew: () => {
      isNewFirst = true;
    },
  };
}
