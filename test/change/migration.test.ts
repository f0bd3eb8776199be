import { beforeAll, describe, expect, it } from 'vitest';
import { seeNode } from '../../src/change/migration/migration-node.ts';
import { PHASES, type Phase } from '../../src/change/migration/phase.ts';
import { stepsFor } from '../../src/change/migration/phase-stages.ts';
import {
  blockersOf,
  blockersOfBack,
  linkGoalOf,
  phaseOf,
  usersOfOldWay,
  watchedKind,
} from '../../src/change/migration/progress.ts';
import { additionsOf, linkUserOf, seeFleet } from '../../src/change/migration/sight.ts';
import type { MigrationSight, PhaseInput } from '../../src/change/migration/stage-parts.ts';
import { wantTls, type TlsPortChoice } from '../../src/change/migration/tls-settings.ts';
import { Secret } from '../../src/conf/index.ts';
import type { Topology } from '../../src/fleet/index.ts';
import type { PolicyDocument } from '../../src/policy/index.ts';
import { NOW, policyOf, stateOf, topologyOf, type NodeText } from './plan-scene.ts';

const PASSWORD = `default on #${'d'.repeat(64)} ~* &* +@all`;
const CLOSED = 'default off ~* &* +@all';
const USERS = ['wardis', 'app', 'replication', 'sentinel'].map(
  (name) => `${name} on #${'b'.repeat(64)} ~* &* +@all`,
);
const OLD = { port: '6379', 'tls-port': '0', 'tls-replication': 'no', masteruser: '', 'tls-cert-file': '' };
const DUAL = { ...OLD, 'tls-port': '6380', 'tls-cert-file': '/tls/server.crt' };
const SECRETS = new Map(
  ['wardis', 'app', 'replication', 'sentinel'].map((name) => [name, new Secret(`${name}-secret`)]),
);
let policy: PolicyDocument;
let plain: PolicyDocument;
beforeAll(async () => {
  const users =
    'users:\n  - { name: wardis, role: admin }\n  - { name: app, role: readwrite, keys: ["*"] }\n  - { name: replication, role: replication }\n  - { name: sentinel, role: sentinel }\n';
  policy = await policyOf(
    `security_level: hardened\nnetwork_exposure: private_network\nserver: { product: redis, version: "7.2", mode: replica }\n${users}`,
  );
  plain = await policyOf(
    `security_level: basic\nnetwork_exposure: localhost\nserver: { product: redis, version: "7.2", mode: replica }\n${users}`,
  );
});

const PRIMARY: NodeText = { node: '10.0.0.1:6379', users: [PASSWORD], settings: OLD };
const REPLICA: NodeText = {
  node: '10.0.0.2:6379',
  role: 'replica',
  primary: '10.0.0.1:6379',
  users: [PASSWORD],
  settings: OLD,
  info: { role: 'slave', master_host: '10.0.0.1', master_port: '6379', master_link_status: 'up' },
};

function sightsOf(
  nodes: readonly NodeText[],
  kind: Topology['kind'] = 'replicated',
): readonly MigrationSight[] {
  const states = nodes.map(stateOf);
  const reading = {
    policy,
    fleet: undefined,
    topology: topologyOf(nodes, kind),
    states,
    secrets: SECRETS,
    now: NOW,
  };
  return seeFleet(reading);
}

function progressOf(nodes: readonly NodeText[], kind: Topology['kind'] = 'replicated') {
  const seen = sightsOf(nodes, kind).map((sight) => sight.seen);
  const links = linkGoalOf(watchedKind(kind, seen));
  return phaseOf(seen, { replicationUser: 'replication', sentinelUser: 'sentinel', links });
}

const PLUS_ONE: TlsPortChoice = { kind: 'above', by: 1 };

