/** The pure part of a rotation: whose sessions are old, who must be told, what speaks against it, which steps in which order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hashPassword } from '../../src/acl/index.ts';
import { examineConfFiles } from '../../src/change/rotation/conf-hazard.ts';
import { refuseRotation, passwordHashes, warnRotation } from '../../src/change/rotation/refusal.ts';
import type { RotationNode } from '../../src/change/rotation/rotation-node.ts';
import { sortLinks } from '../../src/change/rotation/replica-links.ts';
import { refuseSecret } from '../../src/change/rotation/secret-refusal.ts';
import {
  countSessions,
  markMoment,
  parseSessions,
  type NodeMoments,
  type Session,
  type SessionView,
} from '../../src/change/rotation/sessions.ts';
import { extendStages, retireStages, sessionsToEnd } from '../../src/change/rotation/stages.ts';
import { readStatus } from '../../src/change/rotation/status.ts';
import { findUse } from '../../src/change/rotation/user-use.ts';
import { Secret } from '../../src/conf/index.ts';
import { FleetError } from '../../src/fleet/index.ts';
import { ADMIN, stateOf, type NodeText } from './plan-scene.ts';

const OLD = 'old-secret';
const NEW = 'new-secret';
const hash = (text: string): string => hashPassword(text);
const line = (name: string, ...passwords: readonly string[]): string =>
  `${name} on ${passwords.map((password) => `#${hash(password)}`).join(' ')} ~* +@all`;

interface NodeOptions extends NodeText {
  readonly id: string;
  readonly peer?: readonly [user: string, password: string];
}

function nodeOf({ id, peer, ...text }: NodeOptions): RotationNode {
  const role = text.role ?? 'primary';
  return {
    node: { id, role },
    state: stateOf({
      node: id,
      persistence: { by: 'aclfile', path: '/etc/users.acl' },
      info: { config_file: '/etc/redis.conf' },
      ...(role === 'sentinel'
        ? { mode: 'sentinel', persistence: { by: 'conf', path: '/etc/sentinel.conf' } }
        : {}),
      ...text,
    }),
    ...(role === 'sentinel'
      ? {
          sentinel: {
            groups: ['main', 'other'],
            peer: peer === undefined ? undefined : { user: peer[0], password: new Secret(peer[1]) },
          },
        }
      : {}),
  };
}

const away = (id: string, role: RotationNode['node']['role'] = 'replica'): RotationNode => ({
  node: { id, role },
  state: new FleetError('refused', id, 'nobody listens'),
});

function extend(user: string, nodes: readonly RotationNode[], oldSecret?: string): readonly string[] {
  const stages = extendStages({
    user,
    nodes,
    newSecret: new Secret(NEW),
    newHash: new Secret(hash(NEW)),
    oldSecret: oldSecret === undefined ? undefined : new Secret(oldSecret),
  });
  return stages.flatMap(({ name, steps }) =>
    steps.map((step) => {
      const more =
        step.kind === 'persist'
          ? ` ${step.by}`
          : step.kind === 'set-sentinel'
            ? ` ${step.group} ${step.settings.map((setting) => setting.name).join(' ')}`
            : step.kind === 'set-config'
              ? ` ${step.settings.map((setting) => setting.name).join(' ')}`
              : '';
      return `${name} ${step.node} ${step.kind}${more}`;
    }),
  );
}

describe('sessions', () => {
  const session = (id: number, more: Partial<Session> = {}): Session => ({
    id,
    address: '10.0.0.9:1',
    name: '',
    user: 'app',
    flags: 'N',
    ...more,
  });
  const moment = (highest: number, runId = 'a'): NodeMoments['switched'] => ({ node: 'n', runId, highest });
  const count = (sessions: readonly Session[], moments: Omit<NodeMoments, 'node'>, runId = 'a') =>
    countSessions({ node: 'n', runId, sessions }, { node: 'n', ...moments }, 'app', 99);
  const ids = (sessions: readonly Session[]): readonly number[] => sessions.map(({ id }) => id);

  it('are read from CLIENT LIST as servers print it', () => {
    const text =
      'id=3 addr=127.0.0.1:4 laddr=127.0.0.1:5 fd=8 name=worker age=1 flags=N db=0 user=app lib-name= resp=2\nid=4 addr=[::1]:4 name= flags=S user=replication redir=-1\n\ngarbage\n';
    expect(parseSessions(text)).toEqual([
      { id: 3, address: '127.0.0.1:4', name: 'worker', user: 'app', flags: 'N', localAddress: '127.0.0.1:5' },
      { id: 4, address: '[::1]:4', name: '', user: 'replication', flags: 'S', localAddress: '' },
    ]);
    expect(markMoment({ node: 'n', runId: 'a', sessions: parseSessions(text) })).toEqual(moment(4));
  });

  it('of before the switch are old, later ones nobody can tell, and once the old password is gone they are new', () => {
    const sessions = [session(1), session(10), session(11), session(20), session(21), session(99)];
    const before = count(sessions, { switched: moment(10) });
    expect([ids(before.old), ids(before.either), ids(before.fresh)]).toEqual([[1, 10], [11, 20, 21], []]);
    const after = count(sessions, { switched: moment(10), removed: moment(20) });
    expect([ids(after.old), ids(after.either), ids(after.fresh)]).toEqual([[1, 10], [11, 20], [21]]);
  });

  it('of Sentinels that connected anew when they were told are not taken for old ones, and never for new ones', () => {
    const sessions = [
      session(2, { name: 'sentinel-0123abcd-cmd' }),
      session(8, { name: 'sentinel-0123abcd-pubsub' }),
      session(9, { name: 'sentinel-like-this' }),
    ];
    const seen = count(sessions, { begun: moment(5), switched: moment(10) });
    expect([ids(seen.old), ids(seen.either)]).toEqual([[2, 9], [8]]);
  });

  it('of a server that was started again since cannot be older than that', () => {
    const sessions = [session(1), session(5)];
    const seen = count(sessions, { begun: moment(8), switched: moment(10) }, 'b');
    expect([ids(seen.old), ids(seen.either)]).toEqual([[], [1, 5]]);
  });

  it('of replicas are links, and neither links nor undecided ones are ended unless all are asked for', () => {
    const seen = count([session(1), session(2, { flags: 'S' }), session(12), session(13, { flags: 'S' })], {
      switched: moment(10),
    });
    expect(ids(seen.links)).toEqual([2]);
    expect(sessionsToEnd([seen], 'end-old').get('n')).toEqual(['1']);
    expect(sessionsToEnd([seen], 'end-all').get('n')).toEqual(['1', '12']);
    expect(sessionsToEnd([seen], 'keep').size).toBe(0);
  });

  it('property: each session of the user is counted once, and one that came after the switch is never ended by default', () => {
    const anySession = fc.record({
      id: fc.integer({ min: 1, max: 60 }),
      address: fc.constant('a:1'),
      name: fc.constantFrom('', 'sentinel-0123abcd-cmd'),
      user: fc.constantFrom('app', 'other'),
      flags: fc.constantFrom('N', 'S', 'P'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(anySession, { selector: ({ id }) => id }),
        fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60)),
        fc.constantFrom('a', 'b'),
        (sessions, heights, runId) => {
          const [first = 0, second = 0, third = 0] = heights.toSorted((a, b) => a - b);
          const moments = { begun: moment(first), switched: moment(second), removed: moment(third) };
          const seen = count(sessions, moments, runId);
          const all = [...seen.old, ...seen.either, ...seen.fresh, ...seen.links];
          const ofUser = sessions.filter(({ user }) => user === 'app');
          expect(all).toHaveLength(ofUser.length);
          expect(new Set(ids(all))).toEqual(new Set(ids(ofUser)));
          for (const id of sessionsToEnd([seen], 'end-old').get('n') ?? []) {
            expect(Number(id)).toBeLessThanOrEqual(second);
            expect(runId).toBe('a');
          }
          for (const { id } of seen.fresh) expect(runId === 'b' || id > third).toBe(true);
        },
      ),
    );
  });
});

describe('replication links', () => {
  const link = (id: number, address: string): Session => ({
    id,
    address,
    name: '',
    user: 'repl',
    flags: 'S',
  });
  const side = (node: string, localAddress: string, up: 'up' | 'down' = 'up'): SessionView => ({
    node,
    runId: 'a',
    link: up,
    sessions: [{ id: 1, address: 'p:1', name: '', user: '', flags: 'M', localAddress }],
  });
  const sorted = (
    links: readonly Session[],
    replicas: readonly SessionView[],
    away: readonly string[] = [],
  ) => {
    const view: SessionView = { node: 'p', runId: 'a', sessions: links };
    const count = countSessions(
      view,
      { node: 'p', switched: { node: 'p', runId: 'a', highest: 10 } },
      'repl',
      99,
    );
    const [found] = sortLinks([count], [view, ...replicas], away);
    return (['links', 'foreign', 'unsure', 'either'] as const).map((kind) =>
      found?.[kind].map(({ id }) => id),
    );
  };

  it('are of a node that shows the other end, and foreign where all are found and one is left', () => {
    const [own, spy, late] = [link(2, 'r:5'), link(3, 'x:6'), link(12, 'x:7')];
    expect(sorted([own], [side('r', 'r:5')])).toEqual([[2], [], [], []]);
    expect(sorted([own, spy, late], [side('r', 'r:5')])).toEqual([[2], [3, 12], [], []]);
    expect(sorted([spy], [])).toEqual([[], [3], [], []]);
  });

  it('are unsure while a node is away or its own link is down, and never ended then', () => {
    const [own, spy] = [link(2, 'r:5'), link(3, 'x:6')];
    expect(sorted([own, spy], [side('r', 'r:5')], ['gone'])).toEqual([[2], [], [3], []]);
    expect(sorted([spy], [side('r', 'r:9', 'down')])).toEqual([[], [], [3], []]);
  });

  it('are told by their number where no node shows its side', () => {
    const links = [link(2, 'r:5'), link(3, 'x:6')];
    expect(sorted(links, [side('r', ''), side('s', '')])).toEqual([[2, 3], [], [], []]);
    expect(sorted(links, [side('r', '')])).toEqual([[], [], [2, 3], []]);
  });
});

describe('who logs in as the user', () => {
  const replica = nodeOf({
    id: 'r',
    role: 'replica',
    users: [ADMIN, line('repl', OLD)],
    secrets: { masterauth: OLD, masteruser: 'repl' },
  });
  const primary = nodeOf({
    id: 'p',
    users: [ADMIN, line('repl', OLD), line('watch', OLD)],
    secrets: { masterauth: OLD, masteruser: 'repl' },
    sessions: [{ user: 'watch', name: 'sentinel-0123abcd-cmd' }],
  });
  const sentinel = nodeOf({
    id: 's',
    role: 'sentinel',
    users: [ADMIN, line('peer', OLD)],
    peer: ['peer', OLD],
  });
  const nodes = [primary, replica, sentinel];

  it('is found for replicas, Sentinels, Sentinels among themselves, and us', () => {
    expect(findUse('repl', nodes).replication.map(({ node }) => node.id)).toEqual(['p', 'r']);
    expect(findUse('watch', nodes).watchedAs).toEqual(['p']);
    expect(findUse('peer', nodes).peers.map(({ node }) => node.id)).toEqual(['s']);
    expect(findUse('admin', nodes).ours).toEqual(['p', 'r', 's']);
    expect(findUse('nobody', nodes)).toEqual({ replication: [], watchedAs: [], peers: [], ours: [] });
  });

  it('is `default` where masterauth stands without a user, and where a Sentinel falls back on its requirepass', () => {
    const legacy = nodeOf({
      id: 'l',
      users: [line('default', OLD)],
      secrets: { masterauth: OLD, masteruser: '' },
    });
    const fallback = nodeOf({ id: 'f', role: 'sentinel', users: [line('default', OLD)], peer: ['', ''] });
    const open = nodeOf({
      id: 'o',
      role: 'sentinel',
      users: ['default on nopass ~* &* +@all'],
      peer: ['', ''],
    });
    const use = findUse('default', [legacy, fallback, open]);
    expect(use.replication.map(({ node }) => node.id)).toEqual(['l']);
    expect(use.peers.map(({ node }) => node.id)).toEqual(['f']);
  });

  it('is told in the first run, replicas before primaries, after every login was proved', () => {
    expect(extend('repl', nodes, OLD)).toEqual([
      'extend r add-password',
      'extend r persist acl-save',
      'extend p add-password',
      'extend p persist acl-save',
      'verify r prove-login',
      'verify p prove-login',
      'switch r set-config masterauth',
      'switch r persist config-rewrite',
      'switch r prove-replication',
      'switch p set-config masterauth',
      'switch p persist config-rewrite',
      'switch p prove-replication',
    ]);
    expect(extend('watch', [primary, sentinel])).toContain('switch s set-sentinel main auth-pass');
    expect(extend('watch', [primary, sentinel])).toContain('switch s set-sentinel other auth-pass');
    expect(extend('peer', nodes)).toEqual([
      'extend s add-password',
      'extend s persist config-rewrite',
      'verify s prove-login',
      'switch s set-config sentinel-pass',
    ]);
  });

  it('on a node that cannot be asked gets the steps of its like, so that it has them when it is back', () => {
    const steps = extend('repl', [primary, away('gone')], OLD).filter((step) => step.includes(' gone '));
    expect(steps).toEqual([
      'extend gone add-password',
      'extend gone persist acl-save',
      'verify gone prove-login',
      'switch gone set-config masterauth',
      'switch gone persist config-rewrite',
      'switch gone prove-replication',
    ]);
    expect(
      extend('peer', [sentinel, primary, away('gone')]).filter((step) => step.includes(' gone ')),
    ).toEqual([]);
  });
});

describe('the second run', () => {
  const kinds = (
    nodes: readonly RotationNode[],
    user: string,
    more: { readonly old?: string; readonly ending?: ReadonlyMap<string, readonly string[]> } = {},
  ) =>
    retireStages({
      user,
      nodes,
      newSecret: new Secret(NEW),
      oldHashes: [new Secret(hash(OLD))],
      oldSecret: more.old === undefined ? undefined : new Secret(more.old),
      ending: more.ending ?? new Map(),
      perSecond: 5,
    }).flatMap(({ name, steps }) =>
      steps.map((step) => `${name} ${step.kind}${step.kind === 'prove-login' ? ` ${step.expect}` : ''}`),
    );

  it('removes, saves, ends the sessions that were noted, and proves both passwords', () => {
    const node = nodeOf({ id: 'p', users: [line('app', OLD, NEW)] });
    expect(kinds([node], 'app', { old: OLD, ending: new Map([['p', ['4', '5']]]) })).toEqual([
      'remove remove-password',
      'remove persist',
      'end end-sessions',
      'prove prove-login accepted',
      'prove prove-login refused',
      'prove prove-replication',
    ]);
    expect(kinds([node], 'app')).not.toContain('prove prove-login refused');
  });

  it('makes requirepass agree after the old password of default is gone, and writes the conf too', () => {
    const node = nodeOf({ id: 'p', users: [line('default', OLD, NEW)], secrets: { requirepass: OLD } });
    expect(kinds([node], 'default').slice(0, 4)).toEqual([
      'remove remove-password',
      'remove set-config',
      'remove persist',
      'remove persist',
    ]);
    expect(
      kinds(
        [nodeOf({ id: 'p', users: [line('default', OLD, NEW)], secrets: { requirepass: '' } })],
        'default',
      ),
    ).not.toContain('remove set-config');
  });
});

describe('a rotation is refused', () => {
  const codes = (user: string, nodes: readonly RotationNode[], next = NEW) =>
    refuseRotation(user, nodes, new Secret(next)).map(({ code, override }) => `${code} ${override}`);
  const good = nodeOf({ id: 'p', users: [ADMIN, line('app', OLD)] });

  it('never where one password is on every node that has to have it', () => {
    expect(codes('app', [good, nodeOf({ id: 's', role: 'sentinel', users: [ADMIN] })])).toEqual([]);
    expect(codes('app', [good, away('gone')])).toEqual([]);
  });

  it.each([
    ['nobody has the user', 'ghost', [good], 'no-user never'],
    [
      'the user is off',
      'app',
      [nodeOf({ id: 'p', users: [line('app', OLD).replace(' on ', ' off ')] })],
      'user-off never',
    ],
    [
      'any password opens it',
      'app',
      [nodeOf({ id: 'p', users: ['app on nopass ~* +@all'] })],
      'no-password never',
    ],
    [
      'a data node lacks it',
      'app',
      [good, nodeOf({ id: 'r', role: 'replica', users: [ADMIN] })],
      'missing-on-nodes never',
    ],
    [
      'it has two passwords',
      'app',
      [nodeOf({ id: 'p', users: [line('app', OLD, 'another')] })],
      'several-passwords force',
    ],
    [
      'nothing outlasts a restart',
      'app',
      [nodeOf({ id: 'p', users: [line('app', OLD)], persistence: { by: 'nothing' } })],
      'not-persistent force',
    ],
  ] as const)('where %s', (_why, user, nodes, code) => {
    expect(codes(user, nodes)).toContain(code);
  });

  it('where Sentinels log in as the user and are not all among the nodes', () => {
    const watched = nodeOf({
      id: 'p',
      users: [ADMIN, line('app', OLD)],
      sessions: ['aaaaaaaa', 'bbbbbbbb'].flatMap((id) => [
        { user: 'app', name: `sentinel-${id}-cmd` },
        { user: 'app', name: `sentinel-${id}-pubsub` },
      ]),
    });
    const sentinel = (id: string): RotationNode => nodeOf({ id, role: 'sentinel', users: [ADMIN] });
    expect(codes('app', [watched])).toEqual(['sentinels-unreached force']);
    expect(codes('app', [watched, sentinel('s1')])).toEqual(['sentinels-unreached force']);
    expect(codes('app', [watched, sentinel('s1'), sentinel('s2')])).toEqual([]);
    // One that is away is waited for.
    expect(codes('app', [watched, sentinel('s1'), away('s2', 'sentinel')])).toEqual([]);
    const other = nodeOf({ id: 'p', users: [ADMIN, line('app', OLD)], sessions: [{ user: 'sentinel' }] });
    expect(codes('app', [other])).toEqual([]);
  });

  it('where the new secret is the present one', () => {
    expect(codes('app', [good], OLD)).toEqual(['same-secret never']);
  });

  it.each(['with blank', 'quo"te', "quo'te", 'back\\slash', 'tab\tbed', 'bell\u0007'])(
    'where a file of a Sentinel, a replica or requirepass would have to hold %j',
    (next) => {
      const users = [ADMIN, line('app', OLD), line('default', OLD)];
      const plain = nodeOf({ id: 'a', users });
      const replica = nodeOf({ id: 'b', users, secrets: { masteruser: 'app', masterauth: OLD } });
      const sentinel = nodeOf({ id: 's', role: 'sentinel', users, peer: ['app', OLD] });
      const required = nodeOf({ id: 'c', users, secrets: { requirepass: OLD } });
      const told = (user: string, nodes: readonly RotationNode[], secret = next) =>
        refuseSecret(user, nodes, new Secret(secret)).map(({ code }) => code);
      expect(told('app', [plain])).toEqual([]);
      expect(told('app', [plain, replica])).toEqual(['unsafe-secret']);
      expect(told('app', [plain, sentinel])).toEqual(['unsafe-secret']);
      expect(told('default', [required])).toEqual(['unsafe-secret']);
      expect(told('app', [plain, replica, sentinel], 'a-#{}[]%*')).toEqual([]);
    },
  );

  it('tells all reasons at once, with the nodes, and no hash', () => {
    const nodes = [
      nodeOf({ id: 'p', users: [line('app', OLD, 'x').replace(' on ', ' off ')] }),
      nodeOf({ id: 'r', role: 'replica', users: [ADMIN] }),
    ];
    const refusals = refuseRotation('app', nodes, new Secret(NEW));
    expect(refusals.map(({ code }) => code)).toEqual(['missing-on-nodes', 'user-off', 'several-passwords']);
    const text = JSON.stringify(refusals);
    expect(text).not.toMatch(/[0-9a-f]{64}/);
    expect(text).toContain('p: ');
  });

  it('and warned of a configuration file of users that cannot be looked at', () => {
    const persistence = { by: 'conf', path: '/etc/redis.conf' } as const;
    const far = nodeOf({ id: '10.0.0.1:6379', users: [ADMIN], persistence });
    expect(examineConfFiles([far, good])).toEqual({
      refusals: [],
      warnings: [
        expect.stringMatching(/^10\.0\.0\.1:6379: users are kept in \/etc\/redis\.conf, which could not/),
      ],
    });
  });

  it('and warned of where replicas use what is no password of the user', () => {
    const node = nodeOf({
      id: 'p',
      users: [line('repl', OLD)],
      secrets: { masterauth: 'wrong', masteruser: 'repl' },
    });
    expect(warnRotation('repl', [node])).toHaveLength(1);
    expect(warnRotation('app', [good])).toEqual([]);
  });
});

describe('the status', () => {
  const facts = { newSecret: new Secret(NEW), oldHashes: [new Secret(hash(OLD))] };
  const node = (id: string, ...passwords: readonly string[]): RotationNode =>
    nodeOf({ id, users: [line('app', ...passwords)] });
  const phase = (nodes: readonly RotationNode[], own: typeof facts | undefined = facts) =>
    readStatus('app', nodes, own).phase;

  it('follows the passwords of the nodes', () => {
    expect(phase([node('a', OLD), node('b', OLD, NEW)])).toBe('adding');
    expect(phase([node('a', OLD, NEW), node('b', OLD, NEW)])).toBe('waiting');
    expect(phase([node('a', NEW), node('b', OLD, NEW)])).toBe('removing');
    expect(phase([node('a', NEW), node('b', NEW)])).toBe('finished');
    expect(phase([node('a', OLD, NEW), away('b')])).toBe('adding');
  });

  it('shows two passwords as a rotation in progress although nothing is known of it here', () => {
    const status = readStatus('app', [node('a', OLD, NEW), node('b', OLD, NEW)], undefined);
    expect(status.phase).toBe('elsewhere');
    expect(status.nodes.map(({ passwords }) => passwords)).toEqual([2, 2]);
    expect(readStatus('app', [node('a', OLD)], undefined).phase).toBe('none');
  });

  it('names hashes of all nodes once', () => {
    expect(passwordHashes('app', [node('a', OLD), node('b', OLD, NEW), away('c')]).toSorted()).toEqual(
      [hash(OLD), hash(NEW)].toSorted(),
    );
  });
});
