/**
 * The steps of a rotation. First run: the new password beside the old on every node, on disk, proved by a login; then
 * everybody who logs in by configuration is told (replicas, Sentinels). Second run: the old passwords go, sessions that
 * used them end, and the outcome is proved. Seen on real servers (Redis 6.0.16, 7.0.15, Valkey 9.1.2):
 * - CONFIG SET masterauth leaves a running link alone; the next connection uses it.
 * - SENTINEL SET … auth-pass and SENTINEL CONFIG SET sentinel-pass make the Sentinel connect anew at once, and are
 *   written to its file at once.
 * - CONFIG SET requirepass replaces every password of `default` when the value changes, so it comes after the old one
 *   is gone; CONFIG REWRITE writes it beside a `user default` line, which wins at the next start.
 */

import { canonicalName, type Secret } from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import type { Stage } from '../run.ts';
import type { SettingChange, Step, StepAction } from '../step.ts';
import { isRead, isSentinel, type ReadNode, type RotationNode } from './rotation-node.ts';
import type { SessionCount } from './sessions.ts';
import { findUse, type UserUse } from './user-use.ts';

export interface ExtendInput {
  readonly user: string;
  readonly nodes: readonly RotationNode[];
  readonly newSecret: Secret;
  readonly newHash: Secret;
  readonly oldSecret: Secret | undefined;
}

export interface RetireInput {
  readonly user: string;
  readonly nodes: readonly RotationNode[];
  readonly newSecret: Secret;
  readonly oldHashes: readonly Secret[];
  readonly oldSecret: Secret | undefined;
  /** Sessions to end, by node; absent: none. */
  readonly ending: ReadonlyMap<string, readonly string[]>;
  readonly perSecond: number;
}

/** Names of the stages, and what each does. */
const TITLES = {
  extend: 'add the new password beside the old',
  verify: 'log in with the new password',
  switch: 'tell replicas and Sentinels',
  remove: 'take the old password away',
  end: 'end the sessions of the old password',
  prove: 'prove old refused and new accepted',
} as const;

type StageName = keyof typeof TITLES;

/** Sentinels and replicas come before primaries, as they are the smaller risk. */
const ORDER: Readonly<Record<RotationNode['node']['role'], number>> = {
  replica: 0,
  sentinel: 1,
  unknown: 2,
  primary: 3,
};

/** The first run. */
export function extendStages(input: ExtendInput): readonly Stage[] {
  const { user, newSecret, newHash } = input;
  const holders = holdersOf(user, input.nodes);
  const use = findUse(user, input.nodes);
  return numbered([
    [
      'extend',
      holders.flatMap((node) =>
        at(node, [{ kind: 'add-password', user, hash: newHash }, ...persistUsers(node, input.nodes)]),
      ),
    ],
    [
      'verify',
      holders.flatMap((node) =>
        at(node, [{ kind: 'prove-login', user, password: newSecret, expect: 'accepted' }]),
      ),
    ],
    ['switch', ordered(input.nodes).flatMap((node) => at(node, switchActions(node, use, input)))],
  ]);
}

/** The second run. */
export function retireStages(input: RetireInput): readonly Stage[] {
  const { user, newSecret, oldHashes, oldSecret, ending, perSecond } = input;
  const holders = holdersOf(user, input.nodes);
  return numbered([
    [
      'remove',
      holders.flatMap((node) =>
        at(node, [
          ...oldHashes.map((hash): StepAction => ({ kind: 'remove-password', user, hash })),
          ...requirepassActions(node, user, newSecret),
          ...persistUsers(node, input.nodes),
          ...(hasRequirepass(node, user) && needsRewriteToo(node) ? [REWRITE] : []),
        ]),
      ),
    ],
    [
      'end',
      holders.flatMap((node) => {
        const ids = ending.get(node.node.id) ?? [];
        return ids.length === 0 ? [] : at(node, [{ kind: 'end-sessions', user, ids, perSecond }]);
      }),
    ],
    [
      'prove',
      holders.flatMap((node) =>
        at(node, [
          { kind: 'prove-login', user, password: newSecret, expect: 'accepted' },
          ...(oldSecret === undefined
            ? []
            : [{ kind: 'prove-login', user, password: oldSecret, expect: 'refused' } as const]),
          ...(isSentinel(node) ? [] : [{ kind: 'prove-replication' } as const]),
        ]),
      ),
    ],
  ]);
}

/** What the two runs would do, for people: each stage, and at how many nodes. */
export function previewRotation(
  user: string,
  nodes: readonly RotationNode[],
  newSecret: Secret,
): readonly { readonly title: string; readonly nodes: number; readonly after: 'now' | 'delivery' }[] {
  const input = { user, nodes, newSecret, oldSecret: newSecret };
  const count = (stage: Stage): number => new Set(stage.steps.map(({ node }) => node)).size;
  return [
    ...extendStages({ ...input, newHash: newSecret }).map(
      (stage) => ({ title: stage.title, nodes: count(stage), after: 'now' }) as const,
    ),
    ...retireStages({ ...input, oldHashes: [newSecret], ending: new Map(), perSecond: 1 }).map(
      (stage) => ({ title: stage.title, nodes: count(stage), after: 'delivery' }) as const,
    ),
  ];
}

