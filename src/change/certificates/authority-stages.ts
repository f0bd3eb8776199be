/**
 * The steps that change what a fleet trusts: the files placed, each node told to read its own anew, Sentinels started
 * anew one after another, links proved up. Every stage is finished at all nodes before the next: nodes of one host may
 * share a file, and taking back must have put all files back before anybody reads them again.
 */

import { Secret } from '../../conf/index.ts';
import type { Stage } from '../run.ts';
import type { ClientPair, ServedCertificate, Step, StepAction } from '../step.ts';
import type { TrustFact } from './authority-sight.ts';

/** A node whose trust is to change. */
export interface TrustNode {
  readonly id: string;
  readonly kind: 'server' | 'sentinel';
  /** Names the machine, so that a file that two nodes share is placed once. */
  readonly host: string;
  readonly trust: Extract<TrustFact, { readonly kind: 'file' }>;
  /** `tls-cert-file` as CONFIG GET shows it: setting it to what it is reads the authorities anew too, in every version. */
  readonly certificateSetting: string;
  /** Its links are proved afterwards: a replica, or a node of a Cluster. */
  readonly linked: boolean;
  /** Of a Sentinel: what starts it anew, on its host. Absent: a person does. */
  readonly restart?: readonly string[];
  /** What its ports serve, and go on serving. */
  readonly serves?: { readonly ports: ServedCertificate['ports']; readonly fingerprintSha256: string };
}

/**
 * `contentFor`: what the file is to hold. `admits`: a client that must be let in once its node has read it. `placed`:
 * Sentinels whose files are placed, and which a person restarts.
 */
export function trustStages(
  nodes: readonly TrustNode[],
  contentFor: (content: string) => string,
  admits: ClientPair | undefined,
  placed: readonly TrustNode[] = [],
): readonly Stage[] {
  const servers = nodes.filter(({ kind }) => kind === 'server');
  const sentinels = nodes.filter(({ kind }) => kind === 'sentinel');
  const stages: readonly (StageParts | readonly StageParts[])[] = [
    parts('prepare', 'note how each node reads its trust', servers, (node) =>
      reload(node, 'revert', undefined),
    ),
    sentinels.map((node) =>
      parts(`prepare ${node.id}`, `note how ${node.id} is started anew`, [node], (each) =>
        restart(each, 'revert'),
      ),
    ),
    parts('place', 'place the files of authorities', onePerFile([...nodes, ...placed]), (node) =>
      place(node, contentFor),
    ),
    parts('reload', 'read the authorities anew', servers, (node) => reload(node, 'perform', admits)),
    parts(
      'links',
      'prove that links are up',
      servers.filter(({ linked }) => linked),
      () => ({
        kind: 'prove-replication',
      }),
    ),
    sentinels.map((node) =>
      parts(`restart ${node.id}`, `start Sentinel ${node.id} anew`, [node], (each) =>
        restart(each, 'perform'),
      ),
    ),
  ];
  return number(stages.flat());
}

interface StageParts {
  readonly name: string;
  readonly title: string;
  readonly actions: readonly (readonly [node: string, action: StepAction])[];
}

function parts(
  name: string,
  title: string,
  nodes: readonly TrustNode[],
  action: (node: TrustNode) => StepAction,
): StageParts {
  return { name, title, actions: nodes.map((node) => [node.id, action(node)] as const) };
}

function place({ trust }: TrustNode, contentFor: (content: string) => string): StepAction {
  const { path, sha256, pem } = trust;
  return { kind: 'place-file', path, beforeSha256: sha256, after: new Secret(contentFor(pem)) };
}

function reload(
  { certificateSetting, serves }: TrustNode,
  on: 'perform' | 'revert',
  admits: ClientPair | undefined,
): StepAction {
  const settings = [{ name: 'tls-cert-file', before: certificateSetting, after: certificateSetting }];
  if (on === 'revert' || serves === undefined) return { kind: 'reload-tls', on, settings };
  const same = { ports: serves.ports, before: serves.fingerprintSha256, after: serves.fingerprintSha256 };
  return { kind: 'reload-tls', on, settings, serves: same, ...(admits === undefined ? {} : { admits }) };
}

/** Without what it serves: that stays, and would pass for a restart that was done. */
function restart({ restart: command }: TrustNode, on: 'perform' | 'revert'): StepAction {
  return { kind: 'restart-sentinel', on, ...(command === undefined ? {} : { command }) };
}

function onePerFile(nodes: readonly TrustNode[]): readonly TrustNode[] {
  const seen = new Set<string>();
  return nodes.filter(({ host, trust }) => {
    const key = JSON.stringify([host, trust.path]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function number(stages: readonly StageParts[]): readonly Stage[] {
  let id = 1;
  return stages
    .filter(({ actions }) => actions.length > 0)
    .map(({ name, title, actions }) => ({
      name,
      title,
      steps: actions.map(([node, action]): Step => ({ ...action, id: id++, node, stage: name })),
    }));
}
