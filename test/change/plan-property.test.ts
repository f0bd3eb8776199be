/**
 * Over random policies and random live users, of every recorded version: the steps of a plan are played on the users
 * that were read, each must find what it expects, nobody may lose between the stages what they have before and after,
 * and the next plan must show no difference.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  canRun,
  haveSameRights,
  parseUser,
  printUser,
  RECORDED_BUILDS,
  serverNamed,
  tableFor,
  type CommandTable,
  type User,
} from '../../src/acl/index.ts';
import { planFleet, type PlanInput, type Stage } from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import type { NodeState } from '../../src/fleet/index.ts';
import { policyFor, type PolicyDocument, type PolicyUser, type Role } from '../../src/policy/index.ts';
import { randomRules } from '../acl/random-rules.ts';
import { NOW, play, stateOf, topologyOf } from './plan-scene.ts';

const RUNS = 25;
const NAMES = ['admin', 'app', 'reports', 'ops', 'default', 'v-token-x-1', 'gone'];
const ROLES: readonly Role[] = [
  'admin',
  'readwrite',
  'readonly',
  'writeonly',
  'pubsub',
  'monitor',
  'backup',
  'custom',
];

interface Scene {
  /** Lines of ACL LIST. */
  readonly live: readonly string[];
  readonly policy: PolicyDocument;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly ownership: string;
  readonly owned: ReadonlySet<string>;
}

function scenes(table: CommandTable, server: string): fc.Arbitrary<Scene> {
  const hashes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c').map((digit) => digit.repeat(64)));
  const live = fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc
            .tuple(randomRules(table), hashes, fc.boolean())
            .map(([rules, passwords, on]) => parse(name, rules, passwords, on, table)),
        ),
      ),
    );
  const user = (name: string): fc.Arbitrary<PolicyUser> =>
    fc
      .tuple(
        fc.constantFrom(...ROLES),
        fc.uniqueArray(fc.constantFrom('app:*', '*', 'x'), { maxLength: 2 }),
        fc.constantFrom(undefined, '2026-01-01', '2030-01-01'),
      )
      .map(([role, keys, expires]) => ({
        name,
        role,
        keys: keys.map((pattern) => ({ pattern, access: undefined })),
        channels: role === 'pubsub' ? ['news'] : [],
        databases: [],
        commands: role === 'custom' ? ['+get', '+config|get'] : [],
        expires,
        password: undefined,
        tenant: undefined,
      }));
  const declared = fc
    .uniqueArray(fc.constantFrom('admin', 'app', 'reports', 'ops'), { minLength: 1 })
    .chain((names) => fc.tuple(...names.map(user)));
  const version = serverNamed(server) ?? { product: 'redis', version: '7.2.6' };
  return fc
    .record({
      live,
      users: declared,
      level: fc.constantFrom('basic', 'standard'),
      known: fc.subarray(['admin', 'app', 'reports']),
      ownership: fc.constantFrom('declared', 'exclusive', 'prefix:re'),
      owned: fc.subarray(['gone', 'ops']),
    })
    .map(({ live, users, level, known, ownership, owned }) => ({
      live: live
        .filter((each) => each !== undefined)
        .map((each) => printUser(each, table).slice('user '.length)),
      policy: {
        ...policyFor({
          level,
          frameworks: [],
          exposure: 'private_network',
          server: version,
          mode: 'standalone',
        } as never),
        users,
      },
      secrets: new Map(known.map((name) => [name, new Secret(`secret of ${name}`)])),
      ownership,
      owned: new Set(owned),
    }));
}

function parse(
  name: string,
  rules: readonly string[],
  passwords: readonly string[],
  on: boolean,
  table: CommandTable,
): User | undefined {
  const tokens = [on ? 'on' : 'off', ...passwords.map((hash) => `#${hash}`), ...rules];
  const { user, hazards } = parseUser(name, tokens, table);
  return hazards.length > 0 ? undefined : user;
}

function inputOf(scene: Scene, state: NodeState, server: string): PlanInput {
  return {
    policy: scene.policy,
    fleet: { ownership: scene.ownership, name: 'f' } as PlanInput['fleet'],
    topology: topologyOf([{ users: [], server }]),
    states: [state],
    unreadable: [],
    secrets: scene.secrets,
    now: NOW,
    owned: scene.owned,
  };
}

/** What somebody has before and after must be theirs after each stage. */
function expectNoGap(state: NodeState, stages: readonly Stage[]): void {
  const usersOf = ({ users }: NodeState): ReadonlyMap<string, User> =>
    new Map(users.known ? users.value.map(({ user }) => [user.name, user]) : []);
  const before = usersOf(state);
  const after = usersOf(play(state, stages));
  for (let at = 1; at < stages.length; at++) {
    const between = usersOf(play(state, stages.slice(0, at)));
    for (const [name, user] of before) {
      const [last, now] = [after.get(name), between.get(name)];
      if (last === undefined || !user.enabled || !last.enabled) continue;
      expect(now?.enabled, name).toBe(true);
      for (const hash of user.passwords) {
        if (last.passwords.includes(hash)) expect(now?.passwords, name).toContain(hash);
      }
      for (const command of ['get', 'set', 'config|get', 'ping', 'acl|setuser']) {
        const held = [user, last].every((each) => canRun(each, command, each.table) === 'yes');
        if (held && now !== undefined)
          expect(canRun(now, command, now.table), `${name} ${command}`).toBe('yes');
      }
    }
  }
}

const servers = [...RECORDED_BUILDS].map(([name]) => name);

it.each(servers)('%s: a plan that is carried out leaves nothing to plan', (server) => {
  const table = tableFor(serverNamed(server) ?? { product: 'redis', version: '7.2.6' });
  let changed = 0;
  fc.assert(
    fc.property(scenes(table, server), (scene) => {
      const state = stateOf({ server, users: scene.live, login: 'operator' });
      const planned = planFleet(inputOf(scene, state, server));
      const first = planned.plan.nodes[0];
      if ((first?.differences.length ?? 0) > 1) changed++;
      expectNoGap(state, planned.stages);
      const next = planFleet(inputOf(scene, play(state, planned.stages), server));
      expect(next.plan.nodes[0]?.differences).toEqual([]);
      expect(next.stages).toEqual([]);
      expect(next.plan.nodes[0]?.marker).toEqual({ revision: planned.plan.revision, exact: true });
    }),
    { numRuns: RUNS, seed: Number(process.env['WARDIS_SEED'] ?? 20_261_122) },
  );
  expect(changed).toBeGreaterThan(RUNS / 5);
});

it('keeps users apart that only look alike', () => {
  const table = tableFor({ product: 'redis', version: '7.2.6' });
  const [a, b] = ['~a:* +get', '~a:* +get +set'].map((rules) => parseUser('u', rules.split(' '), table).user);
  expect(a !== undefined && b !== undefined && haveSameRights(a, b)).toBe(false);
});