/** The ids to end: old ones, or with `end-all` those that may be old too. Links are cut only where no node has them. */
export function sessionsToEnd(
  counts: readonly SessionCount[],
  which: 'end-old' | 'end-all' | 'keep',
): ReadonlyMap<string, readonly string[]> {
  if (which === 'keep') return new Map();
  return new Map(
    counts.map(({ node, old, either, foreign }) => {
      const undecided = which === 'end-all' ? either.filter(({ flags }) => !flags.includes('S')) : [];
      const sessions = [...old, ...foreign, ...undecided];
      return [node, sessions.map(({ id }) => String(id))];
    }),
  );
}

/**
 * Nodes that have the user, and nodes that cannot be asked but whose like have it: they get it when they are back.
 */
function holdersOf(user: string, nodes: readonly RotationNode[]): readonly RotationNode[] {
  const has = (node: RotationNode): boolean =>
    isRead(node) && node.state.users.known && node.state.users.value.some((each) => each.user.name === user);
  const kinds = new Set(nodes.filter(has).map(isSentinel));
  return ordered(nodes).filter((node) => has(node) || (!isRead(node) && kinds.has(isSentinel(node))));
}

function switchActions(node: RotationNode, use: UserUse, input: ExtendInput): readonly StepAction[] {
  if (isSentinel(node)) return sentinelActions(node, use, input);
  const told = use.replication.find((each) => each.node.id === node.node.id);
  // A node that cannot be asked is told as the others are.
  const assumed = !isRead(node) && use.replication.length > 0;
  if (told === undefined && !assumed) return [];
  const before = told?.state.secrets.get('masterauth');
  const setting: SettingChange = {
    name: 'masterauth',
    before: before?.known === true ? before.value : undefined,
    after: input.newSecret,
  };
  const rewrite = told === undefined || hasConfFile(told.state) ? [REWRITE] : [];
  return [{ kind: 'set-config', settings: [setting] }, ...rewrite, { kind: 'prove-replication' }];
}

function sentinelActions(node: RotationNode, use: UserUse, input: ExtendInput): readonly StepAction[] {
  const { newSecret: after, oldSecret: before } = input;
  const like = input.nodes.filter(isRead).find(isSentinel);
  const groups = node.sentinel?.groups ?? like?.sentinel?.groups ?? [];
  const watch =
    use.watchedAs.length === 0
      ? []
      : groups.map((group): StepAction => ({
          kind: 'set-sentinel',
          group,
          settings: [{ name: 'auth-pass', before, after }],
        }));
  const told = use.peers.find((each) => each.node.id === node.node.id);
  const assumed = !isRead(node) && use.peers.length > 0;
  if (told === undefined && !assumed) return watch;
  // A Sentinel writes both to its file at once; no command of its own is needed to keep them.
  return [
    ...watch,
    {
      kind: 'set-config',
      settings: [{ name: 'sentinel-pass', before: told?.sentinel?.peer?.password, after }],
    },
  ];
}

function requirepassActions(node: RotationNode, user: string, after: Secret): readonly StepAction[] {
  if (!hasRequirepass(node, user)) return [];
  const before = node.state.secrets.get('requirepass');
  return [
    {
      kind: 'set-config',
      settings: [{ name: 'requirepass', before: before?.known === true ? before.value : undefined, after }],
    },
  ];
}

/** A `requirepass` in force or in the file: it must not go on naming the old password. */
function hasRequirepass(node: RotationNode, user: string): node is ReadNode {
  if (user !== 'default' || !isRead(node) || isSentinel(node)) return false;
  const held = node.state.secrets.get(canonicalName('requirepass'));
  return held?.known === true && !held.value.isEmpty();
}

/** With an ACL file users are saved there, and settings still have to be written to the conf file. */
function needsRewriteToo(node: RotationNode): boolean {
  return isRead(node) && node.state.persistence.by === 'aclfile' && hasConfFile(node.state);
}

/** A node that cannot be asked now keeps its users as the others of its kind do. */
function persistUsers(node: RotationNode, nodes: readonly RotationNode[]): readonly StepAction[] {
  const like = isRead(node)
    ? node
    : nodes.filter(isRead).find((other) => isSentinel(other) === isSentinel(node));
  switch (like?.state.persistence.by) {
    case 'aclfile':
      return [{ kind: 'persist', by: 'acl-save' }];
    case 'conf':
      return [REWRITE];
    case 'nothing':
    case 'unknown':
    case undefined:
      return [];
  }
}

function hasConfFile(state: NodeState): boolean {
  return (state.info.get('config_file') ?? '') !== '';
}

const REWRITE: StepAction = { kind: 'persist', by: 'config-rewrite' };

function ordered(nodes: readonly RotationNode[]): readonly RotationNode[] {
  return nodes.toSorted((one, other) => ORDER[one.node.role] - ORDER[other.node.role]);
}

interface PlacedAction {
  readonly node: string;
  readonly action: StepAction;
}

function at({ node }: RotationNode, actions: readonly StepAction[]): readonly PlacedAction[] {
  return actions.map((action) => ({ node: node.id, action }));
}

/** Stages without a step are left out; steps are numbered in the order in which they run. */
function numbered(drafts: readonly (readonly [StageName, readonly PlacedAction[]])[]): readonly Stage[] {
  let id = 1;
  return drafts.flatMap(([name, placed]) => {
    const steps = placed.map(({ node, action }): Step => ({ ...action, id: id++, node, stage: name }));
    return steps.length === 0 ? [] : [{ name, title: TITLES[name], steps }];
  });
}
