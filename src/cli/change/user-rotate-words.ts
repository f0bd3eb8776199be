/** A rotation in words: one line for each phase, with how many nodes of how many, and what is honestly known. */

import type {
  RotationReport,
  RotationStatus,
  RunReport,
  StepReport,
  WaitOutcome,
} from '../../change/index.ts';

/** A phase and what came of it. */
export interface Line {
  readonly phase: string;
  readonly text: string;
}

const PHASE_COLUMNS = 12;

export function printLine({ phase, text }: Line): string {
  return `${phase.padEnd(PHASE_COLUMNS)} ${text}\n`;
}

/** What the first run did. */
export function extendLines(report: RunReport): readonly Line[] {
  const added = tally(report, (step) => step.kind === 'add-password');
  const saved = tally(report, (step) => step.kind === 'persist' && step.stage === 'extend');
  const proved = tally(report, (step) => step.kind === 'prove-login');
  const replicas = tally(
    report,
    (step) => step.kind === 'set-config' && step.settings[0]?.name === 'masterauth',
  );
  const sentinels = tally(report, (step) => step.kind === 'set-sentinel' || isPeerSetting(step));
  const told = [named('replication', replicas), named('Sentinels', sentinels)].filter((text) => text !== '');
  return [
    {
      phase: 'added',
      text: `${show(added)} beside the old one${saved.all === 0 ? '' : `, saved ${counted(saved)}`}`,
    },
    { phase: 'proved', text: `new secret accepted ${counted(proved)}` },
    ...(told.length === 0 ? [] : [{ phase: 'told', text: told.join(', ') }]),
    ...trouble(report),
  ];
}

export function waitLine(wait: WaitOutcome): Line {
  const old = sum(wait, 'old');
  const unseen = wait.unseen.length === 0 ? '' : ` · not seen: ${wait.unseen.join(', ')}`;
  const words: Readonly<Record<WaitOutcome['ended'], string>> = {
    clear: 'nobody uses a session of the old secret any more',
    deadline: `time is up: ${sessions(old)} of before the new secret left`,
    interrupted: `interrupted: ${sessions(old)} of before the new secret left`,
    skipped: `not asked to wait: ${sessions(old)} of before the new secret`,
  };
  return { phase: 'waited', text: `${words[wait.ended]}${unseen}` };
}

/** What the second run did, and what nobody can know. */
export function retireLines(
  report: RunReport,
  left: Pick<WaitOutcome, 'counts' | 'unseen'> | undefined,
  strays: RotationReport['strays'] = [],
): readonly Line[] {
  const removed = tally(report, (step) => step.kind === 'remove-password');
  const saved = tally(report, (step) => step.kind === 'persist');
  const ended = report.steps.flatMap(({ step, state }) =>
    step.kind === 'end-sessions' && (state === 'done' || state === 'unneeded') ? (step.ids ?? []) : [],
  ).length;
  const accepted = tally(report, (step) => step.kind === 'prove-login' && step.expect === 'accepted');
  const refused = tally(report, (step) => step.kind === 'prove-login' && step.expect === 'refused');
  const links = tally(report, (step) => step.kind === 'prove-replication');
  const proofs = [
    `new secret accepted ${counted(accepted)}`,
    refused.all === 0
      ? 'old one gone by its hash (its text is not known here)'
      : `old one refused ${counted(refused)}`,
    ...(links.all === 0 ? [] : [`replication up ${counted(links)}`]),
  ];
  return [
    { phase: 'removed', text: `${show(removed)}${saved.all === 0 ? '' : `, saved ${counted(saved)}`}` },
    { phase: 'sessions', text: sessionsText(ended, left) },
    ...strayLines(left, strays),
    { phase: 'proved', text: proofs.join(' · ') },
    ...trouble(report),
  ];
}

export function statusLines(status: RotationStatus): readonly Line[] {
  const words: Readonly<Record<RotationStatus['phase'], string>> = {
    none: 'no rotation is under way',
    elsewhere: 'two passwords are good: a rotation in progress that this state folder does not know of',
    adding: 'in progress: the new secret is not on every node yet',
    waiting: 'in progress: both secrets are good on every node',
    removing: 'in progress: the old secret is gone from some nodes',
    finished: 'every node has the new secret only',
  };
  const holds: Readonly<Record<RotationStatus['nodes'][number]['holds'], string>> = {
    old: 'old',
    both: 'old and new',
    new: 'new',
    neither: 'neither: changed by somebody else',
    absent: 'no such user',
    unread: 'could not be asked',
  };
  return [
    { phase: 'rotation', text: `${status.user}: ${words[status.phase]}` },
    ...status.nodes.map(({ node, role, holds: held, passwords }) => ({
      phase: role,
      text: `${node}  ${status.phase === 'none' || status.phase === 'elsewhere' ? plain(held, passwords) : holds[held]}`,
    })),
  ];
}

