/** The guard: what a plan refuses, what it lets pass, and that it raises no false alarm. */
import { describe, expect, it } from 'vitest';
import { createRecorder, hashPassword, parseUserLine, tableFor } from '../../src/acl/index.ts';
import { guardSentinels } from '../../src/change/guard/sentinel.ts';
import { planFleet, type PlanInput, type RefusalCode } from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import { unknown, type Topology } from '../../src/fleet/index.ts';
import { ADMIN, NOW, OPEN, policyOf, stateOf, topologyOf, type NodeText } from './plan-scene.ts';

const POLICY = `
security_level: standard
users:
  - { name: admin, role: admin }
  - { name: orders, role: readwrite, keys: ["orders:*"] }
`;
const CLOSED = 'default off resetpass resetkeys resetchannels -@all';
const ORDERS =
  'orders on #bb00000000000000000000000000000000000000000000000000000000000000 ~* &* -@all +@read +@write +ping +config|get';
const OUR_PASSWORD = 'our-password';
const OURS = `#${hashPassword(OUR_PASSWORD)}`;

interface Extra extends Partial<Omit<PlanInput, 'policy' | 'topology'>> {
  readonly policy?: string;
  readonly kind?: Topology['kind'];
}

async function refusals(nodes: readonly NodeText[], { policy = POLICY, kind, ...extra }: Extra = {}) {
  const { plan } = planFleet({
    policy: await policyOf(policy),
    topology: topologyOf(nodes, kind),
    states: nodes.map(stateOf),
    unreadable: [],
    secrets: new Map(),
    now: NOW,
    ...extra,
  });
  return plan.refusals;
}

const codes = async (nodes: readonly NodeText[], extra: Extra = {}): Promise<readonly RefusalCode[]> =>
  (await refusals(nodes, extra)).map(({ code }) => code);

describe('our own user', () => {
  it('is never closed under us', async () => {
    const [first, ...rest] = await refusals([{ users: [OPEN, ADMIN], login: 'default' }]);
    expect(first).toMatchObject({ code: 'own-user', user: 'default', override: 'never' });
    expect(rest).toEqual([]);
  });

  it('never loses the password that we used', async () => {
    const users = [CLOSED, `wardis on ${OURS} #${'c'.repeat(64)} ~* &* +@all`];
    const policy = `security_level: standard\nusers: [{ name: wardis, role: admin }]`;
    const secrets = new Map([['wardis', new Secret('another')]]);
    const node = { users, login: 'wardis', password: OUR_PASSWORD };
    expect(await codes([node], { policy, secrets })).toEqual(['own-user']);
    expect(await codes([node], { policy, secrets: new Map([['wardis', new Secret(OUR_PASSWORD)]]) })).toEqual(
      [],
    );
  });

  it('never loses a right that finishing or undoing needs', async () => {
    const users = [CLOSED, ADMIN, `wardis on ${OURS} ~* &* +@all`];
    const policy = `security_level: standard\nusers:\n  - { name: admin, role: admin }\n  - { name: wardis, role: custom, commands: ["+acl|setuser", "+acl|list"] }`;
    const [first] = await refusals([{ users, login: 'wardis' }], { policy });
    expect(first).toMatchObject({ code: 'own-user', override: 'never' });
    expect(first?.message).toContain('ACL DELUSER');
  });

  it('must be able to do what the plan needs', async () => {
    const users = [OPEN, ADMIN, `wardis on ${OURS} -@all +acl|list +acl|setuser +info`];
    const [first] = await refusals([{ users, login: 'wardis' }]);
    expect(first).toMatchObject({ code: 'own-rights', user: 'wardis', override: 'never' });
    expect(first?.next).toContain('+acl|save');
  });

  it('is not warned of when it stays as it is', async () => {
    const sessions = [{ id: '7', user: 'admin', lastCommand: 'client|list' }];
    expect(await codes([{ users: [OPEN, ADMIN], sessions }])).toEqual([]);
  });
});

describe('the last administrator', () => {
  it('stays', async () => {
    const users = [CLOSED, 'root on nopass ~* &* +@all', 'limited on nopass -@all +acl|list +acl|whoami'];
    const policy = `security_level: standard\nusers: [{ name: root, role: custom, commands: ["+get"] }]`;
    const found = await refusals([{ users, login: 'limited' }], { policy });
    expect(found.find(({ code }) => code === 'last-administrator')).toMatchObject({ override: 'never' });
  });

  it('is not somebody who cannot log in', async () => {
    const users = [CLOSED, 'root on nopass ~* &* +@all', 'spare off +@all ~*'];
    const policy = `security_level: standard\nusers: [{ name: root, role: custom, commands: ["+get"] }]`;
    expect(await codes([{ users, login: 'nobody-here' }], { policy })).toContain('last-administrator');
  });
});

