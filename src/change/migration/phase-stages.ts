/**
 * The steps of one phase. Each begins with the proof that the new way works at every node, and ends on disk. What a node
 * cannot do while it runs is said for a person, and nothing is begun.
 */

import { printUser, type User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { StepAction } from '../step.ts';
import { moveLinks } from './link-stages.ts';
import type { MigrationNode } from './migration-node.ts';
import type { Phase } from './phase.ts';
import {
  dataNodes,
  keep,
  prove,
  renumber,
  sentinelNotes,
  stage,
  unkeptNotes,
  unseenSessions,
  type NodeActions,
  type PhaseInput,
  type PhasePlan,
} from './stage-parts.ts';
import { tlsSettingsOf } from './tls-settings.ts';

const ORDER = { replica: 0, sentinel: 1, unknown: 2, primary: 3 } as const;

export function stepsFor(phase: Phase, input: PhaseInput): PhasePlan {
  const sights = input.sights.toSorted((a, b) => ORDER[a.seen.role] - ORDER[b.seen.role]);
  const plan = planOf(phase, { ...input, sights });
  return { ...plan, byHand: [...plan.byHand, ...unkeptNotes(sights)] };
}

function planOf(phase: Phase, input: PhaseInput): PhasePlan {
  switch (phase) {
    case 'dual-port':
      return openTls(input);
    case 'users':
      return { stages: input.userStages, obstacles: [], byHand: [] };
    case 'clients':
      return moveLinks(input);
    case 'default-off':
      return switchDefaultOff(input);
    case 'plaintext-closed':
      return closePlaintext(input);
  }
}

function openTls({ sights, tls, kind }: PhaseInput): PhasePlan {
  const open = dataNodes(sights).filter(({ seen }) => seen.tlsPort === 0);
  const obstacles = open.flatMap(({ seen, state }) => [
    ...needsRestart(seen, `tls-port ${tls.portFor(seen.port)}`),
    ...(kind === 'cluster' && state.server.product === 'redis' && state.server.version.startsWith('7.0.')
      ? [
          `${seen.id}: a Cluster of ${seen.server} sends TLS clients to plaintext ports; restart it node by node with tls-cluster yes from the file`,
        ]
      : []),
    ...tls.problemsFor(state),
  ]);
  const actions = open.map(({ node, seen, state }): NodeActions => [
    node.id,
    [{ kind: 'set-config', settings: tlsSettingsOf(state, tls, seen.port) }, ...keep(state, 'settings')],
  ]);
  return { stages: stage('open', 'open the TLS port', actions), obstacles, byHand: sentinelNotes(sights) };
}

function switchDefaultOff(input: PhaseInput): PhasePlan {
  const { sights, ourselves, replication, insist } = input;
  if (ourselves === undefined) return lockOut();
  const proofs = dataNodes(sights).map(({ node, seen }): NodeActions => [
    node.id,
    [prove(ourselves), ...(replication !== undefined && seen.role === 'primary' ? [prove(replication)] : [])],
  ]);
  const actions = dataNodes(sights).flatMap(({ node, state, seen }): readonly NodeActions[] => {
    const user = defaultUser(state);
    if (user === undefined || seen.defaultUser === 'off') return [];
    const before = new Secret(tokensOf(user));
    const after = new Secret(tokensOf({ ...user, enabled: false, nopass: false, passwords: [] }));
    const change: StepAction = { kind: 'set-user', user: 'default', before, after };
    const end: readonly StepAction[] = insist === 'force' ? [{ kind: 'end-sessions', user: 'default' }] : [];
    return [[node.id, [change, ...end, ...keep(state, 'users')]]];
  });
  const obstacles = [
    ...dataNodes(sights)
      .filter(({ seen }) => seen.defaultUser === 'unknown')
      .map(({ seen }) => `${seen.id}: its users could not be read`),
    ...unseenSessions(input),
  ];
  const stages = [
    ...stage('prove', 'prove that we and the replicas get in without default', proofs),
    ...stage('default-off', 'switch default off', actions),
  ].reduce(renumber, []);
  return { stages, obstacles, byHand: sentinelNotes(sights) };
}

function closePlaintext(input: PhaseInput): PhasePlan {
  const { sights, kind, ourselves } = input;
  if (ourselves === undefined) return lockOut();
  const open = dataNodes(sights).filter(({ seen }) => seen.port !== 0);
  const obstacles = [
    ...(kind === 'cluster' ? [CLUSTER_NOTE] : []),
    ...(kind === 'sentinel' ? [SENTINEL_NOTE] : []),
    ...open.flatMap(({ seen }) => needsRestart(seen, 'port 0')),
    ...unseenSessions(input),
  ];
  const proofs = dataNodes(sights).map(({ node }): NodeActions => [node.id, [prove(ourselves)]]);
  const actions = open.map(({ node, seen, state }): NodeActions => [
    node.id,
    [
      { kind: 'set-config', settings: [{ name: 'port', before: String(seen.port), after: '0' }] },
      ...(seen.link === undefined ? [] : [{ kind: 'prove-replication' } as const]),
      ...keep(state, 'settings'),
    ],
  ]);
  const stages = [
    ...stage('prove', 'prove that we get in by TLS', proofs),
    ...stage('close', 'close the plaintext port', actions),
  ].reduce(renumber, []);
  return { stages, obstacles, byHand: sentinelNotes(sights) };
}

const CLUSTER_NOTE =
  'a Cluster learns of closed ports only at a restart: TLS clients would be sent to ports that are closed. Put port 0, tls-cluster yes and tls-replication yes into the file of each node, and restart them one by one, replicas first';
const SENTINEL_NOTE =
  'Sentinels send replicas back to the plaintext port that they watch, and take TLS only at a restart. Stop the Sentinels, do the phases that are left with a server as target (wardis migrate HOST:PORT --next), then start the Sentinels with the TLS port of the primary, tls-replication yes and the certificates in their files';

function lockOut(): PhasePlan {
  const why = 'the policy names no user of our own (fleet.NAME.auth): nobody could get in any more';
  return { stages: [], obstacles: [why], byHand: [] };
}

function needsRestart(seen: MigrationNode, line: string): readonly string[] {
  if (seen.portsChange === 'runtime') return [];
  return [`${seen.id}: ${seen.server} changes its ports only at a restart: put ${line} into its file`];
}

function defaultUser({ users }: NodeState): User | undefined {
  return users.known ? users.value.find(({ user }) => user.name === 'default')?.user : undefined;
}

function tokensOf(user: User): string {
  return printUser(user, user.table).slice(`user ${user.name} `.length);
}