/** Sessions of before and since, of all nodes. */
export function sum(
  seen: Pick<WaitOutcome, 'counts'>,
  kind: 'old' | 'either' | 'fresh' | 'links' | 'foreign' | 'unsure',
): number {
  return seen.counts.reduce((total, count) => total + count[kind].length, 0);
}

function plain(held: RotationStatus['nodes'][number]['holds'], passwords: number): string {
  if (held === 'absent') return 'no such user';
  if (held === 'unread') return 'could not be asked';
  return passwords === 1 ? '1 password' : `${passwords} passwords`;
}

function sessionsText(ended: number, left: Pick<WaitOutcome, 'counts' | 'unseen'> | undefined): string {
  if (left === undefined) return `${ended} ended`;
  const either = sum(left, 'either');
  const links = sum(left, 'links');
  return [
    `${ended} ended`,
    `${sum(left, 'old')} of the old secret left`,
    ...(either === 0
      ? []
      : [`${either} opened while both were good: with which of the two, no server tells`]),
    ...(links === 0
      ? []
      : [
          `${links} replication ${links === 1 ? 'link' : 'links'} kept${replicasOf(left)}, the new one is used from the next connection on`,
        ]),
    ...(left.unseen.length === 0 ? [] : [`not seen: ${left.unseen.join(', ')}`]),
  ].join(' · ');
}

/** Replication links that no node of the fleet has: ended, or left where that was asked for or nobody can tell. */
function strayLines(
  left: Pick<WaitOutcome, 'counts'> | undefined,
  strays: NonNullable<RotationReport['strays']>,
): readonly Line[] {
  const ended = strays.map(({ node, address }): Line => ({
    phase: 'link',
    text: `${address} at ${node}: no node of the fleet has this replication link; it was ended`,
  }));
  const kept = (left?.counts ?? []).flatMap(({ node, foreign, unsure }) =>
    [...foreign, ...unsure].map(({ address }): Line => ({
      phase: 'link',
      text: `${address} at ${node}: a replication link of nobody who is known; it goes on receiving every write`,
    })),
  );
  return [...ended, ...kept];
}

function replicasOf({ counts }: Pick<WaitOutcome, 'counts'>): string {
  const names = counts.flatMap(({ links }) => links.flatMap(({ replica }) => replica ?? []));
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return names.length === 0 ? '' : ` (${names.slice(0, NAMES_SHOWN).join(', ')}${more})`;
}

const NAMES_SHOWN = 4;

interface Tally {
  /** Nodes where every such step is done. */
  readonly done: number;
  readonly all: number;
}

/** By node: a node with two such steps is one node. */
function tally(report: RunReport, wanted: (step: StepReport['step']) => boolean): Tally {
  const nodes = new Map<string, boolean>();
  for (const { step, state } of report.steps) {
    if (!wanted(step)) continue;
    const isDone = state === 'done' || state === 'unneeded';
    nodes.set(step.node, (nodes.get(step.node) ?? true) && isDone);
  }
  return { done: [...nodes.values()].filter(Boolean).length, all: nodes.size };
}

function isPeerSetting(step: StepReport['step']): boolean {
  return step.kind === 'set-config' && step.settings[0]?.name === 'sentinel-pass';
}

function show(count: Tally): string {
  return `${counted(count)} ${count.all === 1 ? 'node' : 'nodes'}`;
}

function counted({ done, all }: Tally): string {
  return `${done}/${all}`;
}

function named(name: string, count: Tally): string {
  return count.all === 0 ? '' : `${name} ${counted(count)}`;
}

function sessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`;
}

/** Every node that is not done, once, with its reason. */
function trouble({ steps }: RunReport): readonly Line[] {
  const seen = new Set<string>();
  return steps.flatMap(({ step, state, detail }): readonly Line[] => {
    if (state !== 'failed' && state !== 'pending' && state !== 'undo-failed') return [];
    if (seen.has(`${step.node} ${state}`)) return [];
    seen.add(`${step.node} ${state}`);
    return [{ phase: state, text: `${step.node}  ${step.kind}: ${detail ?? 'no reason is known'}` }];
  });
}
