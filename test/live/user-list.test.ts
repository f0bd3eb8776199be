/** `wardis user list` on real topologies: what nodes have, who is connected, and what could not be read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run, type Answer } from '../cli/run.ts';
import {
  forEachServer,
  openConnection,
  startReplicated,
  startSentinelFleet,
  TOPOLOGY_LOGINS,
  type Connection,
  type Topology,
} from '../servers/index.ts';

const NOW = new Date('2026-11-22T06:00:00Z');
const { admin, app } = TOPOLOGY_LOGINS;

interface Listed {
  readonly kind: string;
  readonly nodes: readonly {
    readonly node: string;
    readonly server: string | null;
    readonly unread: readonly unknown[];
  }[];
  readonly users: readonly Readonly<Record<string, unknown>>[];
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-user-list-'));
  mkdirSync(join(folder, '.wardis'), { mode: 0o700 });
  writeFileSync(
    join(folder, 'wardis.yaml'),
    `version: 1
credential_age: 90
fleet: { prod: { auth: { user: admin } } }
users:
  - { name: app, role: readwrite, keys: ["*"] }
  - { name: reports, role: readonly, keys: ["*"], expires: 2026-11-20 }
  - { name: later, role: monitor }
  - { name: replication, role: replication }
  - { name: sentinel, role: sentinel }
`,
  );
  writeFileSync(
    join(folder, '.wardis/credentials.json'),
    JSON.stringify({
      schemaVersion: '1',
      credentials: [
        { user: 'app', fleet: 'prod', rotatedAt: '2026-11-12T06:00:00Z' },
        { user: 'reports', rotatedAt: '2026-01-01T00:00:00Z' },
      ],
    }),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function list(target: string | readonly string[], ...more: readonly string[]): Promise<Answer> {
  return run(
    [
      'user',
      'list',
      ...[target].flat(),
      '--user',
      admin.user,
      '-q',
      '--policy',
      join(folder, 'wardis.yaml'),
      ...more,
    ],
    { environment: { REDISCLI_AUTH: admin.password }, now: NOW },
  );
}

function userOf(
  { users }: Listed,
  name: string,
  on = 'servers',
): Readonly<Record<string, unknown>> | undefined {
  return users.find((user) => user['name'] === name && user['on'] === on);
}

async function connectAs(topology: Topology, node: string, count: number): Promise<readonly Connection[]> {
  const connections = await Promise.all(
    Array.from({ length: count }, () => openConnection(topology.node(node).target)),
  );
  for (const connection of connections) await connection.send(['AUTH', app.user, app.password]);
  return connections;
}

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('puts the users of a primary and its replicas side by side', async () => {
    const topology = await startReplicated({
      server,
      users: [`user reports on #${'5a'.repeat(32)} ~* +@read`, `user intern on #${'6b'.repeat(32)} ~* +get`],
    });
    const [primary, one, two] = ['primary', 'replica-1', 'replica-2'].map((name) => topology.node(name));
    if (primary === undefined || one === undefined || two === undefined) throw new Error('three nodes');
    const open = [
      ...(await connectAs(topology, 'primary', 2)),
      ...(await connectAs(topology, 'replica-1', 1)),
    ];
    await one.command('ACL', 'DELUSER', 'intern');
    await two.command('ACL', 'SETUSER', 'intern', '+set');
    await two.command('ACL', 'SETUSER', 'app', `#${'7c'.repeat(32)}`);
    const answer = await list(primary.address, '--json');
    expect(answer).toMatchObject({ exit: 0, err: '' });
    const listed = JSON.parse(answer.out) as Listed;
    expect(listed.nodes.map(({ node }) => node)).toEqual(
      expect.arrayContaining(topology.nodes.map(({ address }) => address)),
    );
    expect(userOf(listed, 'app')).toMatchObject({
      role: 'readwrite',
      state: 'on',
      passwords: 2,
      rotating: true,
      sessions: 3,
      sessionsAre: 'exact',
      ends: null,
      credential: { ageDays: 10, overdue: false },
      missing: [],
      differing: [{ node: two.address, in: ['passwords'] }],
    });
    expect(userOf(listed, 'reports')).toMatchObject({
      ends: { at: '2026-11-20', passed: true },
      credential: { ageDays: 325, overdue: true },
      sessions: 0,
      idleSeconds: null,
      differing: [],
    });
    expect(userOf(listed, 'intern')).toMatchObject({
      role: null,
      declared: false,
      missing: [one.address],
      credential: null,
    });
    // Two nodes, and each has it in its own way: the first that was found is the measure.
    expect(userOf(listed, 'intern')?.['differing']).toHaveLength(1);
    expect(userOf(listed, 'later')).toMatchObject({ state: 'absent', present: [], role: 'monitor' });
    expect(userOf(listed, 'default')).toMatchObject({ state: 'off' });
    // The only sessions of the administrator are those of the question itself.
    expect(userOf(listed, 'admin')).toMatchObject({ role: 'login', sessions: 0 });
    expect(userOf(listed, 'replication')).toMatchObject({ sessions: 2 });
    for (const format of ['table', 'json', 'csv', 'markdown']) {
      const { out, exit } = await list(primary.address, '-o', format);
      expect(exit).toBe(0);
      expect(out).toContain('intern');
      expect(out).not.toMatch(/[0-9a-f]{64}|#[0-9a-f]{8}/);
    }
    for (const connection of open) connection.close();
    await topology.stop();
  });

  it('says what could not be read, and is incomplete then', async () => {
    const topology = await startReplicated({
      server,
      replicas: 1,
      users: [
        `user half on >half-secret-1 +info +role +acl|list +acl|whoami +command +config|get +hello +ping`,
      ],
    });
    const primary = topology.node('primary');
    const replica = topology.node('replica-1');
    const half = await run(
      [
        'user',
        'list',
        primary.address,
        '--user',
        'half',
        '-q',
        '--json',
        '--policy',
        join(folder, 'wardis.yaml'),
      ],
      {
        environment: { REDISCLI_AUTH: 'half-secret-1' },
        now: NOW,
      },
    );
    expect(half.exit).toBe(3);
    expect(userOf(JSON.parse(half.out) as Listed, 'app')).toMatchObject({ sessionsAre: 'at-least' });
    await replica.kill();
    // A primary forgets a replica that is gone: whoever knows the node names it.
    const answer = await list([primary.address, replica.address]);
    expect(answer.exit).toBe(3);
    expect(answer.out).toMatch(new RegExp(`not read\\n {2}${replica.address}: E61`));
    expect(answer.out).toMatch(/^app .* 1\/1$/m);
    expect(answer.out).toMatch(/^reports .* unseen .* 0\/1$/m);
    const refused = await run(['user', 'list', primary.address, '--user', 'admin', '-q'], {
      environment: { REDISCLI_AUTH: 'wrong' },
    });
    expect(refused.exit).toBe(4);
    await topology.stop();
  });
});

forEachServer(['valkey-9.1'], (server) => {
  it('counts Sentinels apart: their users are their own', async () => {
    const topology = await startSentinelFleet({ server });
    const [sentinel] = topology.sentinels;
    if (sentinel === undefined) throw new Error('a Sentinel');
    await sentinel.command('ACL', 'SETUSER', 'peer', '-info');
    const listed = JSON.parse((await list(sentinel.address, '--json')).out) as Listed;
    expect(listed.kind).toBe('sentinel');
    expect(userOf(listed, 'app')).toMatchObject({ missing: [] });
    expect(userOf(listed, 'app')?.['present']).toHaveLength(3);
    expect(userOf(listed, 'peer')).toBeUndefined();
    expect(userOf(listed, 'peer', 'sentinels')).toMatchObject({
      role: null,
      missing: [],
      differing: [{ node: sentinel.address, in: ['rights'] }],
    });
    expect(userOf(listed, 'app', 'sentinels')?.['present']).toHaveLength(3);
    expect((await list(sentinel.address)).out).toContain('on the Sentinels');
    await topology.stop();
  });
});
