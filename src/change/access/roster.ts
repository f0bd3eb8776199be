/**
 * The users of a whole fleet, side by side: what each node has, who is logged in, when each ends, and how old its
 * credential is. Pure: what was read of the nodes, the policy and the record of rotations in, one line per user out.
 * Never a password or a hash. Sentinels are counted apart: they have users of their own.
 */

import type { User } from '../../acl/index.ts';
import type { NodeState, UserFact } from '../../fleet/index.ts';
import {
  daysSince,
  expectationsUnder,
  userEnd,
  usersWithSecrets,
  type FleetPolicy,
  type PolicyDocument,
  type PolicyUser,
} from '../../policy/index.ts';
import { MARKER } from '../plan/revision.ts';
import { lastRotated, type CredentialRecord } from './credential-age.ts';
import { findOddNodes, type NodeDifference } from './roster-difference.ts';

/** Where a user lives. */
export type RosterPlace = 'servers' | 'sentinels';

export interface RosterUser {
  readonly name: string;
  readonly on: RosterPlace;
  /** Role of the policy; `login` is what the fleet is entered as; absent: no policy declares it. */
  readonly role: string | undefined;
  /** `mixed`: on here and off there. `absent`: declared, and on no node; `unseen`: on none that could be read. */
  readonly state: 'on' | 'off' | 'mixed' | 'absent' | 'unseen';
  /** Any password opens it, on some node. */
  readonly nopass: boolean;
  /** The most that a node has. */
  readonly passwords: number;
  /** Two passwords on a node, or not the same ones on all of them. */
  readonly rotating: boolean;
  /** Connections of this user on all nodes that could be asked, ours excepted. */
  readonly sessions: number;
  /** `at-least`: some node did not show all of its sessions. */
  readonly sessionsAre: 'exact' | 'at-least';
  /** Seconds since the last command of any of them; absent where nobody is connected. */
  readonly idleSeconds: number | undefined;
  readonly ends: RosterEnd | undefined;
  readonly credential: RosterCredential | undefined;
  /** `id`s of nodes of this place that could be read and have the user. */
  readonly present: readonly string[];
  readonly missing: readonly string[];
  /** Nodes that have it otherwise than most nodes of the same version. */
  readonly differing: readonly NodeDifference[];
}

export interface RosterEnd {
  /** `2026-11-20`, or a moment for break-glass access. */
  readonly at: string;
  readonly reason?: string;
  readonly passed: boolean;
}

export interface RosterCredential {
  /** ISO 8601. */
  readonly rotatedAt: string;
  readonly ageDays: number;
  readonly overdue: boolean;
}

export interface RosterInput {
  /** One for every node that was read. */
  readonly states: readonly NodeState[];
  /** Whether some data node was not read at all: it may have users that the others have not. */
  readonly servers: 'all-read' | 'some-unread';
  readonly policy?: PolicyDocument | undefined;
  readonly fleet?: FleetPolicy | undefined;
  readonly rotations: CredentialRecord;
  readonly now: Date;
}

/** What one node says of a user. */
export interface NodeUser {
  readonly node: string;
  /** Nodes of one kind can be compared: product, version and mode. */
  readonly kind: string;
  readonly fact: UserFact;
}

/** Servers' users first, then those of Sentinels; by name within each. */
export function drawRoster(input: RosterInput): readonly RosterUser[] {
  return (['servers', 'sentinels'] as const).flatMap((place) => {
    const states = input.states.filter(({ mode }) => (mode === 'sentinel') === (place === 'sentinels'));
    return states.length === 0 ? [] : usersOf(place, states, input);
  });
}

