/** Plans of single nodes: what differs, what is left alone, and in which order it is made true. */
import { describe, expect, it } from 'vitest';
import {
  findMovements,
  parsePlan,
  planFleet,
  printPlan,
  type Difference,
  type PlanInput,
} from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import { hashPassword, parseUserLine, printUser, type Command } from '../../src/acl/index.ts';
import type { NodeState } from '../../src/fleet/index.ts';
import { ADMIN, NOW, OPEN, play, policyOf, stateOf, topologyOf, type NodeText } from './plan-scene.ts';

const POLICY = `
security_level: standard
server: { product: redis, version: "7.2" }
users:
  - { name: admin, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const CLOSED = 'default off resetpass resetkeys resetchannels -@all';

async function plan(nodes: NodeText | readonly NodeText[], extra: Partial<PlanInput> = {}, policy = POLICY) {
  const list = Array.isArray(nodes) ? (nodes as readonly NodeText[]) : [nodes as NodeText];
  const states = list.map(stateOf);
  const input: PlanInput = {
    policy: await policyOf(policy),
    topology: topologyOf(list),
    states,
    unreadable: [],
    secrets: new Map(),
    now: NOW,
    ...extra,
  };
  const planned = planFleet(input);
  return {
    ...planned,
    first: planned.plan.nodes[0]?.differences ?? [],
    again: () => planFleet({ ...input, states: states.map((state) => play(state, planned.stages)) }),
    stageNames: planned.stages.map(({ name }) => name),
  };
}

const of = <K extends Difference['kind']>(differences: readonly Difference[], kind: K) =>
  differences.filter((each): each is Extract<Difference, { readonly kind: K }> => each.kind === kind);

describe('a plan of one node', () => {
  it('adds what is missing, closes default, and shows no difference when its steps were made', async () => {
    const {
      first,
      plan: made,
      again,
      stageNames,
    } = await plan({ users: [OPEN, ADMIN] }, { secrets: new Map([['orders', new Secret('pw-of-orders')]]) });
    expect(of(first, 'add-user').map(({ user }) => user)).toEqual(['orders']);
    expect(of(first, 'change-user').map(({ user, direction }) => [user, direction])).toEqual([
      ['default', 'narrow'],
    ]);
    expect(stageNames).toEqual(['extend', 'verify', 'remove', 'persist', 'revision']);
    expect(made.refusals).toEqual([]);
    const next = again();
    expect(next.plan.nodes[0]?.differences).toEqual([]);
    expect(next.stages).toEqual([]);
    expect(next.plan.nodes[0]?.marker).toEqual({ revision: made.revision, exact: true });
  });

  it('prints no password and no hash', async () => {
    const hash = hashPassword('pw-of-orders');
    const planned = await plan(
      { users: [OPEN, ADMIN, `orders on #${hash} ~* +@all`] },
      { secrets: new Map([['orders', new Secret('pw-of-orders')]]) },
    );
    const text = JSON.stringify(planned.plan) + JSON.stringify(planned.stages);
    expect(text).not.toContain('pw-of-orders');
    expect(text).not.toContain(hash);
    expect(text).not.toContain('a'.repeat(64));
  });

  it('changes nothing of a user whose text alone differs', async () => {
    const { again } = await plan({ users: [OPEN, ADMIN] });
    const orders = again().plan.nodes[0];
    expect(orders?.differences).toEqual([]);
  });

  it('knows default closed', async () => {
    const { first } = await plan({ users: [CLOSED, ADMIN] });
    expect(of(first, 'change-user')).toEqual([]);
  });
});

