/**
 * One revocation with everything that is wrong, and whether its receipt tells the truth: each node that is called revoked
 * is asked by an observer who knows nothing of the revocation, while the intruders go on trying.
 */
import { openSigningKey, readVerifyingKey } from '../../src/change/receipt/signing-key.ts';
import { checkReceipt, printReceipt, signReceipt } from '../../src/change/receipt/signature.ts';
import type { NodeReceipt } from '../../src/change/receipt/receipt.ts';
import { fleetNodes, observe, revoke } from '../../test/live/revocation-fleet.ts';
import { isError, type TopologyNode } from '../../test/servers/node.ts';
import { openConnection } from '../../test/servers/talk.ts';
import { waitUntil, type Topology } from '../../test/servers/topology.ts';
import { startIntruder, type Intruder } from './intruder.ts';
import { judge, type Observation } from './judge.ts';
import type { Adversary, NodeFault, Scenario } from './scenario.ts';
import { startWire, type Wire } from './wire.ts';

export const USER = 'ops-temp';
const SECRET = 'old-secret-of-ops-temp';
const COMMAND_MS = 250;
const SETTLE_MS = 30;
const TRIES_MAX = 8;
const TRY_AGAIN_MS = 150;

/** What one run came to; no problem is good. */
export interface SoakRun {
  readonly verdict: string;
  readonly problems: readonly string[];
  /** Nodes that nothing was wrong with and that were pending, because they were not reached in time. */
  readonly excused: number;
}

/** Where receipts of the soak are signed. */
export interface Signing {
  readonly folder: string;
}

export async function runScenario(
  scenario: Scenario,
  topology: Topology,
  signing: Signing,
): Promise<SoakRun> {
  await persist(() => reset(topology));
  const stage = await prepare(scenario, topology);
  try {
    const nodes = fleetNodes(
      topology.nodes.map((node, at) => ({ ...pick(node), port: stage.wires[at]?.port ?? node.port })),
      topology.admin,
    );
    const touched = scenario.adversaries.map((adversary) =>
      bringBack(adversary, topology, stage.over.signal),
    );
    const { receipt } = await revoke(nodes, {
      user: USER,
      account: scenario.account,
      secrets: scenario.knowsSecret ? [SECRET] : [],
      deadlineMs: scenario.deadlineMs,
      commandMs: COMMAND_MS,
      answerMs: 150,
    });
    stage.over.abort();
    const brought = await Promise.all(touched);
    await mend(scenario, topology);
    const problems: string[] = checkSigned(receipt, signing);
    let excused = 0;
    const observed = await observeAll(scenario, topology, receipt.nodes);
    topology.nodes.forEach((node, at) => {
      const last = Math.max(0, ...brought.filter((each) => each.node === at).map((each) => each.lastAt));
      const fact = { fault: scenario.faults[at] ?? NO_FAULT, lastAt: last };
      const judged = judge(node, receipt.nodes[at], observed[at], fact);
      problems.push(...judged.problems);
      excused += judged.excused;
    });
    const revoked = receipt.nodes.every(({ outcome }) => outcome === 'revoked');
    if (receipt.revoked !== revoked) problems.push(`revoked: ${receipt.revoked} with ${receipt.verdict}`);
    return { verdict: receipt.verdict, problems, excused };
  } finally {
    stage.over.abort();
    await stage.end();
    await mend(scenario, topology);
  }
}

const NO_FAULT: NodeFault = { kind: 'none' };

function checkSigned(receipt: Parameters<typeof signReceipt>[0], { folder }: Signing): string[] {
  const key = openSigningKey(folder);
  const check = checkReceipt(
    printReceipt(signReceipt(receipt, key)),
    readVerifyingKey(`${folder}/receipt.pub`),
  );
  return check.state === 'valid' ? [] : [`the receipt is not valid: ${check.details.join('; ')}`];
}

async function observeAll(
  scenario: Scenario,
  topology: Topology,
  receipts: readonly NodeReceipt[],
): Promise<readonly Observation[]> {
  if (scenario.restart) {
    const proved = topology.nodes.filter((_, at) => receipts[at]?.outcome === 'revoked');
    await Promise.all(proved.map((node) => node.restart()));
  }
  // The intruders go on trying meanwhile.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return Promise.all(
    topology.nodes.map((node) =>
      persist(async () => ({
        ...(await observe(node, USER, [SECRET])),
        administered: !isError(await node.command('ACL', 'LIST')),
      })),
    ),
  );
}

interface Stage {
  readonly wires: readonly (Wire | undefined)[];
  readonly over: AbortController;
  readonly end: () => Promise<void>;
}