describe('the user of replicas', () => {
  const replica = (masteruser: string, masterauth: string): NodeText => ({
    node: '10.0.0.2:6379',
    role: 'replica',
    primary: '10.0.0.1:6379',
    users: [CLOSED, ADMIN],
    settings: { masteruser },
    secrets: { masterauth },
  });
  const REPLICA = `repl on #${hashPassword('link')} -@all +psync +replconf +ping`;

  it('is not removed while a replica logs in as it', async () => {
    const nodes = [{ users: [CLOSED, ADMIN, REPLICA] }, replica('repl', 'link')];
    const found = await refusals(nodes, { kind: 'replicated', owned: new Set(['repl']) });
    expect(found[0]).toMatchObject({ code: 'replication-user', node: '10.0.0.1:6379', user: 'repl' });
    expect(found[0]?.message).toContain('10.0.0.2:6379');
  });

  it('may get another password where the replicas are switched to it in the same plan', async () => {
    const policy = `${POLICY}  - { name: repl, role: replication }\n`;
    const nodes = [{ users: [CLOSED, ADMIN, REPLICA] }, replica('other', 'link')];
    expect(
      await codes(nodes, { policy, kind: 'replicated', secrets: new Map([['repl', new Secret('new')]]) }),
    ).toEqual([]);
  });

  it('keeps the password that a replica may be sending which could not be read', async () => {
    const policy = `${POLICY}  - { name: repl, role: replication }\n`;
    const down = { ...replica('repl', 'link'), node: '10.0.0.3:6379' };
    const nodes = [{ users: [CLOSED, ADMIN, REPLICA] }, replica('repl', 'link'), down];
    const secrets = new Map([['repl', new Secret('new')]]);
    const extra = { policy, kind: 'replicated', secrets } as const;
    expect(await codes(nodes, extra)).toEqual([]);
    const found = await refusals(nodes, { ...extra, states: nodes.slice(0, 2).map(stateOf) });
    expect(found.map(({ code, node }) => [code, node])).toEqual([['replication-user', '10.0.0.1:6379']]);
    expect(found[0]?.message).toContain('10.0.0.3:6379');
    expect(found[0]?.next).toBe('bring 10.0.0.3:6379 back, or leave it out of the fleet; then plan again');
  });

  it('is default when no masteruser is set', async () => {
    const nodes = [{ users: [OPEN, ADMIN] }, { ...replica('', ''), users: [OPEN, ADMIN] }];
    expect(await codes(nodes, { kind: 'replicated' })).toContain('replication-user');
  });

  it('is seen by its connection where the replica is not known', async () => {
    const sessions = [{ user: 'repl', flags: 'S', lastCommand: 'replconf' }];
    const nodes = [{ users: [CLOSED, ADMIN, REPLICA], sessions }];
    expect(await codes(nodes, { owned: new Set(['repl']), kind: 'replicated' })).toContain(
      'replication-user',
    );
  });
});