describe('whose users they are', () => {
  const users = [
    CLOSED,
    ADMIN,
    'orders on nopass ~orders:* +get',
    'v-token-x-1 on nopass +get',
    'app-old on nopass +get',
  ];
  const fleetWith = async (ownership: string) =>
    (await policyOf(`${POLICY}fleet: { a: { ownership: "${ownership}" } }`)).fleets[0];
  const removed = async (extra: Partial<PlanInput>) =>
    of((await plan({ users }, extra)).first, 'remove-user').map(({ user }) => user);

  it('leaves whoever is not declared alone, and says whose they may be', async () => {
    const planned = await plan({ users });
    expect(of(planned.first, 'remove-user')).toEqual([]);
    expect(planned.plan.nodes[0]?.left).toEqual([
      { user: 'v-token-x-1', why: 'looks made by Vault' },
      { user: 'app-old', why: 'not declared' },
    ]);
  });

  it('removes what an earlier revision declared and this one does not', async () => {
    expect(await removed({ owned: new Set(['app-old', 'orders']) })).toEqual(['app-old']);
  });

  it('removes everybody else, or those with a prefix, when told to', async () => {
    expect(await removed({ fleet: await fleetWith('exclusive') })).toEqual(['v-token-x-1', 'app-old']);
    expect(await removed({ fleet: await fleetWith('prefix:app-') })).toEqual(['app-old']);
  });

  it('never removes default, our own user, or the marker', async () => {
    const basic = POLICY.replace('standard', 'basic');
    const marked = await plan(
      { users: [OPEN, ADMIN, 'wardis on nopass +@all'], login: 'wardis' },
      { fleet: await fleetWith('exclusive') },
      basic,
    );
    const again = marked.again().plan.nodes[0];
    expect(again?.differences).toEqual([]);
    expect(again?.left.map(({ user }) => user)).toEqual(['default', 'wardis']);
  });

  it('removes a user whose time is over and counts the sessions that end', async () => {
    const policy = `${POLICY}  - { name: temp, role: admin, expires: 2026-11-20 }\n  - { name: fire, role: admin, break_glass: { reason: outage, until: "2026-11-22T05:00:00Z" } }\n`;
    const sessions = [{ user: 'temp' }, { user: 'temp' }];
    const { first, stages } = await plan(
      { users: [CLOSED, ADMIN, 'temp on nopass +@all', 'fire on nopass +@all'], sessions },
      {},
      policy,
    );
    expect(of(first, 'remove-user').map(({ user, sessions }) => [user, sessions])).toEqual([
      ['temp', 2],
      ['fire', 0],
    ]);
    expect(of(first, 'remove-user')[0]?.why).toContain('2026-11-20');
    expect(stages.find(({ name }) => name === 'remove')?.steps.map(({ kind }) => kind)).toEqual([
      'remove-user',
      'remove-user',
    ]);
  });
});

describe('passwords', () => {
  const hash = (digit: string): string => `#${digit.repeat(64)}`;

  it('are added first and taken away last', async () => {
    const { stages, first } = await plan(
      { users: [CLOSED, ADMIN, `orders on ${hash('b')} ~orders:* resetchannels -@all +get`] },
      { secrets: new Map([['orders', new Secret('new')]]) },
    );
    const steps = stages.flatMap((stage) => stage.steps.map(({ kind }) => `${stage.name} ${kind}`));
    expect(steps).toEqual([
      'extend set-user',
      'verify prove-login',
      'remove set-user',
      'persist persist',
      'revision set-user',
      'revision persist',
    ]);
    expect(of(first, 'change-user')[0]).toMatchObject({
      direction: 'widen',
      diff: { login: [{ added: 1, removed: 1 }] },
    });
    const [extended] = stages[0]?.steps ?? [];
    const image = extended?.kind === 'set-user' ? extended.after.reveal() : '';
    expect(image).toContain(hash('b'));
    expect(image).toContain(`#${hashPassword('new')}`);
  });

  it('stay as they are without a known secret, and while a rotation is open', async () => {
    const users = [CLOSED, ADMIN];
    const synced = await plan({ users }, { secrets: new Map([['orders', new Secret('one')]]) });
    const state = play(stateOf({ users }), synced.stages);
    const policy = await policyOf(POLICY);
    const input = {
      policy,
      topology: topologyOf([{ users }]),
      states: [state],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    };
    expect(planFleet(input).plan.nodes[0]?.differences).toEqual([]);
    const other = new Map([['orders', new Secret('two')]]);
    expect(planFleet({ ...input, secrets: other }).plan.nodes[0]?.differences).toHaveLength(1);
    const rotating = planFleet({ ...input, secrets: other, rotating: new Set(['orders']) }).plan;
    expect(rotating.nodes[0]?.differences).toEqual([]);
    expect(rotating.warnings.join(' ')).toContain('rotation of orders is open');
  });

  it('of a user that is off are never let in with the rights that it is to lose', async () => {
    const { stages } = await plan({ users: [CLOSED, ADMIN, 'orders off nopass ~* &* +@all'] });
    const moves = stages
      .flatMap(({ steps }) => steps)
      .filter((step) => step.kind === 'set-user' && step.user === 'orders');
    expect(moves).toHaveLength(1);
    expect(moves[0]?.kind === 'set-user' && moves[0].after.reveal()).not.toContain('+@all');
  });
});

