/**
 * The steps of one phase. Each begins with the proof that the new way works at every node, and ends on disk. What a node
 * cannot do while it runs is said for a person, and nothing is begun.
 */

import { printUser, type User } from '../../acl/index.ts';
import { Secret } from '../../conf/index.ts';
import type { FleetNode, NodeState, Topology } from '../../fleet/index.ts';
import type { Stage } from '../run.ts';
import type { PrimaryAddress, Step, StepAction } from '../step.ts';
import type { MigrationNode } from './migration-node.ts';
import type { Phase } from './phase.ts';
import { linkMoved } from './progress.ts';
import { tlsSettingsOf, type WantedTls } from './tls-settings.ts';

/** A node with everything that is known of it. */
export interface MigrationSight {
  readonly node: FleetNode;
  readonly state: NodeState;
  readonly seen: MigrationNode;
}

export interface PhaseInput {
  readonly kind: Topology['kind'];
  readonly sights: readonly MigrationSight[];
  /** Stages that add the users of the policy, made by the planner, without `default`. */
  readonly userStages: readonly Stage[];
  readonly tls: WantedTls;
  /** Ourselves as we log in by the new way; undefined: the policy names nobody. */
  readonly ourselves: Named | undefined;
  /** What replicas log in as. */
  readonly replication: Named | undefined;
  /** `masterauth` as it is, where CONFIG GET did not show it. */
  readonly insist: 'no' | 'force';
}

export interface Named {
  readonly user: string;
  readonly password: Secret;
}

export interface PhasePlan {
  readonly stages: readonly Stage[];
  /** Why the phase cannot be done here; any, and nothing is begun. */
  readonly obstacles: readonly string[];
  /** What a person must do beside, as sentences. */
  readonly byHand: readonly string[];
}

const ORDER = { replica: 0, sentinel: 1, unknown: 2, primary: 3 } as const;

