/** The users of a fleet side by side, from what was read of its nodes. */
import { describe, expect, it } from 'vitest';
import { tableFor } from '../../src/acl/index.ts';
import { drawRoster, type RosterInput, type RosterUser } from '../../src/change/index.ts';
import { known, snapshotFromText, unknown, type NodeState, type SessionFact } from '../../src/fleet/index.ts';
import { parsePolicy, type PolicyDocument } from '../../src/policy/index.ts';

const NOW = new Date('2026-11-22T06:00:00Z');
const FROM = { kind: 'default', assumed: 'a test' } as never;
const HASH = `#${'a1b2c3d4'.repeat(8)}`;
const OTHER = `#${'0f1e2d3c'.repeat(8)}`;

interface Told {
  readonly users?: readonly string[];
  readonly version?: string;
  readonly mode?: NodeState['mode'];
  readonly sessions?: readonly (readonly [user: string, idleSeconds: number])[];
  readonly cut?: number;
  readonly silent?: boolean;
}

function node(name: string, told: Told): NodeState {
  const server = { product: 'redis', version: told.version ?? '7.0.15' } as const;
  const acl = `user default off\n${(told.users ?? []).map((line) => `user ${line}\n`).join('')}`;
  const { users } = snapshotFromText({ server, conf: 'aclfile users.acl\n', acl });
  const denied = unknown('denied', 'NOPERM', 'elsewhere');
  const clients = (told.sessions ?? []).map(([user, idleSeconds], at): SessionFact => ({
    id: String(at),
    address: '',
    localAddress: '',
    user,
    name: '',
    library: '',
    ageSeconds: 100,
    idleSeconds,
    lastCommand: 'get',
    flags: 'N',
  }));
  return {
    node: name,
    takenAt: NOW.toISOString(),
    server,
    mode: told.mode ?? 'standalone',
    runId: name,
    role: denied,
    table: tableFor(server),
    login: denied,
    clientId: known('0', FROM),
    users: told.users === undefined ? denied : users,
    settings: new Map(),
    secrets: new Map() as never,
    clients: told.silent === true ? denied : known(clients, FROM),
    clientsCut: told.cut ?? 0,
    commandStats: denied,
    info: new Map(),
    persistence: { by: 'nothing' },
    fingerprint: '',
    roundTrips: 2,
  };
}

async function policyOf(users: string): Promise<PolicyDocument> {
  const parsed = await parsePolicy(`version: 1\nusers:\n${users}`);
  if (!parsed.ok) throw new Error('refused');
  return parsed.policy;
}

function draw(states: readonly NodeState[], more: Partial<RosterInput> = {}): readonly RosterUser[] {
  return drawRoster({ states, servers: 'all-read', rotations: [], now: NOW, ...more });
}

function find(roster: readonly RosterUser[], name: string, on = 'servers'): RosterUser {
  const user = roster.find((each) => each.name === name && each.on === on);
  if (user === undefined) throw new Error(`no ${name}`);
  return user;
}

describe('nodes are compared', () => {
  const usual = `app on ${HASH} ~app:* +get +set`;

  it('by rights, not by the text of the rules', () => {
    const roster = draw([
      node('a', { users: [usual] }),
      node('b', { users: [`app on ${HASH} ~app:* +set +get`] }),
    ]);
    expect(find(roster, 'app')).toMatchObject({
      present: ['a', 'b'],
      missing: [],
      differing: [],
      rotating: false,
    });
  });

  it('and the odd one is named, with what is other there', () => {
    const roster = draw([
      node('a', { users: [`app off ${HASH} ~app:* +get`] }),
      node('b', { users: [usual] }),
      node('c', { users: [usual] }),
      node('d', { users: [`app on ${OTHER} ~app:* +get +set`] }),
      node('e', { users: [] }),
    ]);
    expect(find(roster, 'app')).toMatchObject({
      state: 'mixed',
      rotating: true,
      passwords: 1,
      present: ['a', 'b', 'c', 'd'],
      missing: ['e'],
      differing: [
        { node: 'a', in: ['state', 'rights'] },
        { node: 'd', in: ['passwords'] },
      ],
    });
  });

  it('with those of their version only', () => {
    const roster = draw([
      node('a', { users: [usual] }),
      node('b', { users: [`app on ${HASH} ~app:* +get`], version: '6.0.20' }),
    ]);
    expect(find(roster, 'app').differing).toEqual([]);
  });

  it('where their users are known, and no others are missing anything', () => {
    const roster = draw([node('a', { users: [usual] }), node('b', {})]);
    expect(find(roster, 'app')).toMatchObject({ present: ['a'], missing: [] });
  });
});