describe('settings', () => {
  it('are changed at run time, or named with what else it takes', async () => {
    const { first, stages } = await plan({
      users: [CLOSED, ADMIN],
      settings: {
        loglevel: 'warning',
        'protected-mode': 'no',
        bind: '* -::*',
        'enable-debug-command': 'yes',
        maxclients: '100000',
      },
    });
    const settings = of(first, 'setting').map(({ mark, name }) => `${mark} ${name}`);
    expect(settings.toSorted()).toEqual([
      '! bind',
      '! enable-debug-command',
      '! protected-mode',
      '~ loglevel',
      '~ maxclients',
    ]);
    const [step] = stages.find(({ name }) => name === 'switch')?.steps ?? [];
    expect(step?.kind === 'set-config' && step.settings).toEqual([
      { name: 'maxclients', before: '100000', after: '10000' },
      { name: 'loglevel', before: 'warning', after: 'notice' },
    ]);
    const saved = stages.find(({ name }) => name === 'persist')?.steps ?? [];
    expect(saved.map((each) => each.kind === 'persist' && each.by)).toEqual(['acl-save', 'config-rewrite']);
  });

  it('about memory are left alone unless the policy states them', async () => {
    const node = { users: [CLOSED, ADMIN], settings: { maxmemory: '0', 'maxmemory-policy': 'noeviction' } };
    expect(of((await plan(node)).first, 'setting')).toEqual([]);
    const stated = `${POLICY}settings: { maxmemory: 1gb, maxmemory_policy: allkeys-lru }\n`;
    expect(of((await plan(node, {}, stated)).first, 'setting').map(({ name, to }) => [name, to])).toEqual([
      ['maxmemory', '1073741824'],
      ['maxmemory-policy', 'allkeys-lru'],
    ]);
  });

  it('never leave fewer places than are in use', async () => {
    const node = {
      users: [CLOSED, ADMIN],
      settings: { maxclients: '100000' },
      info: { connected_clients: '20000' },
    };
    expect(of((await plan(node)).first, 'setting')[0]).toMatchObject({ mark: '!', name: 'maxclients' });
  });

  it('show a requirepass that has no effect beside an ACL file', async () => {
    const node = { users: [CLOSED, ADMIN], secrets: { requirepass: 'in-vain' } };
    const { first, plan: made } = await plan(node);
    expect(of(first, 'setting')[0]).toMatchObject({ mark: '!', name: 'requirepass', from: undefined });
    expect(JSON.stringify(made)).not.toContain('in-vain');
    expect(
      of((await plan({ ...node, persistence: { by: 'conf', path: '/r.conf' } })).first, 'setting'),
    ).toEqual([]);
  });
});

describe('what is on disk', () => {
  const settled = async () => {
    const { stages } = await plan({ users: [CLOSED, ADMIN] });
    return play(stateOf({ users: [CLOSED, ADMIN] }), stages);
  };

  it('is a difference when memory is right and the file is not', async () => {
    const state = await settled();
    const file = {
      kind: 'aclfile',
      path: '/etc/redis/users.acl',
      text: `user ${CLOSED}\nuser ${ADMIN}\n`,
    } as const;
    const planned = planFleet({
      policy: await policyOf(POLICY),
      topology: topologyOf([{ users: [] }]),
      states: [state],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
      files: new Map([[state.node, file]]),
    });
    const [only, ...rest] = planned.plan.nodes[0]?.differences ?? [];
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ kind: 'persistence', how: 'acl-save' });
    expect(only?.kind === 'persistence' && only.why).toContain('orders');
    expect(planned.stages.map(({ name }) => name)).toEqual(['persist']);
  });

  /** Everything up to the first step of a stage, as where it failed. */
  const upTo = (stages: Awaited<ReturnType<typeof plan>>['stages'], name: string) =>
    stages.slice(
      0,
      stages.findIndex((stage) => stage.name === name),
    );

  it.each(['warning', 'notice'])(
    'is saved again by the next apply where it could not be (loglevel %s)',
    async (loglevel) => {
      const before = stateOf({ users: [CLOSED, ADMIN], settings: { loglevel } });
      const input: PlanInput = {
        policy: await policyOf(POLICY),
        topology: topologyOf([{ users: [] }]),
        states: [before],
        unreadable: [],
        secrets: new Map(),
        now: NOW,
      };
      const failed = play(before, upTo(planFleet(input).stages, 'persist'));
      const next = planFleet({ ...input, states: [failed] });
      expect(next.plan.nodes[0]?.differences.map(({ kind }) => kind)).toEqual(['revision']);
      const saved = next.stages.find(({ name }) => name === 'persist')?.steps ?? [];
      expect(saved.map((each) => each.kind === 'persist' && each.by)).toEqual(
        loglevel === 'warning' ? ['acl-save', 'config-rewrite'] : ['acl-save'],
      );
    },
  );

  it('loses the revision while a node that holds it is changed back', async () => {
    const state = await settled();
    if (!state.users.known) throw new Error('users are known here');
    const value = state.users.value.filter(({ user }) => user.name !== 'orders');
    const drifted = { ...state, users: { ...state.users, value } };
    const input: PlanInput = {
      policy: await policyOf(POLICY),
      topology: topologyOf([{ users: [] }]),
      states: [drifted],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    };
    const { stages } = planFleet(input);
    expect(stages.map(({ name }) => name)).toEqual(['unmark', 'extend', 'persist', 'revision']);
    const failed = planFleet({ ...input, states: [play(drifted, upTo(stages, 'persist'))] });
    expect(failed.plan.nodes[0]?.differences.map(({ kind }) => kind)).toEqual(['revision']);
    const done = planFleet({ ...input, states: [play(drifted, stages)] });
    expect(done.plan.nodes[0]?.differences).toEqual([]);
  });
});

