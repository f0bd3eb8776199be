/**
 * The sessions of a run, one for each node. They outlive its turning back: a server that lets nobody in any more is told
 * to read its old files over the connection that is still held.
 */

import type { Run } from '../run.ts';
import { openSession, type NodeSession, type SharedTables } from './node-session.ts';
import type { RunPorts } from './ports.ts';

export interface Sessions {
  readonly of: (node: string) => NodeSession;
  /** From now on what is dialled anew may show a certificate that the run itself knows, verified or not. */
  readonly admitKnown: () => void;
  readonly close: () => void;
}

export function openSessions(run: Run, ports: RunPorts): Sessions {
  const sessions = new Map<string, NodeSession>();
  const tables: SharedTables = new Map();
  let { connect } = ports;
  return {
    of: (node) => {
      const session = sessions.get(node) ?? openSession(run, node, ports, tables, (id) => connect(id));
      sessions.set(node, session);
      return session;
    },
    admitKnown: () => (connect = ports.connectKnown ?? ports.connect),
    close: () => {
      for (const session of sessions.values()) session.close();
    },
  };
}
