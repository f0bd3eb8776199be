/** Fleets in memory for tests of plans: states as they would be read, from ACL LIST lines, and the steps played on them. */
import {
  diffUsers,
  parseUser,
  parseUserLine,
  printUser,
  serverNamed,
  tableFor,
  type User,
} from '../../src/acl/index.ts';
import type { Stage, Step } from '../../src/change/index.ts';
import { Secret } from '../../src/conf/index.ts';
import {
  known,
  type FleetNode,
  type NodeState,
  type SessionFact,
  type Topology,
} from '../../src/fleet/index.ts';
import { parsePolicy, type PolicyDocument } from '../../src/policy/index.ts';

const FROM = { kind: 'command', node: 'test', command: 'TEST' } as const;
export const NOW = new Date('2026-11-22T06:00:00Z');

export interface NodeText {
  readonly node?: string;
  readonly server?: string;
  readonly mode?: NodeState['mode'];
  readonly role?: 'primary' | 'replica' | 'sentinel';
  readonly primary?: string;
  readonly group?: string;
  /** Lines of ACL LIST without the word `user`. */
  readonly users: readonly string[];
  readonly login?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly sessions?: readonly Partial<SessionFact>[];
  readonly stats?: Readonly<Record<string, number>>;
  readonly persistence?: NodeState['persistence'];
  readonly info?: Readonly<Record<string, string>>;
  readonly password?: string;
}

export const ADMIN = `admin on #${'a'.repeat(64)} ~* &* +@all`;
export const OPEN = 'default on nopass ~* &* +@all';

export function stateOf(text: NodeText): NodeState {
  const server = serverNamed(text.server ?? 'redis-7.2') ?? { product: 'redis', version: '7.2.6' };
  const table = tableFor(server);
  const users = text.users.map((line) => {
    const parsed = parseUserLine(`user ${line}`, table);
    if (parsed.user === undefined) throw new Error(parsed.problems[0]?.message);
    return { user: parsed.user, text: '', from: FROM, clearPasswords: [] };
  });
  const sessions = (text.sessions ?? []).map((session, at) => ({
    id: String(100 + at),
    address: `10.0.0.9:${50_000 + at}`,
    user: 'default',
    name: '',
    library: '',
    ageSeconds: 60,
    idleSeconds: 0,
    lastCommand: 'NULL',
    flags: 'N',
    localAddress: '',
    ...session,
  }));
  return {
    node: text.node ?? '10.0.0.1:6379',
    takenAt: NOW.toISOString(),
    server,
    mode: text.mode ?? 'standalone',
    runId: 'r'.repeat(40),
    role: known(
      text.role === 'replica'
        ? { kind: 'replica', primary: text.primary ?? '', linkUp: true }
        : text.role === 'sentinel'
          ? { kind: 'sentinel', primaries: ['main'] }
          : { kind: 'primary', replicas: [] },
      FROM,
    ),
    table,
    login: known(text.login ?? 'admin', FROM),
    clientId: known('7', FROM),
    users: known(users, FROM),
    settings: new Map(Object.entries(text.settings ?? {}).map(([name, value]) => [name, known(value, FROM)])),
    secrets: new Map(
      Object.entries(text.secrets ?? {}).map(([name, value]) => [name, known(new Secret(value), FROM)]),
    ),
    clients: known(sessions, FROM),
    clientsCut: 0,
    commandStats: known(new Map(Object.entries(text.stats ?? {})), FROM),
    info: new Map(Object.entries({ config_file: '/etc/redis/redis.conf', ...text.info })),
    persistence: text.persistence ?? { by: 'aclfile', path: '/etc/redis/users.acl' },
    fingerprint: 'f'.repeat(64),
    roundTrips: 2,
  };
}

export function topologyOf(nodes: readonly NodeText[], kind: Topology['kind'] = 'standalone'): Topology {
  return {
    kind,
    nodes: nodes.map((text): FleetNode => {
      const [host = '', port = ''] = (text.node ?? '10.0.0.1:6379').split(':');
      const password = text.password;
      return {
        id: text.node ?? '10.0.0.1:6379',
        target: {
          endpoint: { kind: 'tcp', host, port: Number(port) },
          transport: 'plaintext',
          ...(password === undefined
            ? {}
            : { credentials: { username: text.login ?? 'admin', password: new Secret(password) } }),
        },
        role: text.role ?? 'primary',
        ...(text.primary === undefined ? {} : { primary: text.primary }),
        ...(text.group === undefined ? {} : { group: text.group }),
        flags: [],
        reachable: 'yes',
      };
    }),
    notes: [],
  };
}

export async function policyOf(yaml: string): Promise<PolicyDocument> {
  const parsed = await parsePolicy(`version: 1\n${yaml}`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.policy;
}

/** The users that ACL SETUSER and ACL DELUSER leave; throws where a step does not find what it expects. */
export function play(state: NodeState, stages: readonly Stage[]): NodeState {
  if (!state.users.known) return state;
  const users = new Map(state.users.value.map((fact) => [fact.user.name, fact.user]));
  const settings = new Map(state.settings);
  const secrets = new Map(state.secrets);
  for (const step of stages.flatMap(({ steps }) => steps)) {
    if (step.node !== state.node) continue;
    playStep(step, users, state);
    if (step.kind !== 'set-config') continue;
    for (const { name, after } of step.settings) {
      if (typeof after === 'string') settings.set(name, known(after, FROM));
      else secrets.set(name, known(after, FROM));
    }
  }
  const facts = [...users.values()].map((user) => ({ user, text: '', from: FROM, clearPasswords: [] }));
  return { ...state, users: known(facts, FROM), settings, secrets };
}

function playStep(step: Step, users: Map<string, User>, { table }: NodeState): void {
  if (step.kind === 'set-user') {
    const before = users.get(step.user);
    const expected = step.before === undefined ? undefined : read(step.user, step.before, table);
    if ((before === undefined) !== (expected === undefined)) throw new Error(`${step.user}: another before`);
    if (before !== undefined && expected !== undefined && !diffUsers(before, expected).same)
      throw new Error(`${step.user}: is ${printUser(before, table)}, not ${printUser(expected, table)}`);
    users.set(step.user, read(step.user, step.after, table));
  }
  if (step.kind === 'remove-user' && !users.delete(step.user)) throw new Error(`${step.user} is not there`);
}

function read(name: string, image: Secret, table: NodeState['table']): User {
  const { user, problems } = parseUser(name, ['reset', ...image.reveal().split(' ')], table);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}