describe('users in a conf file', () => {
  it('are held against memory like those of an ACL file', async () => {
    const node = {
      users: [CLOSED, ADMIN],
      persistence: { by: 'conf', path: '/etc/redis/redis.conf' },
    } as const;
    const { stages } = await plan(node);
    const state = play(stateOf(node), stages);
    const text = `port 6379\nuser ${ADMIN}\nuser spare on nopass +get\n`;
    const { plan: made } = planFleet({
      policy: await policyOf(POLICY),
      topology: topologyOf([node]),
      states: [state],
      unreadable: [],
      secrets: new Map(),
      now: NOW,
      files: new Map([[state.node, { kind: 'conf', path: '/etc/redis/redis.conf', text }]]),
    });
    const [only] = of(made.nodes[0]?.differences ?? [], 'persistence');
    expect(only).toMatchObject({ how: 'config-rewrite' });
    expect(only?.why).toContain('differs from memory: orders, wardis-revision, spare;');
  });
});

describe('a fleet', () => {
  const node = (at: number, extra: Partial<NodeText> = {}): NodeText => ({
    node: `10.0.0.${at}:6379`,
    users: [CLOSED, ADMIN],
    ...extra,
  });

  it('changes replicas and Sentinels before primaries', async () => {
    const list = [node(1), node(2, { role: 'replica', primary: '10.0.0.1:6379' })];
    const planned = planFleet({
      policy: await policyOf(POLICY),
      topology: topologyOf(list, 'replicated'),
      states: list.map(stateOf),
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    });
    for (const { steps } of planned.stages) expect(steps[0]?.node).toBe('10.0.0.2:6379');
    expect(planned.stages.flatMap(({ steps }) => steps.map(({ id }) => id))).toEqual(
      planned.stages.flatMap(({ steps }) => steps).map((_, at) => at + 1),
    );
  });

  it('leaves the own users of a Sentinel alone whose commands are not known', async () => {
    const list = [node(1), node(2, { role: 'sentinel', mode: 'sentinel', users: [CLOSED, ADMIN] })];
    const { plan: made } = await plan(list);
    expect(made.refusals).toEqual([]);
    expect(of(made.nodes[1]?.differences ?? [], 'add-user')).toEqual([]);
    expect(made.warnings.join(' ')).toContain('sentinel-peer');
  });

  it('gives a node that came later the passwords that its siblings have', async () => {
    const orders = `orders on #${'b'.repeat(64)} ~orders:* resetchannels -@all +get`;
    const { stages, plan: made } = await plan([
      node(1, { users: [CLOSED, ADMIN, orders] }),
      node(2, { users: [CLOSED, ADMIN, orders] }),
      node(3),
    ]);
    const added = stages[0]?.steps.find((step) => step.node === '10.0.0.3:6379');
    expect(added?.kind === 'set-user' && added.after.reveal()).toContain(`#${'b'.repeat(64)}`);
    expect(made.warnings).toEqual([]);
  });

  it('names the node that is not as its siblings are', async () => {
    const odd = node(3, { users: [CLOSED, ADMIN, 'intruder on nopass ~* +@all'] });
    const { plan: made } = await plan([node(1), node(2), odd, node(4)]);
    expect(made.notes).toEqual(['10.0.0.3:6379 differs from its siblings in intruder (only there).']);
  });

  it('tells replicas whom to log in as, once that user is there', async () => {
    const policy = `${POLICY}  - { name: repl, role: replication }\n`;
    const settings = { masteruser: '' };
    const list = [
      node(1, { settings, secrets: { masterauth: '' } }),
      node(2, { role: 'replica', primary: '10.0.0.1:6379', settings, secrets: { masterauth: '' } }),
    ];
    const planned = planFleet({
      policy: await policyOf(policy),
      topology: topologyOf(list, 'replicated'),
      states: list.map(stateOf),
      unreadable: [],
      secrets: new Map([['repl', new Secret('link')]]),
      now: NOW,
    });
    expect(planned.stages.map(({ name }) => name)).toEqual([
      'unmark',
      'extend',
      'verify',
      'switch',
      'replication',
      'persist',
      'revision',
    ]);
    const proofs = planned.stages.find(({ name }) => name === 'replication')?.steps ?? [];
    expect(proofs.map(({ kind, node }) => [kind, node])[0]).toEqual(['prove-replication', '10.0.0.2:6379']);
    const [step] = planned.stages.find(({ name }) => name === 'switch')?.steps ?? [];
    expect(step?.kind === 'set-config' && step.settings.map(({ name }) => name)).toEqual([
      'masteruser',
      'masterauth',
    ]);
    expect(JSON.stringify(planned.plan)).not.toContain('"link"');
  });
});

