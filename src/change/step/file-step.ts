/** A file on the node's host: placed in one rename over what was read when planning, put back from the backup. */

import type { Step } from '../step.ts';
import { ABSENT, bytesOf, sha256Of } from '../host/host-access.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type FileStep = Extract<Step, { readonly kind: 'place-file' }>;

export function placeFileWork(step: FileStep, node: StepNode): StepWork {
  const wanted = sha256Of(bytesOf(step.after));
  return {
    look: () => lookAtFile(step, node, wanted),
    perform: () => placeFile(step, node),
    verify: async () => {
      const standing = await lookAtFile(step, node, wanted);
      if (standing.kind === 'after') return { ok: true, detail: `sha256 ${wanted.slice(0, 12)}` };
      return { ok: false, detail: `read back: ${step.path} is not what was placed` };
    },
    revert: () => restoreFile(step, node, wanted),
  };
}

async function lookAtFile(step: FileStep, node: StepNode, wanted: string): Promise<Standing> {
  if (node.host === undefined || node.host.via === 'none') return { kind: 'unseen' };
  const sha256 = (await node.host.read(step.path))?.sha256 ?? ABSENT;
  if (sha256 === wanted) return { kind: 'after' };
  if (sha256 === step.beforeSha256) return { kind: 'before' };
  return { kind: 'other', detail: `${step.path} is not as it was` };
}

async function placeFile(step: FileStep, node: StepNode): Promise<Result> {
  if (node.host === undefined) return { ok: false, detail: 'no way to the files of this host is known' };
  const placed = await node.host.place({
    path: step.path,
    runId: node.runId,
    beforeSha256: step.beforeSha256,
    content: step.after,
    ...(step.mode === undefined ? {} : { mode: step.mode }),
  });
  if (placed.outcome !== 'by-hand') return { ok: true };
  const { source, host, path } = placed.item;
  return { ok: 'later', detail: `to be placed by hand: ${source} as ${path} on ${host}` };
}

async function restoreFile(step: FileStep, node: StepNode, placedSha256: string): Promise<Result> {
  if (node.host === undefined) return { ok: false, detail: 'no way to the files of this host is known' };
  const { path, beforeSha256 } = step;
  await node.host.restore({ path, runId: node.runId, beforeSha256, placedSha256 });
  return { ok: true };
}