function planOf(
  phase: Phase,
  nodes: readonly NodeText[],
  changes: Partial<PhaseInput> & { readonly choice?: TlsPortChoice } = {},
) {
  const { choice = PLUS_ONE, kind = 'replicated', ...rest } = changes;
  const named = (user: string) => ({ user, password: new Secret(`${user}-secret`) });
  return stepsFor(phase, {
    kind,
    sights: sightsOf(nodes, kind),
    userStages: [],
    tls: wantTls(policy, kind, choice, '/tls'),
    ourselves: named('wardis'),
    replication: named('replication'),
    sentinel: named('sentinel'),
    oldPassword: new Secret('old-secret'),
    insist: 'no',
    ...rest,
  });
}

const stepsIn = (plan: ReturnType<typeof planOf>) => plan.stages.flatMap(({ steps }) => steps);

describe('where a fleet stands', () => {
  it('is the first phase that some node has not behind it', () => {
    const moved = { ...DUAL, masteruser: 'replication', 'tls-replication': 'yes' };
    const users = [PASSWORD, ...USERS];
    const fleet = (change: Partial<NodeText>): readonly NodeText[] => [
      { ...PRIMARY, ...change },
      { ...REPLICA, ...change },
    ];
    expect(progressOf(fleet({})).next).toBe('dual-port');
    expect(progressOf([{ ...PRIMARY, settings: DUAL }, REPLICA])).toMatchObject({
      next: 'dual-port',
      phases: [{ phase: 'dual-port', done: ['10.0.0.1:6379'], open: ['10.0.0.2:6379'] }, {}, {}, {}, {}],
    });
    expect(progressOf(fleet({ settings: DUAL })).next).toBe('users');
    expect(progressOf(fleet({ settings: DUAL, users })).next).toBe('clients');
    expect(progressOf(fleet({ settings: moved, users })).next).toBe('default-off');
    expect(progressOf(fleet({ settings: moved, users: [CLOSED, ...USERS] })).next).toBe('plaintext-closed');
    const closed = fleet({ settings: { ...moved, port: '0' }, users: [CLOSED, ...USERS] });
    expect(progressOf(closed).next).toBe('done');
    expect(progressOf(closed).phases.map(({ phase }) => phase)).toEqual(PHASES);
  });

  it('asks only for a login of links that somebody else directs', () => {
    const settings = { ...DUAL, masteruser: 'replication' };
    const users = [PASSWORD, ...USERS];
    const nodes = [
      { ...PRIMARY, settings, users },
      { ...REPLICA, settings, users },
    ];
    expect(progressOf(nodes, 'cluster').next).toBe('default-off');
    expect(progressOf(nodes, 'replicated').next).toBe('clients');
    // Sentinels that nobody named show themselves by their sessions.
    const sessions = [{ user: 'sentinel', name: 'sentinel-0123abcd-cmd', localAddress: '10.0.0.1:6379' }];
    expect(progressOf([{ ...PRIMARY, settings, users, sessions }, nodes[1] ?? REPLICA]).next).toBe(
      'default-off',
    );
  });

  it('does not take a user that cannot be read for one that is off', () => {
    const [node] = topologyOf([PRIMARY]).nodes;
    if (node === undefined) throw new Error('no node');
    const unread = { known: false, reason: 'denied', detail: 'NOPERM', look: '' } as const;
    const seen = seeNode(node, { ...stateOf(PRIMARY), users: unread, clients: unread }, ['app']);
    expect(seen).toMatchObject({ defaultUser: 'unknown', missingUsers: ['app'], unseen: 'NOPERM' });
    expect(
      phaseOf([seen], { replicationUser: undefined, sentinelUser: undefined, links: 'tls' }).phases[3]?.open,
    ).toEqual(['10.0.0.1:6379']);
  });
});

