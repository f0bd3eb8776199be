/** What came of an apply: each node done, pending or failed, and Terraform's closing line. Or as JSON. */

import type { RunOutcome, RunReport, StepReport } from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Look } from '../terminal.ts';

/** Numbers of a plan: what is the same on many nodes counts once. */
export interface PlannedNumbers {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

export interface ApplyResult {
  /** In the order in which they were executed; more than one where a resumed run had nodes that were never read. */
  readonly reports: readonly RunReport[];
  readonly planned: PlannedNumbers;
  /** Nodes that could not be read when the plan was made: nothing was tried there. */
  readonly unread: readonly { readonly node: string; readonly detail: string }[];
  readonly interrupted: boolean;
}

type NodeStanding = 'done' | 'pending' | 'failed' | 'stopped' | 'undone';

interface NodeResult {
  readonly node: string;
  readonly role: string;
  readonly standing: NodeStanding;
  readonly detail: string | undefined;
  readonly steps: number;
  readonly finished: number;
}

/** More nodes than this are not listed one by one when they are done. */
const DONE_LISTED_MAX = 12;

export function renderResult(result: ApplyResult, look: Pick<Look, 'unicode' | 'colour'>): string {
  const nodes = nodesOf(result);
  const rest = nodes.filter(({ standing }) => standing !== 'done' && standing !== 'undone');
  const listed = nodes.length <= DONE_LISTED_MAX ? nodes : rest;
  const widest = Math.max(0, ...listed.map(({ node }) => node.length));
  const lines = listed.map(({ node, role, standing, detail, steps, finished }) => {
    const count = steps === 1 ? '1 step' : `${steps} steps`;
    const said = detail ?? (standing === 'stopped' ? `${finished} of ${count}` : count);
    const text = `${standing.padEnd(7)}  ${node.padEnd(widest)}  ${role.padEnd(8)}  ${said}`;
    return paint(safeText(text.trimEnd()), standing, look);
  });
  const hidden = nodes.length - listed.length;
  if (hidden > 0) lines.push(`${nodes[0]?.standing === 'undone' ? 'undone' : 'done'}     ${hidden} nodes`);
  return `${[...lines, '', ...nextOf(result), closingLine(result)].join('\n')}\n`;
}

export function resultData(result: ApplyResult): string {
  const [first] = result.reports;
  const summary = countsOf(result);
  const nodes = nodesOf(result);
  return `${printSafeJson(
    {
      schemaVersion: '1',
      run: first?.run.id ?? null,
      outcome: outcomeOf(result),
      subject: first?.run.subject ?? null,
      added: summary.add,
      changed: summary.change,
      removed: summary.remove,
      nodes: nodes.map((node) => ({ ...node, detail: node.detail ?? null })),
      steps: result.reports.flatMap(({ run, steps }) =>
        steps.map(({ step, state, detail, tookMs }) => ({
          run: run.id,
          step: step.id,
          stage: step.stage,
          node: step.node,
          kind: step.kind,
          subject: subjectOf(step),
          state,
          detail: detail ?? null,
          tookMs: tookMs ?? null,
        })),
      ),
      notes: result.reports.flatMap(({ notes }) => notes),
    },
    2,
  )}\n`;
}

/** `undone` counts as a failure where it was not asked for. */
export function exitOf(result: ApplyResult, asked: 'apply' | 'undo'): ExitCode {
  const outcome = outcomeOf(result);
  // What was done all the same when the signal came is done.
  if (result.interrupted && outcome !== 'done' && outcome !== 'undone') return EXIT.interrupted;
  switch (outcome) {
    case 'done':
      return EXIT.ok;
    case 'undone':
      return asked === 'undo' ? EXIT.ok : EXIT.error;
    case 'pending':
    case 'stopped':
    case 'undo-incomplete':
      return EXIT.incomplete;
  }
}

/** Of all runs together. */
function outcomeOf({ reports, unread }: ApplyResult): RunOutcome {
  const worst = (['undo-incomplete', 'undone', 'stopped', 'pending'] as const).find((outcome) =>
    reports.some((report) => report.outcome === outcome),
  );
  return worst ?? (unread.length > 0 ? 'pending' : 'done');
}

function nodesOf({ reports, unread }: ApplyResult): readonly NodeResult[] {
  const known = new Map<string, NodeResult>();
  for (const { run, outcome, steps } of reports) {
    for (const { id, role } of run.nodes) {
      const own = steps.filter(({ step }) => step.node === id);
      if (own.length > 0) known.set(id, { node: id, role, ...judgeNode(own, outcome) });
    }
  }
  for (const { node, detail } of unread) {
    known.set(node, { node, role: '', standing: 'pending', detail, steps: 0, finished: 0 });
  }
  return [...known.values()];
}

function judgeNode(steps: readonly StepReport[], outcome: RunOutcome): Omit<NodeResult, 'node' | 'role'> {
  const bad = (['undo-failed', 'failed'] as const)
    .map((state) => steps.find((step) => step.state === state))
    .find((step) => step !== undefined);
  const away = steps.find(({ state }) => state === 'pending' || state === 'begun');
  const finished = steps.filter(({ state }) => state === 'done' || state === 'unneeded').length;
  const numbers = { steps: steps.length, finished };
  const back = outcome === 'undone' || outcome === 'undo-incomplete';
  if (bad !== undefined && !(back && bad.state === 'failed')) {
    const { step, detail } = bad;
    const said = `step ${step.id} ${subjectOf(step)}: ${detail ?? 'refused'}`;
    return { standing: 'failed', detail: said, ...numbers };
  }
  if (back) return { standing: 'undone', detail: undefined, ...numbers };
  if (away !== undefined) return { standing: 'pending', detail: away.detail, ...numbers };
  return { standing: finished === steps.length ? 'done' : 'stopped', detail: undefined, ...numbers };
}

function closingLine(result: ApplyResult): string {
  const nodes = nodesOf(result);
  const count = (standing: NodeStanding): number => nodes.filter((node) => node.standing === standing).length;
  const done = count('done');
  const { add, change, remove } = countsOf(result);
  const where = done === nodes.length ? countNodes(nodes.length) : `${done} of ${countNodes(nodes.length)}`;
  switch (outcomeOf(result)) {
    case 'done':
    case 'pending': {
      const pending = count('pending') === 0 ? '' : `; ${count('pending')} pending`;
      return `Apply complete: ${add} added, ${change} changed, ${remove} removed on ${where}${pending}.`;
    }
    case 'stopped': {
      const failed = count('failed') === 0 ? '' : `, ${count('failed')} failed`;
      return `Apply stopped: ${where} done${failed}, ${nodes.length - done - count('failed')} not finished.`;
    }
    case 'undone':
      return `Apply taken back: ${countNodes(nodes.length)} as before.`;
    case 'undo-incomplete':
      return `Apply taken back in part: ${count('undone')} of ${countNodes(nodes.length)} as before.`;
  }
}

function nextOf(result: ApplyResult): readonly string[] {
  const [report] = result.reports;
  const id = report?.run.id ?? '';
  switch (outcomeOf(result)) {
    case 'done':
    case 'undone':
      return [];
    case 'pending':
      return [`next: when they are back: wardis apply --resume ${id}`];
    case 'stopped':
      return [`next: wardis apply --resume ${id}, or take it back: wardis apply --undo ${id}`];
    case 'undo-incomplete':
      return [`next: wardis apply --undo ${id}`];
  }
}

/** As planned when it came so far; else what took effect somewhere. */
function countsOf(result: ApplyResult): PlannedNumbers {
  const outcome = outcomeOf(result);
  const anyDone = nodesOf(result).some(({ standing }) => standing === 'done');
  if (outcome === 'done' || (outcome === 'pending' && anyDone)) return result.planned;
  const kinds = { add: new Set<string>(), change: new Set<string>(), remove: new Set<string>() };
  for (const { step, state } of result.reports.flatMap(({ steps }) => steps)) {
    if (state !== 'done' && state !== 'unneeded') continue;
    if (step.kind === 'remove-user') kinds.remove.add(step.user);
    else if (step.kind === 'set-user' && step.before === undefined) kinds.add.add(step.user);
    else if (step.kind === 'set-user') kinds.change.add(step.user);
    else if (step.kind === 'set-config') for (const { name } of step.settings) kinds.change.add(name);
  }
  return { add: kinds.add.size, change: kinds.change.size, remove: kinds.remove.size };
}

function subjectOf(step: StepReport['step']): string {
  switch (step.kind) {
    case 'set-user':
    case 'remove-user':
    case 'add-password':
    case 'remove-password':
    case 'end-sessions':
    case 'prove-login':
      return `${step.kind} ${step.user}`;
    case 'set-config':
      return `set ${step.settings.map(({ name }) => name).join(' ')}`;
    case 'set-sentinel':
      return `set ${step.group} ${step.settings.map(({ name }) => name).join(' ')}`;
    case 'persist':
      return step.by;
    case 'place-file':
      return `place ${step.path}`;
    case 'follow-primary':
    case 'prove-replication':
    case 'reload-tls':
    case 'restart-sentinel':
    case 'prove-certificate':
    case 'reconnect-clients':
      return step.kind;
  }
}

function countNodes(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

const COLOURS: Readonly<Record<NodeStanding, string>> = {
  done: '32',
  undone: '32',
  pending: '33',
  stopped: '33',
  failed: '31',
};

function paint(text: string, standing: NodeStanding, { colour }: Pick<Look, 'colour'>): string {
  return colour ? `\u001B[${COLOURS[standing]}m${text}\u001B[0m` : text;
}
