/** `wardis plan` on real topologies: what it says of them, and that carrying it out leaves nothing to plan. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  executeRun,
  planFleet,
  summarizePlan,
  type JournalEntry,
  type PlanInput,
  type PlannedRun,
} from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import {
  discoverTopology,
  openConnection as dial,
  readNodeStates,
  type Target,
} from '../../src/fleet/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { run } from '../cli/run.ts';
import {
  forEachServer,
  openConnection,
  SERVER_IDS,
  startCluster,
  startReplicated,
  startSentinelFleet,
  startStandalone,
  TOPOLOGY_LOGINS,
  type Server,
  type Topology,
} from '../servers/index.ts';

const { admin, app, replication, sentinel } = TOPOLOGY_LOGINS;
const NOW = new Date('2026-11-22T06:00:00Z');

const POLICY = `version: 1
security_level: standard
network_exposure: private_network
users:
  - { name: ${admin.user}, role: admin }
  - { name: ${app.user}, role: custom, keys: ["*"], channels: ["*"], commands: ["+@all", "-@admin", "-@dangerous", "+info", "+role", "+keys", "+cluster|slots", "+cluster|nodes", "+cluster|info", "+cluster|shards"] }
  - { name: ${replication.user}, role: replication }
  - { name: ${sentinel.user}, role: sentinel }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const SECRETS = new Map(
  [admin, app, replication, sentinel, { user: 'orders', password: 'orders-secret-1' }].map(
    ({ user, password }) => [user, new Secret(password)],
  ),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-plan-'));
  writeFileSync(join(folder, 'wardis.yaml'), POLICY);
  writeFileSync(join(folder, 'password'), admin.password, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function planOf(topology: Topology, extra: Partial<PlanInput> = {}): Promise<PlannedRun> {
  const [seed] = topology.data;
  const target = loginTo(seed?.host ?? '', seed?.port ?? 0);
  const sentinels = topology.sentinels.map(({ host, port }) => loginTo(host, port));
  const found = await discoverTopology([target], { sentinels });
  const results = await readNodeStates(found.nodes);
  const parsed = await parsePolicy(POLICY);
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return planFleet({
    policy: parsed.policy,
    topology: found,
    states: results.flatMap((result) => (result.ok ? [result.state] : [])),
    unreadable: results.flatMap((result) =>
      result.ok ? [] : [{ node: result.node, code: result.error.code, detail: result.error.message }],
    ),
    secrets: SECRETS,
    now: NOW,
    ...extra,
  });
}

/** By the executor, as an apply does it; the journal is in memory. */
async function carryOut({ plan, stages }: PlannedRun): Promise<void> {
  const entries: JournalEntry[] = [];
  const report = await executeRun(
    {
      id: '2026-11-22T060000Z-apply-3f9c',
      operation: 'apply',
      startedAt: NOW.toISOString(),
      actor: 'test@localhost',
      subject: `revision ${plan.revision}`,
      nodes: plan.nodes.map(({ node, role }) => ({ id: node, role })),
      stages,
      facts: {},
    },
    {
      connect: async (node) => {
        const [host = '', port = ''] = node.split(':');
        return dial(loginTo(host, Number(port)));
      },
      journal: { entries, append: async (entry) => void entries.push(entry) },
      now: () => new Date(),
      sleep: async (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    },
  );
  const open = report.steps.filter(({ state }) => state !== 'done' && state !== 'unneeded');
  expect(open.map(({ step, state, detail }) => [step.node, step.kind, state, detail])).toEqual([]);
  expect(report.outcome).toBe('done');
}

function loginTo(host: string, port: number): Target {
  return {
    endpoint: { kind: 'tcp', host, port },
    transport: 'plaintext',
    credentials: { username: admin.user, password: new Secret(admin.password) },
  };
}

const START = {
  standalone: startStandalone,
  replicated: startReplicated,
  sentinel: startSentinelFleet,
  cluster: startCluster,
};

/** Everything that a fleet of this kind must show, before and after its plan is carried out. */
async function expectConvergence(kind: Topology['kind'], server: Server): Promise<void> {
  const topology = await START[kind]({ server, conf: ['protected-mode yes'] });

  const planned = await planOf(topology);
  expect(planned.plan.unreadable).toEqual([]);
  expect(planned.plan.refusals).toEqual([]);
  expect(planned.plan.kind).toBe(kind);
  expect(planned.plan.nodes.map(({ node }) => node).toSorted()).toEqual(
    topology.nodes.map(({ address }) => address).toSorted(),
  );
  const orders = planned.plan.nodes.filter(({ differences }) =>
    differences.some((each) => each.kind === 'add-user' && each.user === 'orders'),
  );
  expect(orders).toHaveLength(topology.data.length);
  await carryOut(planned);
  const again = await planOf(topology);
  expect(
    again.plan.nodes.flatMap(({ node, differences }) => differences.map((each) => [node, each])),
  ).toEqual([]);
  expect(summarizePlan(again.plan)).toMatchObject({
    nodesDifferent: 0,
    nodesAtRevision: topology.nodes.length,
  });
  await topology.settle();
  await topology.stop();
}

forEachServer(SERVER_IDS, (server) => {
  it('plans a standalone server without a false alarm, and nothing more once it is carried out', async () => {
    await expectConvergence('standalone', server);
  }, 30_000);

  it('names the sessions that a plan would harm, and not our own', async () => {
    const topology = await startStandalone({ server, conf: ['protected-mode yes'] });
    const [node] = topology.data;
    if (node === undefined) throw new Error('there is a node');
    await node.command('ACL', 'SETUSER', app.user, 'on', `>${app.password}`, '~*', '+@all');
    await node.command('ACL', 'SETUSER', 'default', 'on', 'nopass', '~*', '+@all');
    const working = await openConnection(node.target);
    const nameless = await openConnection(node.target);
    await working.send(['AUTH', app.user, app.password]);
    await working.send(['CLIENT', 'SETNAME', 'billing']);
    await working.send(['CONFIG', 'GET', 'maxmemory']);
    await nameless.send(['SET', 'k', 'v']);
    const { plan } = await planOf(topology);
    const found = plan.refusals.map(({ code, user }) => `${code} ${user ?? ''}`);
    expect(found).toEqual(['default-in-use default', `commands-in-use ${app.user}`]);
    expect(plan.refusals[1]?.message).toContain('billing');
    working.close();
    nameless.close();
    await topology.stop();
  }, 30_000);
});

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it.each(['replicated', 'sentinel', 'cluster'] as const)(
    'plans a %s fleet without a false alarm, and nothing more once it is carried out',
    async (kind) => expectConvergence(kind, server),
    60_000,
  );

  it('refuses to take away whom replicas and Sentinels are logged in as', async () => {
    const topology = await startSentinelFleet({ server });
    const { plan } = await planOf(topology, {
      fleet: { ownership: 'exclusive', name: 'f' } as PlanInput['fleet'],
      policy: await withoutLinks(),
    });
    const codes = new Set(plan.refusals.map(({ code, user }) => `${code} ${user ?? ''}`));
    expect([...codes].toSorted()).toEqual(
      expect.arrayContaining([
        'replication-user replication',
        'sentinel-user peer',
        'sentinel-user sentinel',
      ]),
    );
    await topology.stop();
  }, 60_000);

  it('prints a difference of many nodes once, and exits 1 under --check', async () => {
    const topology = await startReplicated({ server });
    const connect = [
      '--policy',
      join(folder, 'wardis.yaml'),
      '--user',
      admin.user,
      '--password-file',
      join(folder, 'password'),
    ];
    const address = topology.data[0]?.address ?? '';
    const answer = await run(['plan', address, ...connect, '--check', '-q'], { now: NOW });
    expect(answer.exit, answer.err).toBe(1);
    expect(answer.out).toContain('on all 3 nodes');
    expect(answer.out.match(/\+ user +orders/g)).toHaveLength(1);
    expect(answer.out).toMatch(/Plan: 1 to add, \d to change, 0 to remove on 3 nodes\./);
    const json = await run(['plan', address, ...connect, '--json', '-q'], { now: NOW });
    expect(json.exit).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({
      schemaVersion: '1',
      kind: 'replicated',
      summary: { add: 1, nodes: 3 },
    });
    expect(json.out).not.toMatch(/secret-1|#[0-9a-f]{64}/);
    const file = join(folder, 'plan.json');
    const written = await run(['plan', address, ...connect, '--out', file], { now: NOW });
    expect(written.err).toContain(`written to ${file}: wardis apply ${file} ${address}\n`);
    await topology.stop();
  }, 60_000);
});

