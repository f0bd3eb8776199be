/** What one execution keeps while it goes on: who is away, what is on disk, and whether anything more may begin. */

import type { JournalEntry, Run } from '../run.ts';
import type { Step } from '../step.ts';
import { trackHistory, type RunHistory } from './history.ts';
import type { NodeAway, NodeSession } from './node-session.ts';
import type { RunOptions, RunPorts } from './ports.ts';
import type { Sessions } from './sessions.ts';
import type { Note } from './step-run.ts';

export interface Conduct {
  readonly run: Run;
  readonly ports: RunPorts;
  readonly options: RunOptions;
  /** What is on disk, kept up as entries are written. */
  readonly history: RunHistory;
  readonly note: Note;
  readonly sessionOf: (node: string) => NodeSession;
  /** Nodes that no further step is tried at, and why. */
  readonly away: ReadonlyMap<string, string>;
  readonly leave: (node: string, why: string, error?: NodeAway) => void;
  /** Nothing more may begin. */
  readonly isHalted: () => boolean;
  readonly halt: () => void;
  readonly remark: (note: string, facts?: Readonly<Record<string, unknown>>) => Promise<void>;
}

export function beginConduct(run: Run, ports: RunPorts, options: RunOptions, sessions: Sessions): Conduct {
  const away = new Map<string, string>();
  const { journal, onEvent } = ports;
  const at = (): string => ports.now().toISOString();
  const history = trackHistory();
  for (const entry of journal.entries) history.add(entry);
  const append = async (entry: JournalEntry): Promise<void> => {
    await journal.append(entry);
    history.add(entry);
  };
  let halted = false;
  return {
    run,
    ports,
    options,
    history,
    note: async (step, state, detail) => {
      const more = detail === undefined ? {} : { detail };
      await append({ at: at(), step: step.id, state, ...more });
      onEvent?.({ kind: 'step', step, state, ...more });
    },
    sessionOf: sessions.of,
    away,
    leave: (node, why, error) => {
      if (away.has(node)) return;
      away.set(node, why);
      if (error !== undefined)
        onEvent?.({ kind: 'unreachable', node, code: error.code, detail: error.message });
    },
    isHalted: () => halted || ports.signal?.aborted === true,
    halt: () => (halted = true),
    remark: (note, facts) => append({ at: at(), note, ...(facts === undefined ? {} : { facts }) }),
  };
}

/** Steps by node, each in the order of the run. */
export function byNode(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const nodes = new Map<string, Step[]>();
  for (const step of steps) {
    const found = nodes.get(step.node);
    if (found === undefined) nodes.set(step.node, [step]);
    else found.push(step);
  }
  return nodes;
}
