/**
 * New certificates as stages of a run. First, in the journal only, what taking back ends with; then the canary; then
 * replicas, primaries, and Sentinels one by one: place both files, let them be read, prove it on every port. Taking back
 * runs in reverse, so that every old file is in its place again before any node reads it anew: nodes may share one.
 */

import type { Secret } from '../../conf/index.ts';
import type { FleetNode } from '../../fleet/index.ts';
import type { Stage } from '../run.ts';
import type { ClientPair, ServedCertificate, SettingChange, Step, StepAction } from '../step.ts';

/** One node and its new certificate. */
export interface LeafChange {
  readonly node: Pick<FleetNode, 'id' | 'role'>;
  /** Nodes of one group share the files: they are placed once. */
  readonly fileGroup: string;
  /** What to place, in this order; none where another system has placed it. */
  readonly files: readonly {
    readonly path: string;
    readonly beforeSha256: string;
    readonly after: Secret;
    readonly mode?: number;
  }[];
  readonly reread:
    | { readonly by: 'reload'; readonly settings: readonly SettingChange[] }
    /** Without a command a person restarts it. */
    | { readonly by: 'restart'; readonly command?: readonly string[] };
  readonly serves: ServedCertificate;
  /** What it shows where it dials other nodes, proved once it was read; absent: nothing, or another one. */
  readonly shows?: ClientPair;
}

export interface LeafStageOptions {
  /** `id` of the node that goes alone before the others; default: the first replica, else the first node. */
  readonly canary?: string;
  /** Id of the first step; default 1. */
  readonly firstStep?: number;
}

/** The stages in order. */
export function leafStages(asked: readonly LeafChange[], options: LeafStageOptions = {}): readonly Stage[] {
  const changes = withOneContent(asked);
  const canary = canaryOf(changes, options.canary);
  const servers = changes.filter(({ reread }) => reread.by === 'reload');
  const sentinels = changes.filter(({ reread }) => reread.by === 'restart');
  const replicas = servers.filter(({ node }) => node.id !== canary && node.role === 'replica');
  const primaries = servers.filter(({ node }) => node.id !== canary && node.role !== 'replica');
  const seen = new Set<string>();
  const drafts = [
    draft('prepare', 'note what each node serves', servers.filter(isPlaced).map(backOf)),
    ...sentinels
      .filter(isPlaced)
      .map((change) =>
        draft(`prepare ${change.node.id}`, `note what ${change.node.id} serves`, [backOf(change)]),
      ),
    ...wavesOf(
      'canary',
      'canary',
      changes.filter(({ node }) => node.id === canary),
      seen,
    ),
    ...wavesOf('replicas', 'replicas', replicas, seen),
    ...wavesOf('primaries', 'primaries', primaries, seen),
    ...sentinels
      .filter(({ node }) => node.id !== canary)
      .map((change) => draft(`sentinel ${change.node.id}`, `Sentinel ${change.node.id}`, [forthOf(change)])),
  ];
  return numberSteps(
    drafts.filter(({ nodes }) => nodes.length > 0),
    options.firstStep ?? 1,
  );
}

/** The node that goes first. A Sentinel only where there is nothing else, or when it is asked for. */
export function canaryOf(
  changes: readonly Pick<LeafChange, 'node'>[],
  asked: string | undefined,
): string | undefined {
  if (asked !== undefined) return asked;
  const first =
    changes.find(({ node }) => node.role === 'replica') ??
    changes.find(({ node }) => node.role !== 'sentinel') ??
    changes[0];
  return first?.node.id;
}

interface NodeActions {
  readonly node: string;
  readonly actions: readonly StepAction[];
}

interface StageDraft {
  readonly name: string;
  readonly title: string;
  readonly nodes: readonly NodeActions[];
}

function draft(name: string, title: string, nodes: readonly NodeActions[]): StageDraft {
  return { name, title, nodes };
}

/** What another system has placed cannot be put back from here. */
function isPlaced({ files }: LeafChange): boolean {
  return files.length > 0;
}

function backOf(change: LeafChange): NodeActions {
  return { node: change.node.id, actions: [rereadOf(change, 'revert')] };
}

function forthOf(change: LeafChange): NodeActions {
  const { files, serves } = change;
  return {
    node: change.node.id,
    actions: [
      ...files.map((file): StepAction => ({ kind: 'place-file', ...file })),
      rereadOf(change, 'perform'),
      { kind: 'prove-certificate', serves },
    ],
  };
}

function rereadOf({ reread, serves, shows }: LeafChange, on: 'perform' | 'revert'): StepAction {
  if (reread.by === 'reload') {
    const admits = on === 'revert' || shows === undefined ? {} : { admits: shows };
    return { kind: 'reload-tls', on, settings: reread.settings, serves, ...admits };
  }
  const { command } = reread;
  return { kind: 'restart-sentinel', on, ...(command === undefined ? {} : { command }), serves };
}

/** Nodes that share a file get the very same one: a key under a passphrase is not twice the same. */
function withOneContent(changes: readonly LeafChange[]): readonly LeafChange[] {
  const known = new Map<string, Secret>();
  return changes.map((change) => ({
    ...change,
    files: change.files.map((file) => {
      const name = JSON.stringify([change.fileGroup, file.path]);
      const after = known.get(name) ?? file.after;
      known.set(name, after);
      return { ...file, after };
    }),
  }));
}

/** Of nodes that share a file, one places it before the others read it: they come in a stage of their own. */
function wavesOf(
  name: string,
  title: string,
  changes: readonly LeafChange[],
  seen: Set<string>,
): readonly StageDraft[] {
  const waves: readonly [LeafChange[], LeafChange[]] = [[], []];
  const placedBefore = new Set(seen);
  for (const change of changes) {
    const { fileGroup } = change;
    const shared = seen.has(fileGroup) && !placedBefore.has(fileGroup);
    waves[shared ? 1 : 0].push(change);
    seen.add(fileGroup);
  }
  return [
    draft(name, title, waves[0].map(forthOf)),
    draft(`${name} 2`, `${title} that share their files`, waves[1].map(forthOf)),
  ];
}

function numberSteps(drafts: readonly StageDraft[], first: number): readonly Stage[] {
  let id = first;
  return drafts.map(({ name, title, nodes }) => ({
    name,
    title,
    steps: nodes.flatMap(({ node, actions }) =>
      actions.map((action): Step => ({ ...action, id: id++, node, stage: name })),
    ),
  }));
}