describe('sessions', () => {
  it('are counted over all nodes without our own, and idle is the least', () => {
    const roster = draw([
      node('a', {
        users: [`app on ${HASH}`],
        sessions: [
          ['app', 0],
          ['app', 40],
          ['app', 7],
        ],
      }),
      node('b', {
        users: [`app on ${HASH}`],
        sessions: [
          ['ours', 0],
          ['app', 90],
        ],
      }),
    ]);
    expect(find(roster, 'app')).toMatchObject({ sessions: 3, sessionsAre: 'exact', idleSeconds: 7 });
  });

  it('are at least so many where a node shows none or not all', () => {
    const users = [`app on ${HASH}`, 'idle on'];
    const sessions = [
      ['', 0],
      ['app', 1],
    ] as const;
    const cut = draw([node('a', { users, sessions, cut: 5 })]);
    expect(find(cut, 'app').sessionsAre).toBe('at-least');
    expect(find(cut, 'idle')).toMatchObject({ sessions: 0, sessionsAre: 'exact' });
    const silent = draw([node('a', { users, sessions }), node('b', { users, silent: true })]);
    expect(find(silent, 'idle')).toMatchObject({ sessions: 0, sessionsAre: 'at-least' });
  });
});

describe('what the policy and the record say', () => {
  const users = `  - { name: app, role: readonly, keys: ["*"], expires: 2026-11-21 }
  - { name: fire, role: admin, break_glass: { reason: disk full, until: 2026-11-22T06:00:01Z } }
`;
  it('stands beside what is there', async () => {
    const roster = draw([node('a', { users: [`app on ${HASH} ${OTHER}`, 'intern on nopass'] })], {
      policy: await policyOf(users),
      rotations: [
        { user: 'app', rotatedAt: '2026-01-01T00:00:00Z' },
        { user: 'fire', fleet: 'other', rotatedAt: '2026-11-22T00:00:00Z' },
      ],
    });
    expect(find(roster, 'app')).toMatchObject({
      role: 'readonly',
      passwords: 2,
      rotating: true,
      ends: { at: '2026-11-21', passed: true },
      credential: { ageDays: 325, overdue: true },
    });
    expect(find(roster, 'fire')).toMatchObject({
      state: 'absent',
      ends: { at: '2026-11-22T06:00:01Z', reason: 'disk full', passed: false },
      missing: ['a'],
    });
    expect(find(roster, 'intern')).toMatchObject({ role: undefined, nopass: true });
  });

  it('calls nobody absent while a node was not read', async () => {
    const policy = await policyOf(users);
    const stateOf = (states: readonly NodeState[], servers: RosterInput['servers'] = 'all-read') =>
      find(draw(states, { policy, servers }), 'fire').state;
    expect(stateOf([node('a', { users: [] })])).toBe('absent');
    expect(stateOf([node('a', { users: [] })], 'some-unread')).toBe('unseen');
    expect(stateOf([node('a', { users: [] }), node('b', {})])).toBe('unseen');
  });

  it('keeps Sentinels apart', async () => {
    const roster = draw(
      [node('a', { users: [`app on ${HASH}`] }), node('s', { users: [`peer on ${HASH}`], mode: 'sentinel' })],
      { policy: await policyOf(users) },
    );
    expect(roster.map(({ name, on }) => `${name} ${on}`)).toEqual([
      'app servers',
      'default servers',
      'fire servers',
      'default sentinels',
      'peer sentinels',
    ]);
    expect(find(roster, 'app').missing).toEqual([]);
  });

  it('does not take the marker of a revision for a rotation', () => {
    const marker = (second: string) => `wardis-revision off ${HASH} #${second.repeat(8)} -@all`;
    const roster = draw([
      node('a', { users: [marker('01234567')] }),
      node('b', { users: [marker('89abcdef')] }),
    ]);
    expect(find(roster, 'wardis-revision')).toMatchObject({
      role: 'marker',
      passwords: 0,
      rotating: false,
      differing: [],
    });
  });

  it('never holds a hash', async () => {
    const roster = draw([node('a', { users: [`app on ${HASH} ${OTHER} +get`] })], {
      policy: await policyOf(users),
    });
    expect(JSON.stringify(roster)).not.toMatch(/[0-9a-f]{64}/);
  });
});