describe('Sentinels and exporters', () => {
  it('are told of the setting that changes their login where they are logged in, never to declare default', async () => {
    const sessions = [{ user: 'default', name: 'sentinel-3a5b0c1d-cmd', lastCommand: 'ping' }];
    const nextAt = async (node: Partial<NodeText>): Promise<string> => {
      const found = await refusals([{ users: [OPEN, ADMIN], sessions, ...node }], { kind: 'sentinel' });
      const down = node.mode === 'sentinel' ? 'agree on a failover' : 'take the node for down';
      const refusal = found.find(({ code }) => code === 'sentinel-user' || code === 'own-user');
      expect(refusal?.next).not.toContain('declare default');
      if (refusal?.code === 'sentinel-user') expect(refusal.message).toContain(down);
      return refusal?.next ?? '';
    };
    expect(await nextAt({})).toContain('SENTINEL SET NAME auth-user');
    const sentinel = { mode: 'sentinel', role: 'sentinel' } as const;
    expect(await nextAt(sentinel)).toContain('SENTINEL CONFIG SET sentinel-pass and sentinel-user');
    expect(await nextAt({ ...sentinel, sessions: [], login: 'default' })).toContain('sentinel.auth');
  });

  it('may lose between Sentinels what is sent to servers only', () => {
    const userOf = (rules: string) =>
      parseUserLine(`user peer ${rules}`, tableFor({ product: 'redis', version: '7.2.6' })).user;
    const [before, after] = [
      userOf('on nopass &* -@all +ping +publish +info +multi +client|setname'),
      userOf('on nopass &* -@all +ping +publish +client|setname'),
    ];
    const session = {
      user: 'peer',
      name: 'sentinel-3a5b0c1d-cmd',
      lastCommand: 'ping',
      address: '',
      library: '',
    };
    const codesAt = (mode: 'sentinel' | 'standalone') =>
      guardSentinels(
        {
          draft: { node: { id: 'n' }, state: { mode } },
          changes: [{ name: 'peer', before, after }],
          sessions: new Map([['peer', [session]]]),
        } as never,
        {} as never,
      ).map(({ code }) => code);
    expect(codesAt('sentinel')).toEqual([]);
    expect(codesAt('standalone')).toEqual(['sentinel-user']);
  });

  it('keep the rights of the user that Sentinels watch as', async () => {
    const users = [CLOSED, ADMIN, `watch on #${'d'.repeat(64)} &* +@all`];
    const sessions = [{ user: 'watch', name: 'sentinel-3a5b0c1d-cmd', lastCommand: 'ping' }];
    const policy = `${POLICY}  - { name: watch, role: monitor }\n`;
    const found = await refusals([{ users, sessions }], { policy, kind: 'sentinel' });
    expect(found[0]).toMatchObject({ code: 'sentinel-user', user: 'watch' });
    const good = `${POLICY}  - { name: watch, role: sentinel }\n`;
    expect(await codes([{ users, sessions }], { policy: good, kind: 'sentinel' })).toEqual([]);
  });

  it('keep what an exporter reads', async () => {
    const users = [CLOSED, ADMIN, `metrics on #${'d'.repeat(64)} +@all`];
    const sessions = [{ user: 'metrics', name: 'redis_exporter', lastCommand: 'slowlog|get' }];
    const policy = `${POLICY}  - { name: metrics, role: monitor }\n`;
    const [first] = await refusals([{ users, sessions }], { policy });
    expect(first).toMatchObject({ code: 'exporter-user' });
    expect(first?.message).toContain('SLOWLOG GET');
    expect(await codes([{ users, sessions: [{ ...sessions[0], lastCommand: 'info' }] }], { policy })).toEqual(
      [],
    );
  });
});

describe('what clients do', () => {
  const users = [CLOSED, ADMIN, ORDERS];

  it('is refused when the last command of a session would be denied', async () => {
    const sessions = [{ user: 'orders', name: 'billing', lastCommand: 'config|get' }];
    const [first] = await refusals([{ users, sessions }]);
    expect(first).toMatchObject({ code: 'commands-in-use', user: 'orders', override: 'allow' });
    expect(first?.message).toContain('CONFIG GET');
    expect(first?.message).toContain('billing');
  });

  it('passes when the last command stays allowed, or never was', async () => {
    const sessions = [
      { user: 'orders', lastCommand: 'get' },
      { user: 'orders', lastCommand: 'shutdown' },
    ];
    expect(await codes([{ users, sessions }])).toEqual([]);
  });

  it('counts what the one application user ran', async () => {
    const [first] = await refusals([{ users, stats: { cmdstat: 1, keys: 12, get: 99, 'config|get': 3 } }]);
    expect(first?.message).toContain('KEYS');
    expect(first?.message).not.toContain('CONFIG');
  });

  it('is judged by a recording with its keys', async () => {
    const recorder = createRecorder(tableFor({ product: 'redis', version: '7.2.6' }));
    recorder.see({ argv: ['GET', 'orders:1'], user: 'orders' });
    recorder.see({ argv: ['GET', 'carts:1'], user: 'orders' });
    const [first, ...rest] = await refusals([{ users }], {
      recording: new Map([['orders', recorder.recording()]]),
    });
    expect(rest).toEqual([]);
    expect(first?.message).toContain('GET of carts:1');
    expect(first?.message).not.toContain('orders:1');
  });

  it('passes by --allow', async () => {
    const sessions = [{ user: 'orders', lastCommand: 'config|get' }];
    expect(await codes([{ users, sessions }], { allow: new Set(['commands-in-use']) })).toEqual([]);
  });

  it('never passes by --allow what locks us out', async () => {
    expect(
      await codes([{ users: [OPEN, ADMIN], login: 'default' }], { allow: new Set(['own-user']) }),
    ).toEqual(['own-user']);
  });

  it('is refused when a password goes that sessions may be using', async () => {
    const sessions = [{ user: 'orders', lastCommand: 'get' }];
    const secrets = new Map([['orders', new Secret('known')]]);
    expect(await codes([{ users, sessions }], { secrets })).toEqual(['password-in-use']);
    expect(await codes([{ users }], { secrets })).toEqual([]);
    expect(await codes([{ users, sessions }], { secrets, rotating: new Set(['orders']) })).toEqual([]);
  });

  it('does not matter for a user whose time is over', async () => {
    const policy = `${POLICY}  - { name: temp, role: admin, expires: 2026-10-01 }\n`;
    const sessions = [{ user: 'temp', lastCommand: 'set' }];
    expect(
      await codes([{ users: [CLOSED, ADMIN, 'temp on nopass ~* +@all'], sessions }], { policy }),
    ).toEqual([]);
  });
});

