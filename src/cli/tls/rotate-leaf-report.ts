/** What came of a rotation: each node with what it serves, what was taken back and why, what a person must do. */

import type { RunReport, StepReport } from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { factsOf, type LeafFailure, type LeafRunEnd } from './rotate-leaf-run.ts';
import { shortOf } from './rotate-leaf-show.ts';

type Standing = 'done' | 'waits' | 'failed' | 'taken back' | 'not taken back' | 'not begun';

interface NodeResult {
  readonly node: string;
  readonly standing: Standing;
  readonly detail: string | undefined;
}

/** `shows`: nodes that were seen to serve their new certificate now. */
export function renderLeafReport(end: LeafRunEnd, shows: ReadonlySet<string> = new Set()): string {
  const { report } = end;
  const { leaves } = factsOf(report.run);
  const nodes = nodesOf(end);
  const widest = Math.max(0, ...nodes.map(({ node }) => node.length));
  const column = Math.max(0, ...nodes.map(({ standing }) => standing.length));
  const lines = nodes.map(({ node, standing, detail }) => {
    const leaf = leaves[node];
    const said =
      standing === 'done'
        ? `serves ${shortOf(leaf?.to ?? undefined)}`
        : standing === 'waits' && shows.has(node)
          ? 'it shows the new one now; going on proves it'
          : (detail ?? '');
    return `${standing.padEnd(column)}  ${node.padEnd(widest)}  ${said}`.trimEnd();
  });
  return `${[...lines, '', ...nextOf(report, shows), closingLine(report, nodes)].map(safeText).join('\n')}\n`;
}

export function leafReportData(end: LeafRunEnd): string {
  const { run, outcome, steps, notes } = end.report;
  const { leaves, away } = factsOf(run);
  return `${printSafeJson(
    {
      schemaVersion: '1',
      run: run.id,
      outcome,
      nodes: nodesOf(end).map(({ node, standing, detail }) => ({
        node,
        standing,
        from: leaves[node]?.from ?? null,
        to: leaves[node]?.to ?? null,
        detail: detail ?? null,
      })),
      failures: end.failures.map(({ step, detail }) => ({ step: step.id, node: step.node, detail })),
      away,
      steps: steps.map(({ step, state, detail, tookMs }) => ({
        step: step.id,
        stage: step.stage,
        node: step.node,
        kind: step.kind,
        state,
        detail: detail ?? null,
        tookMs: tookMs ?? null,
      })),
      notes,
    },
    2,
  )}\n`;
}

/** `undone` is a failure where it was not asked for. */
export function exitOfLeaf(
  { report: { outcome, run }, interrupted }: LeafRunEnd,
  asked: 'rotate' | 'undo',
): ExitCode {
  if (interrupted && outcome !== 'done' && outcome !== 'undone') return EXIT.interrupted;
  switch (outcome) {
    case 'done':
      return factsOf(run).away.length > 0 ? EXIT.incomplete : EXIT.ok;
    case 'undone':
      return asked === 'undo' ? EXIT.ok : EXIT.error;
    case 'pending':
    case 'stopped':
    case 'undo-incomplete':
      return EXIT.incomplete;
  }
}

function nodesOf({ report: { run, outcome, steps }, failures }: LeafRunEnd): readonly NodeResult[] {
  const back = outcome === 'undone' || outcome === 'undo-incomplete';
  return run.nodes.flatMap(({ id }) => {
    const own = steps.filter(({ step }) => step.node === id);
    const failed = failures.find(({ step }) => step.node === id);
    return own.length === 0 ? [] : [{ node: id, ...(back ? judgeBack(own, failed) : judgeForth(own)) }];
  });
}

function judgeForth(steps: readonly StepReport[]): Omit<NodeResult, 'node'> {
  const failed = steps.find(({ state }) => state === 'failed');
  if (failed !== undefined) return { standing: 'failed', detail: describe(failed) };
  const waiting = steps.find(({ state }) => state === 'pending' || state === 'begun');
  if (waiting !== undefined) return { standing: 'waits', detail: waiting.detail ?? waiting.step.kind };
  const done = steps.every(({ state }) => state === 'done' || state === 'unneeded');
  return { standing: done ? 'done' : 'not begun', detail: undefined };
}

/** Why it was taken back is told at the node where it began. */
function judgeBack(steps: readonly StepReport[], failed: LeafFailure | undefined): Omit<NodeResult, 'node'> {
  const stuck = steps.find(({ state }) => state === 'undo-failed');
  if (stuck !== undefined) return { standing: 'not taken back', detail: describe(stuck) };
  if (failed !== undefined) return { standing: 'taken back', detail: describe(failed) };
  // Of nodes that share a file only one placed it; the others read it.
  const began = steps.some(
    ({ step, state }) =>
      (step.kind === 'place-file' && state === 'undone') || (isReread(step) && state === 'done'),
  );
  return { standing: began ? 'taken back' : 'not begun', detail: undefined };
}

function isReread(step: StepReport['step']): boolean {
  return (step.kind === 'reload-tls' || step.kind === 'restart-sentinel') && step.on === 'perform';
}

function describe({ step, detail }: Pick<StepReport, 'step' | 'detail'>): string {
  const what = step.kind === 'place-file' ? `place ${step.path}` : step.kind;
  return `${what}: ${detail ?? 'refused'}`;
}

function nextOf({ outcome, run, steps }: RunReport, shows: ReadonlySet<string>): readonly string[] {
  switch (outcome) {
    case 'done':
    case 'undone':
      return [];
    case 'pending': {
      const byHand = steps.some(
        ({ step, state }) => step.kind === 'restart-sentinel' && state === 'pending' && !shows.has(step.node),
      );
      const restart = byHand
        ? ['restart the Sentinels named above, one after another: the next when the others count it again']
        : [];
      return [...restart, `next: wardis tls rotate leaf --resume ${run.id}`];
    }
    case 'stopped': {
      const on = `next: wardis tls rotate leaf --resume ${run.id}`;
      if (factsOf(run).files === 'placed') return [on];
      return [`${on}, or take it back: wardis tls rotate leaf --undo ${run.id}`];
    }
    case 'undo-incomplete':
      return [`next: wardis tls rotate leaf --undo ${run.id}`];
  }
}

function closingLine({ outcome, run }: RunReport, nodes: readonly NodeResult[]): string {
  const done = nodes.filter(({ standing }) => standing === 'done').length;
  const all = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
  const { away } = factsOf(run);
  const missed = away.length === 0 ? '' : `; not asked, and not rotated: ${away.join(', ')}`;
  switch (outcome) {
    case 'done':
      return `New certificates on ${all}, proved on every port${missed}.`;
    case 'pending':
      return `New certificates on ${done} of ${all}; the others wait${missed}.`;
    case 'stopped':
      return `Stopped: new certificates on ${done} of ${all}.`;
    case 'undone':
      return `Taken back: ${all} as before.`;
    case 'undo-incomplete':
      return 'Taken back in part.';
  }
}