async function prepare(scenario: Scenario, topology: Topology): Promise<Stage> {
  const intruders: Intruder[] = topology.nodes.flatMap((node, at) =>
    (scenario.sessions[at] ?? []).map((habit) => startIntruder(node.port, USER, SECRET, habit)),
  );
  await waitUntil('the intruders are in', async () => intruders.every((each) => each.isIn()), 5000);
  const over = new AbortController();
  const wires = await Promise.all(
    topology.nodes.map(async (node, at) => {
      const fault = scenario.faults[at];
      return fault?.kind === 'wire' ? startWire(node.port, fault.wire) : undefined;
    }),
  );
  await Promise.all(topology.nodes.map((node, at) => hurt(node, scenario.faults[at] ?? NO_FAULT)));
  return {
    wires,
    over,
    end: async () => {
      for (const intruder of intruders) intruder.stop();
      await Promise.all(wires.map(async (wire) => wire?.close()));
    },
  };
}

async function hurt(node: TopologyNode, fault: NodeFault): Promise<void> {
  switch (fault.kind) {
    case 'none':
    case 'wire':
      return;
    case 'paused':
      node.pause();
      return later(fault.forMs, () => node.resume());
    case 'killed':
      await node.kill();
      return later(fault.forMs, () => revive(node));
    case 'paused-later':
      return later(fault.afterMs, () => {
        node.pause();
        later(fault.forMs, () => node.resume());
      });
    case 'killed-later':
      return later(fault.afterMs, () => {
        void node.kill().then(() => later(fault.forMs, () => revive(node)));
      });
  }
}

/** Timers of a run; `mend` waits for them. */
const timers = new Set<Promise<void>>();

function later(afterMs: number | undefined, work: () => void | Promise<void>): void {
  if (afterMs === undefined) return;
  const timer = (async () => {
    await pause(afterMs);
    await work();
  })();
  const done = timer.catch(() => undefined).finally(() => timers.delete(done));
  timers.add(done);
}

async function revive(node: TopologyNode): Promise<void> {
  if (!node.isRunning()) await node.restart();
}

/** Every node runs and answers again. */
async function mend(scenario: Scenario, topology: Topology): Promise<void> {
  if (scenario.faults.every(({ kind }) => kind === 'none' || kind === 'wire')) return;
  while (timers.size > 0) await Promise.all(timers);
  await Promise.all(
    topology.nodes.map(async (node) => {
      if (node.isRunning()) node.resume();
      await revive(node);
      await waitUntil(
        `${node.name} answers`,
        async () => !isError(await node.command('ACL', 'WHOAMI')),
        5000,
      );
    }),
  );
}

/** Another administrator, on a connection past every bad wire. Answers when the user was last brought back. */
async function bringBack(
  adversary: Adversary,
  topology: Topology,
  over: AbortSignal,
): Promise<{ readonly node: number; readonly lastAt: number }> {
  const node = topology.nodes[adversary.node];
  let lastAt = 0;
  await pause(adversary.afterMs);
  try {
    if (node === undefined || over.aborted) return { node: adversary.node, lastAt };
    const admin = await openConnection(node.target);
    const { user, password } = topology.admin;
    await admin.send(['AUTH', user ?? 'default', password ?? '']);
    for (let times = 0; times < adversary.times && !over.aborted; times += 1) {
      lastAt = Date.now();
      await admin.send(['ACL', 'SETUSER', USER, 'on', `>${SECRET}`, '~*', '&*', '+@all']);
      lastAt = Date.now();
      await pause(adversary.everyMs);
    }
    admin.close();
  } catch {
    // The node is gone: whatever was sent last may have arrived.
    lastAt = Number.POSITIVE_INFINITY;
  }
  return { node: adversary.node, lastAt };
}

/** The user is there, on disk too, and everybody else is as they were. */
async function reset(topology: Topology): Promise<void> {
  await Promise.all(
    topology.nodes.map(async (node) => {
      const set = await node.command(
        'ACL',
        'SETUSER',
        USER,
        'reset',
        'on',
        `>${SECRET}`,
        '~*',
        '&*',
        '+@all',
      );
      if (isError(set)) throw new Error(`${node.name}: ${set.error}`);
      const saved = await node.command('ACL', 'SAVE');
      if (!isError(saved)) return;
      const kept = node.kind === 'sentinel' ? ['SENTINEL', 'FLUSHCONFIG'] : ['CONFIG', 'REWRITE'];
      const rewritten = await node.command(...kept);
      if (isError(rewritten)) throw new Error(`${node.name}: ${rewritten.error}`);
    }),
  );
}

function pick({ name, kind, host }: TopologyNode): Pick<TopologyNode, 'name' | 'kind' | 'host'> {
  return { name, kind, host };
}

/** A failover may end the observer's own connection. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES_MAX) throw error;
      await pause(TRY_AGAIN_MS);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
