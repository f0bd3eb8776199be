/**
 * A revocation as journalled steps: what is done at each node, on disk before it is sent, with the account as it was
 * (sealed), so that a revocation that was cut short is finished by the same words, and a mistaken one can be looked up.
 */

import { Secret } from '../../conf/index.ts';
import type { RunJournal } from '../run/ports.ts';
import type { JournalEntry, Stage } from '../run.ts';
import type { Step, StepAction, StepState } from '../step.ts';
import type { NodeRun } from './node-run.ts';

/** The two halves of the work at a node. */
export type Half = 'cut' | 'finish';

/** Writes what happens at nodes to the journal. */
export interface Scribe {
  readonly stages: readonly Stage[];
  /** Resolves when it is on disk that the half begins at these nodes. */
  readonly begin: (nodes: readonly string[], half: Half) => Promise<void>;
  /** What became of a half. */
  readonly settle: (
    node: string,
    half: Half,
    state: Exclude<StepState, 'planned'>,
    detail?: string,
  ) => Promise<void>;
}

/** Steps for all nodes, and who writes them down; `journal` comes once the run is on disk. */
export function planSteps(
  runs: readonly NodeRun[],
  user: string,
  account: 'delete' | 'keep-off',
  journalOf: () => RunJournal,
  now: () => Date,
): Scribe {
  const cuts: Step[] = [];
  const finishes: Step[] = [];
  let id = 0;
  const place = (run: NodeRun, half: Half, action: StepAction): void => {
    id += 1;
    const steps = half === 'cut' ? cuts : finishes;
    steps.push({ ...action, id, node: run.node.id, stage: half === 'cut' ? 'cut off' : 'remove' });
  };
  for (const run of runs) {
    for (const action of cutActions(run, user)) place(run, 'cut', action);
    for (const action of finishActions(run, user, account)) place(run, 'finish', action);
  }
  const idsOf = (node: string, half: Half): readonly number[] =>
    (half === 'cut' ? cuts : finishes).filter((step) => step.node === node).map((step) => step.id);
  const index = new Map(
    runs.map(({ node }) => [node.id, { cut: idsOf(node.id, 'cut'), finish: idsOf(node.id, 'finish') }]),
  );
  const write = async (nodes: readonly string[], half: Half, entry: StepEntry): Promise<void> => {
    const journal = journalOf();
    const at = now().toISOString();
    const steps = nodes.flatMap((node) => index.get(node)?.[half] ?? []);
    // Given at once, they share a write.
    await Promise.all(steps.map((step) => journal.append({ at, step, ...entry } satisfies JournalEntry)));
  };
  return {
    stages: [
      { name: 'cut off', title: 'switch the account off and end its sessions', steps: cuts },
      { name: 'remove', title: 'delete the account and save', steps: finishes },
    ],
    begin: (nodes, half) => write(nodes, half, { state: 'begun' }),
    settle: (node, half, state, detail) =>
      write([node], half, { state, ...(detail === undefined || detail === '' ? {} : { detail }) }),
  };
}

interface StepEntry {
  readonly state: Exclude<StepState, 'planned'>;
  readonly detail?: string;
}

function cutActions(run: NodeRun, user: string): readonly StepAction[] {
  const account = run.standing?.accounts.find(({ name }) => name === user);
  const ends = { kind: 'end-sessions' as const, user };
  // Where nobody is known to be there yet, what was before is left out: it is read when the node answers.
  if (account === undefined) return [ends];
  const before = tokensOf(account.line);
  return [{ kind: 'set-user', user, before, after: new Secret(shut(before.reveal())) }, ends];
}

function finishActions(run: NodeRun, user: string, wanted: 'delete' | 'keep-off'): readonly StepAction[] {
  const account = run.standing?.accounts.find(({ name }) => name === user);
  const before = new Secret(account === undefined ? 'off' : shut(tokensOf(account.line).reveal()));
  const by = run.standing?.save === 'acl-save' ? ('acl-save' as const) : ('config-rewrite' as const);
  return [
    ...(wanted === 'delete' ? [{ kind: 'remove-user' as const, user, before }] : []),
    { kind: 'persist', by },
  ];
}

/** Rules after `user NAME`. */
function tokensOf(line: Secret): Secret {
  return new Secret(line.reveal().split(' ').slice(2).join(' '));
}

/** The same rules, off and without passwords. */
function shut(tokens: string): string {
  const rest = tokens.split(' ').filter((token) => !/^(?:on|off|nopass|#[0-9a-f]{64})$/.test(token));
  return ['off', ...rest].join(' ');
}
