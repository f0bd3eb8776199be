/**
 * A plan for a thousand nodes on which nothing differs: real servers of several versions, brought to the policy by an
 * apply first, answer for a thousand. Measured are the wall time of reading and planning, round trips
 * for each node, and the peak of the resident memory of this process, which holds every state at once, as a plan does.
 */

import { findServers } from '../scripts/servers.mjs';
import { executeRun, planFleet, type PlannedRun } from '../src/change/index.ts';
import { Secret } from '../src/conf/index.ts';
import {
  openConnection,
  readNodeStates,
  type FleetNode,
  type NodeState,
  type Target,
  type Topology,
} from '../src/fleet/index.ts';
import { parsePolicy } from '../src/policy/index.ts';
import { startServer } from '../test/servers/server.ts';
import { median, printFigure, quick } from './record/line.ts';

const NODES = quick ? 100 : 1000;
const PROCESSES = quick ? 6 : 30;
const ROUNDS = quick ? 1 : 3;
const VERSIONS = ['redis-7.0', 'valkey-8.1', 'valkey-9.1'];
const USERS = 20;
const ROUND_TRIPS_MAX = 2;
const OPERATOR = { username: 'ops', password: new Secret('ops-secret-of-the-bench') };

const parsed = await parsePolicy(`version: 1
security_level: basic
compliance_requirements: []
network_exposure: localhost
server: { product: redis, version: "7.0" }
users:
  - { name: ops, role: admin }
${Array.from({ length: USERS }, (_, n) => `  - { name: app-${n}, role: readwrite, keys: ["app-${n}:*"], channels: ["app-${n}.*"] }`).join('\n')}
`);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { policy } = parsed;
const secrets = new Map(
  policy.users.map(({ name }) => [
    name,
    name === 'ops' ? OPERATOR.password : new Secret(`secret of ${name} in the bench`),
  ]),
);

const servers = findServers().filter(({ id }) => VERSIONS.includes(id));
const [some] = servers;
if (some === undefined) throw new Error(`needs one of ${VERSIONS.join(', ')}: npm run servers`);
const running = await Promise.all(
  Array.from({ length: PROCESSES }, (_, index) =>
    startServer({
      server: servers[index % servers.length] ?? some,
      aclfile: `user default on nopass ~* &* +@all\nuser ops on >${OPERATOR.password.reveal()} ~* &* +@all\n`,
      args: ['--maxclients', '2000'],
    }),
  ),
);
try {
  // One node of each process first: whatever differs there is applied, so that nothing differs afterwards.
  const firsts = nodesOf(PROCESSES);
  await apply(firsts);
  const nodes = nodesOf(NODES);
  const times: { readonly read: number; readonly planned: number }[] = [];
  let most = 0;
  let peakMib = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    const states = await read(nodes);
    const readAt = performance.now();
    const { plan } = planFrom(nodes, states);
    times.push({ read: readAt - started, planned: performance.now() - readAt });
    const differing = plan.nodes.filter(({ differences }) => differences.length > 0).length;
    if (plan.nodes.length !== NODES || differing > 0 || plan.refusals.length > 0) {
      throw new Error(`${plan.nodes.length} of ${NODES} nodes are planned, and ${differing} differ`);
    }
    // What later rounds leave to the garbage collector is not what one plan takes.
    if (round === 0) peakMib = process.resourceUsage().maxRSS / 1024;
    most = Math.max(most, ...states.map(({ roundTrips }) => roundTrips));
  }
  show(`processes behind ${NODES} nodes`, PROCESSES, 'count');
  show(
    `wall time, ${NODES} nodes read and planned`,
    median(times.map((time) => time.read + time.planned)),
    'ms',
  );
  show(`planning alone, ${NODES} nodes`, median(times.map(({ planned }) => planned)), 'ms');
  show(`peak memory, ${NODES} nodes`, peakMib, 'MiB');
  show('most round trips of one node, AUTH included', most, 'count');
  printFigure({
    bench: 'plan',
    metric: 'most round trips of one node over what is allowed',
    value: most / ROUND_TRIPS_MAX,
    unit: 'ratio',
    against: `${ROUND_TRIPS_MAX} round trips`,
  });
} finally {
  await Promise.all(running.map((server) => server.stop()));
}

/** A name of its own for each node, and the next of the processes behind it. */
function nodesOf(count: number): readonly FleetNode[] {
  return Array.from({ length: count }, (_, index): FleetNode => {
    const target: Target = {
      endpoint: { kind: 'tcp', host: '127.0.0.1', port: running[index % running.length]?.port ?? 0 },
      transport: 'plaintext',
      credentials: OPERATOR,
    };
    return { id: `node-${index}`, target, role: 'primary', flags: [], reachable: 'yes' };
  });
}

async function read(nodes: readonly FleetNode[]): Promise<readonly NodeState[]> {
  const results = await readNodeStates(nodes);
  return results.map((result) => {
    if (!result.ok) throw result.error;
    return result.state;
  });
}

function planFrom(nodes: readonly FleetNode[], states: readonly NodeState[]): PlannedRun {
  const topology: Topology = { kind: 'standalone', nodes, notes: [] };
  return planFleet({ policy, topology, states, unreadable: [], secrets, now: new Date() });
}

async function apply(nodes: readonly FleetNode[]): Promise<void> {
  const { stages } = planFrom(nodes, await read(nodes));
  const entries: Parameters<Parameters<typeof executeRun>[1]['journal']['append']>[0][] = [];
  const targets = new Map(nodes.map(({ id, target }) => [id, target]));
  const { outcome, steps } = await executeRun(
    {
      id: 'bench',
      operation: 'apply',
      startedAt: new Date().toISOString(),
      actor: 'bench',
      subject: 'bench',
      nodes,
      stages,
      facts: {},
    },
    {
      connect: (node) => openConnection(targets.get(node) ?? expectTarget(node)),
      journal: { entries, append: async (entry) => void entries.push(entry) },
      now: () => new Date(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
  );
  const failed = steps.find(({ state }) => state !== 'done' && state !== 'unneeded');
  if (outcome !== 'done') throw new Error(`the apply is ${outcome}: ${failed?.state} ${failed?.detail}`);
}

function expectTarget(node: string): never {
  throw new Error(`no target of ${node}`);
}

function show(metric: string, value: number, unit: 'count' | 'ms' | 'MiB'): void {
  printFigure({ bench: 'plan', metric, value, unit });
}