it('holds the file on this host against memory, entering the fleet by its policy', async () => {
  const topology = await startStandalone({ server: 'redis-7.0', conf: ['protected-mode yes'] });
  const [node] = topology.data;
  await carryOut(await planOf(topology));
  const fleet = `fleet:\n  here:\n    seeds: ["redis://${node?.address ?? ''}"]\n    auth: { user: ${admin.user}, password: { file: ${join(folder, 'password')} } }\n    files: { via: local, acl: ${node?.aclfilePath ?? ''} }\n`;
  writeFileSync(join(folder, 'here.yaml'), `${POLICY}${fleet}`);
  const plan = async () =>
    run(['plan', '--policy', join(folder, 'here.yaml'), '--check', '-q'], { now: NOW });
  const settled = await plan();
  expect(settled.out).toContain('No changes. 1 of 1 node holds revision');
  expect(settled.exit).toBe(0);
  writeFileSync(node?.aclfilePath ?? '', 'user default on nopass ~* &* +@all\n');
  const drifted = await plan();
  expect(drifted.exit).toBe(1);
  expect(drifted.out.replace(/\s+/g, ' ')).toContain('users.acl differs from memory: admin, app, default');
  await topology.stop();
}, 30_000);

async function withoutLinks(): Promise<PlanInput['policy']> {
  const parsed = await parsePolicy(
    `version: 1\nsecurity_level: standard\nusers: [{ name: ${admin.user}, role: admin }]\n`,
  );
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.policy;
}
