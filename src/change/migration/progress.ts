/** Where a fleet stands: which phases every node has behind it, who still needs the old way, and what comes next. */

import type { Topology } from '../../fleet/index.ts';
import type { MigrationNode, MigrationSession } from './migration-node.ts';
import { PHASES, takenAwayBy, type OldWay, type Phase } from './phase.ts';

export interface Progress {
  /** The first phase that is not complete on every node; `done` after the last. */
  readonly next: Phase | 'done';
  readonly phases: readonly PhaseProgress[];
}

export interface PhaseProgress {
  readonly phase: Phase;
  /** Nodes that have it behind them, and those that have not. */
  readonly done: readonly string[];
  readonly open: readonly string[];
}

/** Sessions of one kind that stand in the way of a phase, at all nodes together. */
export interface Blocker {
  readonly who: MigrationSession['who'];
  readonly user: string;
  readonly name: string;
  readonly library: string;
  readonly address: string;
  readonly lastCommand: string;
  readonly needs: readonly OldWay[];
  readonly sessions: number;
  readonly nodes: readonly string[];
}

/** What the policy calls the users that servers and Sentinels log in as; undefined where it has none. */
export interface ProgressOptions {
  readonly replicationUser: string | undefined;
  readonly sentinelUser: string | undefined;
  readonly links: LinkGoal;
}

/**
 * What becomes of replication links while servers run. `tls`: their own user and TLS. `login`: their own user only,
 * because a Cluster tells its replicas where to go, and a Sentinel sends every replica back to the port that it watches.
 */
export type LinkGoal = 'tls' | 'login';

/** A fleet whose servers are watched is one under Sentinels, whether or not they were found. */
export function watchedKind(kind: Topology['kind'], nodes: readonly MigrationNode[]): Topology['kind'] {
  if (kind === 'cluster') return kind;
  const isWatched = nodes.some(({ sessions }) => sessions.some(({ who }) => who === 'sentinel'));
  return isWatched ? 'sentinel' : kind;
}

export function linkGoalOf(kind: Topology['kind']): LinkGoal {
  return kind === 'cluster' || kind === 'sentinel' ? 'login' : 'tls';
}

/** Pure: what was read of the servers decides. Sentinels change their ports at a restart, and their users by an apply. */
export function phaseOf(nodes: readonly MigrationNode[], options: ProgressOptions): Progress {
  const phases = PHASES.map((phase): PhaseProgress => {
    const concerned = dataNodesOf(nodes);
    const isDone = (node: MigrationNode): boolean =>
      hasBehind(node, phase, options) &&
      // Clients cannot have moved to what is not there.
      (phase !== 'clients' || (hasBehind(node, 'dual-port', options) && hasBehind(node, 'users', options)));
    return {
      phase,
      done: concerned.filter(isDone).map(({ id }) => id),
      open: concerned.filter((node) => !isDone(node)).map(({ id }) => id),
    };
  });
  // What a later phase proves, an earlier one need not: with default off nobody moves any more.
  return { next: phases.find(({ open }) => open.length > 0)?.phase ?? 'done', phases };
}

/** Who would be cut off by a phase, most sessions first. */
export function blockersOf(nodes: readonly MigrationNode[], phase: Phase): readonly Blocker[] {
  const old = takenAwayBy(phase);
  return old === undefined ? [] : usersOfOldWay(nodes, [old]);
}

/** Who still needs any of the old ways. */
export function usersOfOldWay(
  nodes: readonly MigrationNode[],
  ways: readonly OldWay[] = ['default', 'plaintext'],
): readonly Blocker[] {
  const pairs = dataNodesOf(nodes).flatMap((node) =>
    node.sessions
      .filter(({ oldWays }) => oldWays.some((way) => ways.includes(way)))
      .map((session) => ({ node: node.id, session })),
  );
  return group(pairs, (session) => session.oldWays.filter((way) => ways.includes(way)));
}

/** Who came by the new way and would be cut off by taking a phase back. */
export function blockersOfBack(
  nodes: readonly MigrationNode[],
  phase: Phase,
  users: readonly string[],
): readonly Blocker[] {
  // A replica that was told to log in otherwise does so as soon as its link breaks.
  const isReturning = ({ who }: MigrationSession): boolean =>
    who === 'replica' && nodes.every(({ link }) => link === undefined || !users.includes(link.user));
  const isNew = (session: MigrationSession): boolean => {
    if (phase === 'users') return users.includes(session.user) && !isReturning(session);
    return phase === 'dual-port' && !session.oldWays.includes('plaintext');
  };
  if (phase !== 'users' && phase !== 'dual-port') return [];
  const pairs = nodes
    .filter((node) => phase === 'users' || (node.mode !== 'sentinel' && node.tlsPort !== 0))
    .flatMap((node) => node.sessions.filter(isNew).map((session) => ({ node: node.id, session })));
  return group(pairs, () => []);
}

function dataNodesOf(nodes: readonly MigrationNode[]): readonly MigrationNode[] {
  return nodes.filter(({ mode }) => mode !== 'sentinel');
}

function hasBehind(node: MigrationNode, phase: Phase, options: ProgressOptions): boolean {
  switch (phase) {
    case 'dual-port':
      return node.tlsPort !== 0;
    case 'users':
      return node.missingUsers.length === 0;
    case 'clients':
      return (
        linkMoved(node, options) &&
        (options.sentinelUser === undefined || sentinelsByDefault(node).length === 0)
      );
    case 'default-off':
      return node.defaultUser === 'off';
    case 'plaintext-closed':
      return node.port === 0;
  }
}

export function linkMoved(
  { link }: MigrationNode,
  { replicationUser, links }: Pick<ProgressOptions, 'replicationUser' | 'links'>,
): boolean {
  if (link === undefined) return true;
  const named = replicationUser !== undefined && link.user === replicationUser;
  return named && (links === 'login' || link.transport === 'tls');
}

/** Sessions of Sentinels that are logged in as `default`. */
export function sentinelsByDefault({ sessions }: MigrationNode): readonly MigrationSession[] {
  return sessions.filter(({ who, oldWays }) => who === 'sentinel' && oldWays.includes('default'));
}

function group(
  pairs: readonly { readonly node: string; readonly session: MigrationSession }[],
  needs: (session: MigrationSession) => readonly OldWay[],
): readonly Blocker[] {
  const groups = new Map<string, Blocker>();
  for (const { node, session } of pairs) {
    const { who, user, name, library, address, lastCommand } = session;
    const needed = needs(session);
    const key = JSON.stringify([who, user, name, library, address, needed]);
    const found = groups.get(key);
    groups.set(key, {
      ...(found ?? { who, user, name, library, address, lastCommand, needs: needed }),
      sessions: (found?.sessions ?? 0) + 1,
      nodes: [...new Set([...(found?.nodes ?? []), node])],
    });
  }
  return [...groups.values()].sort((a, b) => b.sessions - a.sessions || (a.user < b.user ? -1 : 1));
}
