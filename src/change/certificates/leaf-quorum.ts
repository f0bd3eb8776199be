/** Whether a Sentinel can be spared, asked before a run that restarts it begins. */

import { FleetError, type Connection, type FleetNode } from '../../fleet/index.ts';
import { examineQuorum } from '../step/restart-sentinel-quorum.ts';
import { objector, type LeafObjection } from './leaf-objection.ts';

/** `dial`: a connection to it or another node, by id. */
export async function checkQuorum(
  sentinel: string,
  others: readonly Pick<FleetNode, 'id' | 'role'>[],
  dial: (id: string) => Promise<Connection>,
): Promise<readonly LeafObjection[]> {
  const object = objector(sentinel);
  try {
    const connection = await dial(sentinel);
    try {
      const view = await examineQuorum({ send: connection.send, others, dial });
      if (view.ok) return [];
      const next = 'mend that first, or restart it yourself at a quiet moment: --by-hand';
      return [object('refused', 'quorum', sentinel, view.detail, next)];
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return [
      object('refused', 'quorum', sentinel, `whether the others suffice is not known: ${error.message}`),
    ];
  }
}
