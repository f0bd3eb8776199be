/** A run from its journal on: lock, outside world, engine, and everything closed again. */

import {
  lockState,
  type Journal,
  type Run,
  type RunOptions,
  type RunPorts,
  type RunReport,
  type StateLock,
} from '../../change/index.ts';
import type { ApplyFlags } from '../commands/apply.ts';
import type { CommandContext } from '../context.ts';
import { openPorts, type ApplyWorld } from './apply-ports.ts';
import { heedInterruption } from './interruption.ts';
import { openStateFolder } from './state-folder.ts';

export type Engine = (run: Run, ports: RunPorts, options: RunOptions) => Promise<RunReport>;

/** What a run needs, but for the signal of an interruption, which comes with the lock. */
export type World = Omit<ApplyWorld, 'signal'>;

export interface Held {
  readonly lock: StateLock;
  readonly signal: AbortSignal;
}

/** Holds the state folder and heeds Ctrl-C while `work` goes on. */
export async function holdState<T>(
  world: Pick<World, 'entry'>,
  what: string,
  context: CommandContext,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const lock = lockState(openStateFolder(world.entry.stateFolder), what, context.now());
  const interruption = heedInterruption(context.terminal.err);
  try {
    return await work({ lock, signal: interruption.signal });
  } finally {
    interruption.release();
    lock.release();
  }
}

export async function conductRun(
  journal: Journal,
  engine: Engine,
  world: World,
  held: Held,
  flags: ApplyFlags,
  context: CommandContext,
): Promise<RunReport> {
  const ports = openPorts(journal, { ...world, signal: held.signal }, context);
  try {
    return await engine(journal.run, ports, {
      concurrency: world.entry.concurrency,
      ...(flags.canary === undefined ? {} : { canary: flags.canary }),
      onFailure: flags.undoOnFailure === true ? 'undo' : 'stop',
    });
  } finally {
    await ports.close();
  }
}