function usersOf(
  place: RosterPlace,
  states: readonly NodeState[],
  input: RosterInput,
): readonly RosterUser[] {
  const { policy } = input;
  const read = states.flatMap(({ node, users }) => (users.known ? [node] : []));
  const absent = input.servers === 'all-read' && read.length === states.length ? 'absent' : 'unseen';
  const seen = new Map<string, NodeUser[]>();
  for (const { node, server, mode, users } of states) {
    const kind = `${server.product} ${server.version} ${mode}`;
    for (const fact of users.known ? users.value : []) {
      const known = seen.get(fact.user.name);
      if (known === undefined) seen.set(fact.user.name, [{ node, kind, fact }]);
      else known.push({ node, kind, fact });
    }
  }
  const declared = declaredOf(place, policy);
  if (place === 'servers')
    for (const { name } of policy?.users ?? []) if (!seen.has(name)) seen.set(name, []);
  const sessions = countSessions(states);
  const limit = policy === undefined ? undefined : expectationsUnder(policy, policy.request).credentials;
  return [...seen]
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, nodes]) => {
      const user = declared.get(name);
      const present = nodes.map(({ node }) => node);
      const has = new Set(present);
      return {
        name,
        on: place,
        role: roleOf(name, user, input),
        ...stateOf(name, nodes, absent),
        ...sessions(name),
        ends: user === undefined ? undefined : endOf(user, input.now),
        credential: credentialOf(name, limit?.rotationDays, input),
        present,
        missing: read.filter((node) => !has.has(node)),
        // Each node has a digest of its own in the marker.
        differing: name === MARKER ? [] : findOddNodes(nodes),
      };
    });
}

function declaredOf(place: RosterPlace, policy: PolicyDocument | undefined): ReadonlyMap<string, PolicyUser> {
  if (policy === undefined) return new Map();
  const mode = place === 'sentinels' ? 'sentinel' : policy.request.mode;
  return new Map(usersWithSecrets(policy, mode).map((user) => [user.name, user]));
}

function roleOf(name: string, user: PolicyUser | undefined, { fleet }: RosterInput): string | undefined {
  if (user !== undefined) return user.role;
  if (name === MARKER) return 'marker';
  return [fleet?.auth?.user, fleet?.sentinel?.auth?.user].includes(name) ? 'login' : undefined;
}

function stateOf(
  name: string,
  nodes: readonly NodeUser[],
  absent: 'absent' | 'unseen',
): Pick<RosterUser, 'state' | 'nopass' | 'passwords' | 'rotating'> {
  const users = nodes.map(({ fact }) => fact.user);
  const on = users.filter(({ enabled }) => enabled).length;
  const state = users.length === 0 ? absent : on === 0 ? 'off' : on === users.length ? 'on' : 'mixed';
  // The hashes of the marker are no passwords.
  const passwords = name === MARKER ? 0 : Math.max(0, ...users.map((user) => user.passwords.length));
  const sets = new Set(users.map(passwordSet));
  return {
    state,
    nopass: users.some(({ nopass }) => nopass),
    passwords,
    rotating: name !== MARKER && (passwords > 1 || sets.size > 1),
  };
}

/** In memory only, to compare. */
function passwordSet({ passwords }: User): string {
  return passwords.toSorted().join(' ');
}

type Sessions = Pick<RosterUser, 'sessions' | 'sessionsAre' | 'idleSeconds'>;

function countSessions(states: readonly NodeState[]): (name: string) => Sessions {
  const counts = new Map<string, { sessions: number; idleSeconds: number }>();
  for (const { clients, clientId } of states) {
    for (const { id, user, idleSeconds } of clients.known ? clients.value : []) {
      if (clientId.known && clientId.value === id) continue;
      const known = counts.get(user);
      if (known === undefined) counts.set(user, { sessions: 1, idleSeconds });
      else {
        known.sessions += 1;
        known.idleSeconds = Math.min(known.idleSeconds, idleSeconds);
      }
    }
  }
  const shown = states.every(({ clients }) => clients.known);
  const cut = states.some(({ clientsCut }) => clientsCut > 0);
  return (name) => {
    const { sessions, idleSeconds } = counts.get(name) ?? { sessions: 0, idleSeconds: undefined };
    // Where sessions are left out, one of each user is kept: nobody is nobody.
    const exact = shown && (!cut || sessions === 0);
    return { sessions, sessionsAre: exact ? 'exact' : 'at-least', idleSeconds };
  };
}

function endOf(user: PolicyUser, now: Date): RosterEnd | undefined {
  const passed = userEnd(user, now) !== undefined;
  if (user.breakGlass !== undefined)
    return { at: user.breakGlass.until, reason: user.breakGlass.reason, passed };
  return user.expires === undefined ? undefined : { at: user.expires, passed };
}

function credentialOf(
  name: string,
  daysMax: number | undefined,
  { rotations, fleet, now }: RosterInput,
): RosterCredential | undefined {
  const rotatedAt = lastRotated(rotations, name, fleet?.name);
  if (rotatedAt === undefined) return undefined;
  const ageDays = daysSince(rotatedAt, now);
  return { rotatedAt, ageDays, overdue: daysMax !== undefined && ageDays > daysMax };
}
