/** Rotations as an operator does them at the command line: leaves in one run, an authority phase by phase. */
import type { ToolOptions, ToolRun } from '../../test/servers/fault-tool.ts';
import { tellRun, type Scene } from './scene.ts';

export type RotationKind = 'leaf' | 'ca';

/** Whether the program says that it is over, and its last words for reports. */
export interface RotationRun {
  readonly finished: boolean;
  readonly said: string;
}

/** Trust, leaves, clients, drop; and again what was cut short or taken back. */
const PHASES_MAX = 10;

/** A new leaf for every node. */
export function rotateLeaves(scene: Scene, more?: Partial<ToolOptions>): Promise<ToolRun> {
  return scene.tool(['rotate', 'leaf', '--yes', '--json', '--quiet'], more);
}

/** Goes on with the last run of leaves, or takes it back. */
export function endLeaves(scene: Scene, way: 'resume' | 'undo'): Promise<ToolRun> {
  return scene.tool(['rotate', 'leaf', `--${way}`, '--yes', '--json', '--quiet']);
}

/** The next phase of an authority, or the one that was cut short. */
export function doPhase(scene: Scene, way: 'next' | 'undo', more?: Partial<ToolOptions>): Promise<ToolRun> {
  return scene.tool(['rotate', 'ca', `--${way}`, '--update-local', '--yes', '--json'], more);
}

/** What comes after a phase, as its answer has it. */
export function readNext({ exit, out }: ToolRun): string | undefined {
  if (exit !== 0) return undefined;
  try {
    return (JSON.parse(out) as { readonly next?: string }).next;
  } catch {
    return undefined;
  }
}

/** From wherever it is to the end. Clients have their time between the phases. */
export async function rotateAuthority(scene: Scene): Promise<RotationRun> {
  for (let phase = 0; phase < PHASES_MAX; phase += 1) {
    const run = await doPhase(scene, 'next');
    const next = readNext(run);
    if (next === undefined) return { finished: false, said: tellRun(run) };
    await scene.traffic.advance();
    if (next !== 'done') continue;
    const finish = await scene.tool(['rotate', 'ca', '--finish', '--update-local', '--yes']);
    return { finished: finish.exit === 0, said: tellRun(finish) };
  }
  return { finished: false, said: `not over after ${PHASES_MAX} phases` };
}