/** The node as if its COMMAND reply came the other way round. */
function turnCommands(state: NodeState): NodeState {
  if (!state.users.known) return state;
  const turn = (command: Command): Command => ({
    ...command,
    index: state.table.byIndex.length - 1 - command.index,
    subcommands: command.subcommands.map(turn),
  });
  const table = {
    ...state.table,
    commands: new Map([...state.table.commands].toReversed().map(([name, each]) => [name, turn(each)])),
    byIndex: state.table.byIndex.toReversed().map(turn),
  };
  const value = state.users.value.map((fact) => {
    const { user } = parseUserLine(printUser(fact.user, state.table), table);
    return { ...fact, user: user ?? fact.user };
  });
  return { ...state, table, users: { ...state.users, value } };
}

describe('a plan file', () => {
  it('reads back as the plan that was written', async () => {
    const { plan: made } = await plan(
      {
        users: [OPEN, ADMIN, 'orders on nopass ~* &* +@all'],
        settings: { loglevel: 'warning' },
        secrets: { requirepass: 'x' },
      },
      { secrets: new Map([['orders', new Secret('pw-of-orders')]]) },
    );
    const read = await parsePlan(printPlan(made));
    expect(read).toEqual({ ok: true, plan: JSON.parse(JSON.stringify(made)) as unknown });
  });

  it('is not taken from anything else', async () => {
    expect(await parsePlan('{')).toMatchObject({ ok: false });
    expect(await parsePlan('{"schemaVersion":"1"}')).toMatchObject({ ok: false });
  });

  it('says what moved since', async () => {
    const made = (await plan({ users: [CLOSED, ADMIN] })).plan;
    expect(findMovements(made, (await plan({ users: [CLOSED, ADMIN] })).plan)).toEqual([]);
    const fresh = (await plan({ users: [CLOSED, ADMIN, 'intruder on nopass +@all'] })).plan;
    expect(findMovements(made, fresh)).toEqual([
      { node: '10.0.0.1:6379', what: ['user intruder was added'] },
    ]);
    const read = await parsePlan(printPlan(made));
    expect(read.ok && findMovements(read.plan, made)).toEqual([]);
  });

  it('is the same where a server lists its commands in another order', async () => {
    const text = { users: [CLOSED, ADMIN, 'orders on nopass ~* &* +@all -keys -flushall'] };
    const made = (await plan(text)).plan;
    const states = [turnCommands(stateOf(text))];
    const turned = (await plan(text, { states })).plan;
    expect(of(turned.nodes[0]?.differences ?? [], 'change-user')[0]?.diff.lost[0]).toHaveProperty('commands');
    expect(findMovements(made, turned)).toEqual([]);
    const names = (each: typeof made) =>
      of(each.nodes[0]?.differences ?? [], 'change-user').flatMap(({ diff }) =>
        diff.lost.map((right) => ('commands' in right ? right.commands : [])),
      );
    expect(names(turned)).toEqual(names(made));
  });
});
