/**
 * The links of servers and Sentinels leave `default`, and where nobody sends them back, the plaintext port too. Who
 * stays on a port logs in anew when its link ends, so that the old sessions are ended; they come back within a second.
 */

import { Secret } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { PrimaryAddress, StepAction } from '../step.ts';
import type { MigrationNode } from './migration-node.ts';
import { linkGoalOf, linkMoved, sentinelsByDefault } from './progress.ts';
import {
  dataNodes,
  keep,
  prove,
  renumber,
  sentinelNotes,
  stage,
  type MigrationSight,
  type Named,
  type NodeActions,
  type PhaseInput,
  type PhasePlan,
} from './stage-parts.ts';

export function moveLinks(input: PhaseInput): PhasePlan {
  const { sights, replication, kind } = input;
  const links = linkGoalOf(kind);
  const replicas = dataNodes(sights).filter(
    ({ seen }) => !linkMoved(seen, { replicationUser: replication?.user, links }),
  );
  const byHand = sentinelNotes(sights);
  if (replicas.length > 0 && replication === undefined) {
    const why = 'the policy has no user with role replication whose secret is known: replicas need one';
    return { stages: [], obstacles: [why], byHand };
  }
  const obstacles =
    kind === 'sentinel' && sights.every(({ seen }) => seen.mode !== 'sentinel') ? [UNKNOWN_SENTINELS] : [];
  const moves = replicas.map(({ node, seen, state }): NodeActions => {
    const to = links === 'login' ? undefined : tlsAddress(seen, sights);
    if (to === 'unknown') obstacles.push(`${seen.id}: the TLS port of its primary is not known`);
    const from = seen.link;
    const follow: readonly StepAction[] =
      to === undefined || to === 'unknown' || from === undefined
        ? []
        : [{ kind: 'follow-primary', before: plainAddress(from), after: to }];
    return [node.id, [...follow, { kind: 'prove-replication' }, ...keep(state, 'settings')]];
  });
  const needed = replicas.length > 0 ? replication : undefined;
  const stages = [
    ...stage('prove', 'prove the logins of replicas and Sentinels', linkProofs(input, needed)),
    ...stage('logins', 'give replicas and Sentinels their own users', linkLogins(input, needed)),
    ...stage('reconnect', 'let links of default log in again', endLinks(input)),
    ...stage('links', links === 'login' ? 'replication goes on' : 'replication goes on over TLS', moves),
  ].reduce(renumber, []);
  return { stages, obstacles, byHand };
}

const UNKNOWN_SENTINELS =
  'Sentinels watch these servers, and are not known: name one of them in the policy (fleet.NAME.sentinel.seeds)';

function linkProofs(
  { sights, sentinel }: PhaseInput,
  replication: Named | undefined,
): readonly NodeActions[] {
  const watched = sights.some(({ seen }) => seen.mode === 'sentinel') ? sentinel : undefined;
  return dataNodes(sights).map(({ node, seen }): NodeActions => [
    node.id,
    [
      ...(replication === undefined || seen.role !== 'primary' ? [] : [prove(replication)]),
      ...(watched === undefined ? [] : [prove(watched)]),
    ],
  ]);
}

function linkLogins(
  { sights, sentinel, oldPassword }: PhaseInput,
  replication: Named | undefined,
): readonly NodeActions[] {
  const ofServers = dataNodes(sights).map(({ node, state }): NodeActions => [
    node.id,
    replication === undefined ? [] : loginOfLink(state, replication),
  ]);
  const open = dataNodes(sights).some(({ seen }) => sentinelsByDefault(seen).length > 0);
  if (sentinel === undefined || !open) return ofServers;
  const ofSentinels = sights.flatMap(({ node, state }): readonly NodeActions[] => {
    if (!state.role.known || state.role.value.kind !== 'sentinel') return [];
    const actions = state.role.value.primaries.map((group): StepAction => ({
      kind: 'set-sentinel',
      group,
      settings: [
        { name: 'auth-user', before: oldPassword === undefined ? undefined : '', after: sentinel.user },
        { name: 'auth-pass', before: oldPassword, after: sentinel.password },
      ],
    }));
    return [[node.id, [...actions, { kind: 'persist', by: 'config-rewrite' }]]];
  });
  return [...ofServers, ...ofSentinels];
}

/** Links that stay where they are log in anew only when they end. */
function endLinks({ sights, sentinel, kind }: PhaseInput): readonly NodeActions[] {
  return dataNodes(sights).map(({ node, seen }): NodeActions => {
    const links = seen.sessions.filter(
      ({ who, oldWays }) =>
        oldWays.includes('default') &&
        ((who === 'sentinel' && sentinel !== undefined) ||
          (who === 'replica' && linkGoalOf(kind) === 'login')),
    );
    const ids = links.map(({ id }) => id);
    return [node.id, ids.length === 0 ? [] : [{ kind: 'end-sessions', user: 'default', ids }]];
  });
}

/** A primary gets it too: after a failover it is a replica. */
function loginOfLink(state: NodeState, { user, password }: Named): readonly StepAction[] {
  const named = state.settings.get('masteruser') ?? state.settings.get('primaryuser');
  const secret = state.secrets.get('masterauth') ?? state.secrets.get('primaryauth');
  const before = named?.known === true ? named.value : undefined;
  const old = secret?.known === true ? secret.value : undefined;
  if (before === user && old?.equals(password) === true) return [];
  return [
    {
      kind: 'set-config',
      settings: [
        { name: 'masteruser', before: before ?? '', after: user },
        { name: 'masterauth', before: old ?? new Secret(''), after: password },
      ],
    },
    ...keep(state, 'settings'),
  ];
}

/** Where its primary listens for TLS, when that is a node we know. */
function tlsAddress(seen: MigrationNode, sights: readonly MigrationSight[]): PrimaryAddress | 'unknown' {
  const { link } = seen;
  const primary = sights.find(
    (each) => each.seen.role !== 'sentinel' && each.seen.id !== seen.id && isPrimaryOf(each, seen),
  );
  if (link === undefined || primary === undefined || primary.seen.tlsPort === 0) return 'unknown';
  return { host: link.host, port: primary.seen.tlsPort, transport: 'tls' };
}

function isPrimaryOf({ node, seen }: MigrationSight, { link }: MigrationNode): boolean {
  if (link === undefined) return false;
  const ports = [seen.port, seen.tlsPort].filter((port) => port !== 0);
  return (seen.host === link.host || node.id.startsWith(`${link.host}:`)) && ports.includes(link.port);
}

function plainAddress({ host, port, transport }: PrimaryAddress): PrimaryAddress {
  return { host, port, transport };
}
