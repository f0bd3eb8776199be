/** The text of a file on a node's host, where that can be reached: what a server wrote is then looked at, not believed. */

import type { StepNode } from './step-work.ts';
import { ChangeError } from '../change-error.ts';

/** Undefined: no way to the host, no such file, or not ours to read. */
export async function readHostText(node: StepNode, path: string): Promise<string | undefined> {
  if (node.host === undefined || node.host.via === 'none') return undefined;
  try {
    return (await node.host.read(path))?.content.reveal();
  } catch (error) {
    if (error instanceof ChangeError) return undefined;
    throw error;
  }
}