describe('who needs the old way', () => {
  const at = (port: number) => ({ localAddress: `10.0.0.1:${port}` });
  const seenOf = (sessions: NonNullable<NodeText['sessions']>, text: NodeText = PRIMARY) =>
    sightsOf([{ ...text, settings: DUAL, sessions }], 'standalone').map(({ seen }) => seen);

  it('is told by user, port, name, library and address, each kind once', () => {
    const web = { name: 'web', library: 'ioredis', lastCommand: 'get' };
    const seen = seenOf([
      { ...web, ...at(6379) },
      { ...web, ...at(6379) },
      { user: 'app', name: 'batch', ...at(6379) },
      { user: 'app', ...at(6380) },
      { user: 'default', name: 'half', ...at(6380) },
    ]);
    expect(usersOfOldWay(seen)).toMatchObject([
      {
        user: 'default',
        name: 'web',
        library: 'ioredis',
        address: '10.0.0.9',
        needs: ['default', 'plaintext'],
        sessions: 2,
      },
      { user: 'app', name: 'batch', needs: ['plaintext'], sessions: 1 },
      { user: 'default', name: 'half', needs: ['default'], sessions: 1 },
    ]);
    expect(blockersOf(seen, 'default-off').map(({ name }) => name)).toEqual(['web', 'half']);
    expect(
      blockersOf(seen, 'plaintext-closed')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['batch', 'web']);
    for (const phase of ['dual-port', 'users', 'clients'] as const)
      expect(blockersOf(seen, phase)).toEqual([]);
  });

  it('is neither we ourselves, nor the link to the primary, nor a socket of the machine by its port', () => {
    const seen = seenOf([
      { id: '7', ...at(6379) },
      { flags: 'M', ...at(6379) },
      { flags: 'U', user: 'app', localAddress: '/run/redis.sock:0' },
    ]);
    expect(usersOfOldWay(seen)).toEqual([]);
  });

  it('includes everybody whose port the server does not tell', () => {
    expect(usersOfOldWay(seenOf([{ user: 'app' }]))).toMatchObject([{ needs: ['plaintext'] }]);
  });

  it('includes replicas and Sentinels, named as such', () => {
    const seen = seenOf([
      { flags: 'S', ...at(6379) },
      { name: 'sentinel-0123abcd-pubsub', flags: 'P', ...at(6379) },
      { name: 'sentinel-mine', ...at(6379) },
    ]);
    expect(
      usersOfOldWay(seen)
        .map(({ who }) => who)
        .sort(),
    ).toEqual(['client', 'replica', 'sentinel']);
  });

  it('and who came by the new way stands in the way of going back', () => {
    const sessions = [
      { user: 'app', ...at(6380) },
      { user: 'replication', flags: 'S', ...at(6379) },
    ];
    const seen = seenOf(sessions);
    expect(blockersOfBack(seen, 'users', ['app', 'replication'])).toMatchObject([{ user: 'app' }]);
    expect(blockersOfBack(seen, 'dual-port', [])).toMatchObject([{ user: 'app' }]);
    expect(blockersOfBack(seen, 'default-off', ['app'])).toEqual([]);
    // The replica that still logs in as the user would be cut off for good.
    const settings = { ...DUAL, masteruser: 'replication' };
    const both = sightsOf([
      { ...PRIMARY, settings: DUAL, sessions },
      { ...REPLICA, settings },
    ]).map((sight) => sight.seen);
    expect(blockersOfBack(both, 'users', ['app', 'replication'])).toHaveLength(2);
  });
});