export function stepsFor(phase: Phase, input: PhaseInput): PhasePlan {
  const sights = input.sights.toSorted((a, b) => ORDER[a.seen.role] - ORDER[b.seen.role]);
  const ordered = { ...input, sights };
  switch (phase) {
    case 'dual-port':
      return openTls(ordered);
    case 'users':
      return { stages: input.userStages, obstacles: [], byHand: [] };
    case 'clients':
      return moveLinks(ordered);
    case 'default-off':
      return switchDefaultOff(ordered);
    case 'plaintext-closed':
      return closePlaintext(ordered);
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
  const actions = open.map(({ node, seen, state }): readonly [string, readonly StepAction[]] => [
    node.id,
    [{ kind: 'set-config', settings: tlsSettingsOf(state, tls, seen.port) }, ...keep(state, 'settings')],
  ]);
  return { stages: stage('open', 'open the TLS port', actions), obstacles, byHand: sentinelNotes(sights) };
}

function moveLinks({ sights, replication, kind }: PhaseInput): PhasePlan {
  const replicas = dataNodes(sights).filter(({ seen }) => !linkMoved(seen, replication?.user));
  if (replicas.length === 0) return { stages: [], obstacles: [], byHand: sentinelNotes(sights) };
  if (replication === undefined) {
    const why = 'the policy has no user with role replication whose secret is known: replicas need one';
    return { stages: [], obstacles: [why], byHand: [] };
  }
  const proofs = dataNodes(sights)
    .filter(({ seen }) => seen.role === 'primary')
    .map(({ node }): readonly [string, readonly StepAction[]] => [node.id, [prove(replication)]]);
  const logins = dataNodes(sights).map(({ node, state }): readonly [string, readonly StepAction[]] => [
    node.id,
    loginOfLink(state, replication),
  ]);
  const obstacles: string[] = [];
  const moves = replicas.map(({ node, seen, state }): readonly [string, readonly StepAction[]] => {
    const to = kind === 'cluster' ? undefined : tlsAddress(seen, sights);
    if (to === 'unknown') obstacles.push(`${seen.id}: the TLS port of its primary is not known`);
    const from = seen.link;
    const follow: readonly StepAction[] =
      to === undefined || to === 'unknown' || from === undefined
        ? []
        : [{ kind: 'follow-primary', before: plainAddress(from), after: to }];
    return [node.id, [...follow, { kind: 'prove-replication' }, ...keep(state, 'settings')]];
  });
  return {
    stages: [
      ...stage('prove', 'prove the login of replicas', proofs),
      ...stage('logins', 'give replicas their own user', logins),
      ...stage('links', 'replication goes on over TLS', moves),
    ].reduce(renumber, []),
    obstacles,
    byHand: sentinelNotes(sights),
  };
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

function switchDefaultOff({ sights, ourselves, replication, insist }: PhaseInput): PhasePlan {
  if (ourselves === undefined) return lockOut();
  const proofs = sights.map(({ node, seen }): readonly [string, readonly StepAction[]] => [
    node.id,
    [prove(ourselves), ...(replication !== undefined && seen.role === 'primary' ? [prove(replication)] : [])],
  ]);
  const actions = sights.flatMap(
    ({ node, state, seen }): readonly (readonly [string, readonly StepAction[]])[] => {
      const user = defaultUser(state);
      if (user === undefined || seen.defaultUser === 'off') return [];
      const before = new Secret(tokensOf(user));
      const after = new Secret(tokensOf({ ...user, enabled: false, nopass: false, passwords: [] }));
      const change: StepAction = { kind: 'set-user', user: 'default', before, after };
      const end: readonly StepAction[] =
        insist === 'force' ? [{ kind: 'end-sessions', user: 'default' }] : [];
      return [[node.id, [change, ...end, ...keep(state, 'users')]]];
    },
  );
  const obstacles = sights
    .filter(({ seen }) => seen.defaultUser === 'unknown')
    .map(({ seen }) => `${seen.id}: its users could not be read`);
  const stages = [
    ...stage('prove', 'prove that we and the replicas get in without default', proofs),
    ...stage('default-off', 'switch default off', actions),
  ].reduce(renumber, []);
  return { stages, obstacles, byHand: [] };
}

function closePlaintext({ sights, kind, ourselves }: PhaseInput): PhasePlan {
  if (ourselves === undefined) return lockOut();
  const open = dataNodes(sights).filter(({ seen }) => seen.port !== 0);
  const obstacles =
    kind === 'cluster'
      ? [
          'a Cluster learns of closed ports only at a restart: TLS clients would be sent to ports that are closed. Put port 0, tls-cluster yes and tls-replication yes into the file of each node, and restart them one by one, replicas first',
        ]
      : open.flatMap(({ seen }) => needsRestart(seen, 'port 0'));
  const proofs = dataNodes(sights).map(({ node }): readonly [string, readonly StepAction[]] => [
    node.id,
    [prove(ourselves)],
  ]);
  const actions = open.map(({ node, seen, state }): readonly [string, readonly StepAction[]] => [
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

function lockOut(): PhasePlan {
  const why = 'the policy names no user of our own (fleet.NAME.auth): nobody could get in any more';
  return { stages: [], obstacles: [why], byHand: [] };
}

function prove({ user, password }: Named): StepAction {
  return { kind: 'prove-login', user, password, expect: 'accepted' };
}

function dataNodes(sights: readonly MigrationSight[]): readonly MigrationSight[] {
  return sights.filter(({ seen }) => seen.mode !== 'sentinel');
}

function needsRestart(seen: MigrationNode, line: string): readonly string[] {
  if (seen.portsChange === 'runtime') return [];
  return [`${seen.id}: ${seen.server} changes its ports only at a restart: put ${line} into its file`];
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

function defaultUser({ users }: NodeState): User | undefined {
  return users.known ? users.value.find(({ user }) => user.name === 'default')?.user : undefined;
}

function tokensOf(user: User): string {
  return printUser(user, user.table).slice(`user ${user.name} `.length);
}

/** What outlasts a restart: users by whatever keeps them, settings by the conf file. */
function keep({ persistence, info }: NodeState, what: 'users' | 'settings'): readonly StepAction[] {
  if (what === 'users') {
    if (persistence.by === 'aclfile') return [{ kind: 'persist', by: 'acl-save' }];
    return persistence.by === 'conf' ? [{ kind: 'persist', by: 'config-rewrite' }] : [];
  }
  return (info.get('config_file') ?? '') === '' ? [] : [{ kind: 'persist', by: 'config-rewrite' }];
}

/** What Sentinels cannot do while they run. */
function sentinelNotes(sights: readonly MigrationSight[]): readonly string[] {
  const sentinels = sights.filter(({ seen }) => seen.mode === 'sentinel').map(({ seen }) => seen.id);
  if (sentinels.length === 0) return [];
  return [
    `Sentinels (${sentinels.join(', ')}) take TLS only at a restart, and tell clients the port that they watch: one after the other, put tls-port, the certificates, tls-replication yes, and the TLS port of the primary (sentinel monitor) into its file and restart it. Until then they use the plaintext port of the servers.`,
  ];
}

function stage(
  name: string,
  title: string,
  actions: readonly (readonly [node: string, actions: readonly StepAction[]])[],
): readonly Stage[] {
  let id = 1;
  const steps = actions.flatMap(([node, list]) =>
    list.map((action): Step => ({ ...action, id: id++, node, stage: name })),
  );
  return steps.length === 0 ? [] : [{ name, title, steps }];
}

/** Steps are numbered through all stages. */
function renumber(stages: readonly Stage[], next: Stage): readonly Stage[] {
  const offset = stages.reduce((sum, { steps }) => sum + steps.length, 0);
  return [...stages, { ...next, steps: next.steps.map((step) => ({ ...step, id: step.id + offset })) }];
}