describe('the user default', () => {
  it('is not closed while somebody uses it', async () => {
    const sessions = [{ user: 'default', name: 'old-app', library: 'jedis 4', lastCommand: 'get' }];
    const [first] = await refusals([{ users: [OPEN, ADMIN], sessions }]);
    expect(first).toMatchObject({ code: 'default-in-use', override: 'allow' });
    expect(first?.message).toContain('old-app, jedis 4');
  });

  it('is not used by who has not logged in yet, or by the link to the primary', async () => {
    const users = [`default on #${'e'.repeat(64)} ~* &* +@all`, ADMIN];
    const sessions = [
      { user: 'default', lastCommand: 'NULL' },
      { user: 'default', lastCommand: 'auth' },
      { user: 'default', flags: 'M', lastCommand: 'ping' },
    ];
    expect(await codes([{ users, sessions }])).toEqual([]);
  });
});

describe('the rest', () => {
  it('refuses to remove more than a fifth of the users at once', async () => {
    const fleet = {
      ...(await policyOf(`${POLICY}fleet: { a: { ownership: exclusive } }`)).fleets[0],
    } as never;
    const users = (count: number) => [
      CLOSED,
      ADMIN,
      ...Array.from({ length: count }, (_, at) => `u${at} on nopass +get`),
    ];
    const policy = (count: number) =>
      `${POLICY}${Array.from({ length: count - 1 }, (_, at) => `  - { name: u${at}, role: custom, commands: ["+get"] }\n`).join('')}`;
    expect(await codes([{ users: users(2) }], { fleet, policy: policy(2) })).toEqual(['too-many-removed']);
    expect(await codes([{ users: users(9) }], { fleet, policy: policy(9) })).toEqual([]);
  });

  it('refuses what would not outlast a restart', async () => {
    expect(await codes([{ users: [OPEN, ADMIN], persistence: { by: 'nothing' } }])).toEqual([
      'not-persistent',
    ]);
  });

  it('refuses a node whose users cannot be read, and takes nothing away blindly', async () => {
    const node = { users: [OPEN, ADMIN] };
    const denied = unknown('denied', 'NOPERM', 'log in as an administrator');
    const input = {
      policy: await policyOf(POLICY),
      topology: topologyOf([node]),
      unreadable: [],
      secrets: new Map(),
      now: NOW,
    };
    const blind = planFleet({ ...input, states: [{ ...stateOf(node), users: denied }] });
    expect(blind.plan.refusals.map(({ code, override }) => [code, override])).toEqual([
      ['unreadable', 'never'],
    ]);
    expect(blind.stages).toEqual([]);
    const deaf = planFleet({ ...input, states: [{ ...stateOf(node), clients: denied }] });
    expect(deaf.plan.refusals.map(({ code, override }) => [code, override])).toEqual([
      ['unreadable', 'allow'],
    ]);
  });

  it('refuses what a version cannot hold', async () => {
    const policy = `security_level: standard\nserver: { product: valkey, version: "9.1" }\nusers:\n  - { name: admin, role: admin }\n  - { name: one, role: readwrite, keys: ["a"], databases: [1] }`;
    expect(await codes([{ users: [CLOSED, ADMIN], server: 'redis-7.2' }], { policy })).toEqual([
      'unsupported',
    ]);
    expect(await codes([{ users: [CLOSED, ADMIN], server: 'valkey-9.1' }], { policy })).toEqual([]);
  });
});