describe('the steps of a phase', () => {
  it('open TLS in one CONFIG SET, and know what was before', () => {
    const plan = planOf('dual-port', [PRIMARY, REPLICA]);
    expect(plan.obstacles).toEqual([]);
    const steps = stepsIn(plan);
    expect(steps.map(({ node, kind }) => [node, kind])).toEqual([
      ['10.0.0.2:6379', 'set-config'],
      ['10.0.0.2:6379', 'persist'],
      ['10.0.0.1:6379', 'set-config'],
      ['10.0.0.1:6379', 'persist'],
    ]);
    expect(steps[0]).toMatchObject({
      settings: [
        { name: 'tls-cert-file', before: '', after: '/tls/server.crt' },
        { name: 'tls-port', before: '0', after: '6380' },
      ],
    });
  });

  it('are none where the version, the Cluster or the policy does not allow them', () => {
    const old = { ...PRIMARY, server: 'redis-6.0', users: ['default on nopass ~* +@all'] };
    const cluster = (server: string) =>
      planOf('dual-port', [{ ...PRIMARY, server, mode: 'cluster' }], { kind: 'cluster' });
    expect(planOf('dual-port', [old]).obstacles.join()).toContain('put tls-port 6380 into its file');
    expect(cluster('redis-7.0').obstacles.join()).toContain('sends TLS clients to plaintext ports');
    expect(cluster('valkey-9.1').obstacles).toEqual([]);
    expect(
      planOf('dual-port', [PRIMARY], {
        tls: wantTls(plain, 'standalone', PLUS_ONE, '/tls'),
      }).obstacles.join(),
    ).toContain('asks for no TLS');
    expect(
      planOf('dual-port', [PRIMARY], { choice: { kind: 'fixed', port: 6379 } }).obstacles.join(),
    ).toContain('--tls-port');
    const open = { ...PRIMARY, settings: DUAL };
    expect(
      planOf('plaintext-closed', [{ ...open, mode: 'cluster' }], { kind: 'cluster' }).obstacles.join(),
    ).toContain('Cluster');
    expect(planOf('plaintext-closed', [open], { kind: 'sentinel' }).obstacles.join()).toContain(
      'Stop the Sentinels',
    );
    expect(planOf('plaintext-closed', [open]).obstacles).toEqual([]);
  });

  it('give a replica its own user everywhere before any link moves', () => {
    const plan = planOf('clients', [
      { ...PRIMARY, settings: DUAL },
      { ...REPLICA, settings: DUAL, secrets: { masterauth: 'old-secret' } },
    ]);
    expect(plan.stages.map(({ name }) => name)).toEqual(['prove', 'logins', 'links']);
    expect(stepsIn(plan).map(({ id }) => id)).toEqual(stepsIn(plan).map((_, at) => at + 1));
    expect(plan.stages[1]?.steps.filter(({ kind }) => kind === 'set-config').map(({ node }) => node)).toEqual(
      ['10.0.0.2:6379', '10.0.0.1:6379'],
    );
    expect(plan.stages[2]?.steps[0]).toMatchObject({
      kind: 'follow-primary',
      node: '10.0.0.2:6379',
      before: { host: '10.0.0.1', port: 6379, transport: 'plaintext' },
      after: { host: '10.0.0.1', port: 6380, transport: 'tls' },
    });
  });

  it('leave links where Sentinels send them, and let them log in again', () => {
    const sentinel: NodeText = {
      node: '10.0.0.3:26379',
      mode: 'sentinel',
      role: 'sentinel',
      users: [PASSWORD],
    };
    const sessions = [
      { id: '21', flags: 'S', localAddress: '10.0.0.1:6379' },
      { id: '22', name: 'sentinel-0123abcd-cmd', localAddress: '10.0.0.1:6379' },
      { id: '23', name: 'web', localAddress: '10.0.0.1:6379' },
    ];
    const nodes = [{ ...PRIMARY, settings: DUAL, sessions }, { ...REPLICA, settings: DUAL }, sentinel];
    const plan = planOf('clients', nodes, { kind: 'sentinel' });
    expect(stepsIn(plan).map(({ kind }) => kind)).not.toContain('follow-primary');
    expect(stepsIn(plan).find(({ kind }) => kind === 'set-sentinel')).toMatchObject({
      node: '10.0.0.3:26379',
      group: 'main',
    });
    expect(stepsIn(plan).find(({ kind }) => kind === 'end-sessions')).toMatchObject({
      node: '10.0.0.1:6379',
      user: 'default',
      ids: ['21', '22'],
    });
    expect(plan.byHand.join()).toContain('they take TLS only at a restart');
    expect(planOf('clients', nodes.slice(0, 2), { kind: 'sentinel' }).obstacles.join()).toContain(
      'name one of them',
    );
  });

  it('prove the new way at every node before the old one is taken away', () => {
    for (const phase of ['default-off', 'plaintext-closed'] as const) {
      const plan = planOf(phase, [
        { ...PRIMARY, settings: DUAL },
        { ...REPLICA, settings: DUAL },
      ]);
      const proofs = plan.stages[0]?.steps.filter(
        (step) => step.kind === 'prove-login' && step.user === 'wardis',
      );
      expect(proofs?.map(({ node }) => node)).toEqual(['10.0.0.2:6379', '10.0.0.1:6379']);
      const alone = planOf(phase, [{ ...PRIMARY, settings: DUAL }], { ourselves: undefined });
      expect(alone.obstacles.join()).toContain('nobody could get in');
      expect(alone.stages).toEqual([]);
    }
  });

  it('switch default off without its password, and end its sessions only when told to', () => {
    const plan = planOf('default-off', [PRIMARY]);
    const step = stepsIn(plan).find(({ kind }) => kind === 'set-user');
    if (step?.kind !== 'set-user') throw new Error('no step');
    expect(step.before?.reveal()).toContain('#ddd');
    expect(step.after.reveal()).toMatch(/^off /);
    expect(step.after.reveal()).not.toMatch(/#|nopass/);
    expect(stepsIn(plan).map(({ kind }) => kind)).not.toContain('end-sessions');
    expect(stepsIn(planOf('default-off', [PRIMARY], { insist: 'force' })).map(({ kind }) => kind)).toContain(
      'end-sessions',
    );
  });

  it('are none while the sessions of a node are not known', () => {
    const sights = sightsOf([PRIMARY]).map((sight) => ({
      ...sight,
      seen: { ...sight.seen, unseen: 'NOPERM' },
    }));
    for (const phase of ['default-off', 'plaintext-closed'] as const) {
      expect(planOf(phase, [PRIMARY], { sights }).obstacles.join()).toContain(
        'does not show who is connected: NOPERM',
      );
      expect(planOf(phase, [PRIMARY], { sights, insist: 'force' }).obstacles).toEqual([]);
    }
  });

  it('say what a restart would undo', () => {
    const plan = planOf('default-off', [
      { ...PRIMARY, info: { config_file: '' }, persistence: { by: 'nothing' } },
    ]);
    expect(plan.byHand.join()).toContain('nothing of this outlasts its restart');
  });

  it('add the users of the policy beside default, and touch nothing else', () => {
    const nodes = [PRIMARY, REPLICA];
    const stages = additionsOf({
      policy,
      fleet: undefined,
      topology: topologyOf(nodes, 'replicated'),
      states: nodes.map(stateOf),
      secrets: SECRETS,
      now: NOW,
    });
    const steps = stages.flatMap((stage) => stage.steps);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['set-user', 'prove-login', 'persist']));
    const users = steps.flatMap((step) => (step.kind === 'set-user' ? [step.user] : []));
    expect([...new Set(users)].sort()).toEqual(['app', 'replication', 'sentinel', 'wardis']);
    expect(steps.map(({ id }) => id)).toEqual(steps.map((_, at) => at + 1));
    expect(linkUserOf('replication', { policy, secrets: SECRETS, now: NOW })?.password?.reveal()).toBe(
      'replication-secret',
    );
  });

  it('show no secret', () => {
    const plans = PHASES.map((phase) =>
      planOf(phase, [
        { ...PRIMARY, settings: DUAL },
        { ...REPLICA, settings: DUAL },
      ]),
    );
    const text = JSON.stringify(plans);
    expect(text).toContain('[secret]');
    for (const word of ['-secret"', 'ddddd', 'bbbbb']) expect(text).not.toContain(word);
  });
});
