/**
 * Executing a run: its stages one after another, the steps of a node in order, several nodes at a time. Signatures
 * only, for those who build on it; the work follows.
 */

import type { Run, RunReport } from '../run.ts';
import type { RunOptions, RunPorts } from './ports.ts';

/** Executes a run that was just written to disk. Never throws for what nodes do; a `ChangeError` when the journal fails. */
export function executeRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  void [run, ports, options];
  throw new Error('not written yet');
}

/** Goes on with a run that was cut short: every step that is not done is asked of its node again. */
export function resumeRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  void [run, ports, options];
  throw new Error('not written yet');
}

/** Takes a run back, in reverse order: every step that may have taken effect is asked of its node first. */
export function undoRun(run: Run, ports: RunPorts, options: RunOptions = {}): Promise<RunReport> {
  void [run, ports, options];
  throw new Error('not written yet');
}

/** What a run came to so far, from its journal alone. */
export function reportRun(run: Run, entries: RunPorts['journal']['entries']): RunReport {
  void [run, entries];
  throw new Error('not written yet');
}
