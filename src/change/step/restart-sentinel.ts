/**
 * A Sentinel reads its TLS files only when it starts: it knows no CONFIG SET of them, and neither SIGHUP nor the reload
 * by itself of Valkey 9.1 does it (seen on Redis 6.0.16 to 8.0.6 and Valkey 7.2.7 to 9.1.2). Restarted by a command of
 * the policy on its host, or by a person; only while the others have a quorum, and done when they count it again.
 */

import { FleetError } from '../../fleet/index.ts';
import { NodeAway } from '../run/node-session.ts';
import type { Step } from '../step.ts';
import { lookAtServed, waitForServed } from './prove-certificate.ts';
import { countAgain, examineQuorum, type QuorumView } from './restart-sentinel-quorum.ts';
import type { Result, Standing, StepNode, StepWork } from './step-work.ts';

type RestartStep = Extract<Step, { readonly kind: 'restart-sentinel' }>;

/** For a Sentinel to answer again. */
const START_WAIT_MS = 30_000;
const START_POLL_MS = 200;
/** For the others to hear of one that has just come back: they dial anew each second. */
const QUORUM_WAIT_MS = 15_000;

export function restartSentinelWork(step: RestartStep, node: StepNode): StepWork {
  const { serves } = step;
  if (step.on === 'revert') {
    return {
      look: () => lookBack(step),
      // Forth it only stands in the journal, so that taking back ends with it.
      perform: () => Promise.resolve({ ok: true }),
      verify: () => Promise.resolve({ ok: true, detail: 'for taking back' }),
      revert: () => restart(step, node, serves?.before),
    };
  }
  return {
    look: () => lookForth(step),
    perform: () => restart(step, node, serves?.after),
    verify: () => Promise.resolve({ ok: true, detail: 'restarted, and counted by the others' }),
  };
}

async function lookForth({ serves }: RestartStep): Promise<Standing> {
  return serves === undefined ? { kind: 'unseen' } : lookAtServed(serves);
}

/** Before: it was never restarted. One that does not answer is restarted whatever it would show. */
async function lookBack({ serves }: RestartStep): Promise<Standing> {
  if (serves?.before === undefined) return { kind: 'unseen' };
  try {
    const served = await lookAtServed(serves);
    return served.kind === 'after' ? { kind: 'between' } : served;
  } catch (error) {
    if (error instanceof FleetError) return { kind: 'between' };
    throw error;
  }
}

async function restart(step: RestartStep, node: StepNode, wanted: string | undefined): Promise<Result> {
  const { command, serves } = step;
  if (command === undefined || node.host === undefined || node.host.via === 'none') {
    return { ok: 'later', detail: `to be restarted by hand: the Sentinel ${node.id}` };
  }
  const before = await readRunId(node);
  // One that is down already can only be won by starting it.
  const quorum: QuorumView =
    before === undefined ? { ok: true, usable: new Map() } : await waitForQuorum(node);
  if (!quorum.ok) return { ok: false, detail: `not restarted: ${quorum.detail}` };
  const { exit, said } = await node.host.run(command);
  const shown = command.join(' ');
  if (exit !== 0) {
    return { ok: false, detail: `${shown} ended with ${exit}${said === '' ? '' : `: ${said}`}` };
  }
  const startedAt = node.now().getTime();
  const after = await waitForStart(node, before);
  if (after === 'silent') return { ok: false, detail: `it does not answer after ${shown}` };
  if (after === 'same') return { ok: false, detail: `${shown} ended well, and it was not restarted` };
  if (serves !== undefined && wanted !== undefined) {
    const served = await waitForServed(serves, wanted, node);
    if (served.ok !== true) return served;
  }
  return countAgain(node, quorum.usable, startedAt);
}

/** One that was started a moment ago, in its turn before this one, may not be counted yet. */
async function waitForQuorum(node: StepNode): Promise<QuorumView> {
  const until = node.now().getTime() + QUORUM_WAIT_MS;
  for (;;) {
    const quorum = await examineQuorum(node);
    if (quorum.ok || node.now().getTime() >= until) return quorum;
    await node.sleep(START_POLL_MS);
  }
}

/** New with every start. Undefined: it does not answer. */
async function readRunId(node: StepNode): Promise<string | undefined> {
  try {
    const connection = await node.probe();
    try {
      const [info] = await connection.send([['INFO', 'server']]);
      return typeof info === 'string' ? /^run_id:(\w+)/m.exec(info)?.[1] : undefined;
    } finally {
      connection.close();
    }
  } catch (error) {
    // Whatever keeps it from answering is of this moment.
    if (error instanceof FleetError || error instanceof NodeAway) return undefined;
    throw error;
  }
}

async function waitForStart(node: StepNode, before: string | undefined): Promise<'new' | 'same' | 'silent'> {
  const until = node.now().getTime() + START_WAIT_MS;
  for (;;) {
    const runId = await readRunId(node);
    if (runId !== undefined && runId !== before) return 'new';
    if (node.now().getTime() >= until) return runId === undefined ? 'silent' : 'same';
    await node.sleep(START_POLL_MS);
  }
}
