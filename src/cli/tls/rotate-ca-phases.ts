/** The steps of a phase, from what was read of the fleet. Throws a {@link CommandFailure} where they cannot be done. */

import {
  addTrust,
  dropTrust,
  holdsTrust,
  leafStages,
  refuseTrust,
  servedBy,
  trustStages,
  type AuthorityProgress,
  type ClientPair,
  type LeafSight,
  type Stage,
  type Step,
  type TrustNode,
} from '../../change/index.ts';
import type { Topology } from '../../fleet/index.ts';
import type { Secret } from '../../conf/index.ts';
import { LEAF_DAYS_DEFAULT, LEAF_DAYS_MAX, openAuthority } from '../../pki/index.ts';
import { checkPair, readCertificates } from '../../tls/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import type { TlsRotateCaFlags } from '../commands/tls/rotate-ca.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { planLeaves, type LeafPlan } from './rotate-leaf-plan.ts';
import { lookAtLeaves } from './rotate-leaf-scene.ts';
import { objectionLines } from './rotate-leaf-show.ts';
import { issuePairs, type LeafSource } from './rotate-leaf-source.ts';
import type { CaSight } from './rotate-ca-fleet.ts';

export interface PhaseSteps {
  readonly stages: readonly Stage[];
  /** What a person must do beside, as sentences. */
  readonly byHand: readonly string[];
}

/** The new authority beside the old one, or the old one out. */
export function stepsOfTrust(
  phase: 'trust' | 'drop',
  seen: CaSight,
  progress: AuthorityProgress,
  entry: FleetEntry,
  admits: ClientPair | undefined,
): PhaseSteps {
  const { change } = seen;
  const todo = new Set(progress.nodes.filter(({ needs }) => needs.includes(phase)).map(({ id }) => id));
  const sights = seen.sights.filter(({ node }) => todo.has(node.id));
  refuseUnread(sights);
  const nodes = sights.flatMap((sight) => trustNodeOf(sight, entry));
  const contentFor = (content: string): string =>
    phase === 'trust' ? addTrust(content, change.next) : dropTrust(content, change.old, change.next);
  const empty = nodes.find(
    ({ trust }) => phase === 'drop' && !holdsTrust(contentFor(trust.pem), change.next),
  );
  if (empty !== undefined) {
    throw failure(`${empty.id}: without the old authority ${empty.trust.path} would not hold the new one`);
  }
  const byHand = nodes
    .filter(({ kind, restart }) => kind === 'sentinel' && restart === undefined)
    .map(({ id }) => `restart Sentinel ${id}: it reads its authorities only when it starts`);
  const able = nodes.filter(({ kind, restart }) => kind === 'server' || restart !== undefined);
  const placed = nodes.filter((node) => !able.includes(node));
  return { stages: trustStages(able, contentFor, admits, placed), byHand };
}

/** Certificates of the current authority on every node that still serves others. */
export async function stepsOfLeaves(
  work: {
    readonly entry: FleetEntry;
    readonly topology: Topology;
    readonly progress: AuthorityProgress;
    readonly flags: TlsRotateCaFlags;
    readonly passphrase: Secret | undefined;
  },
  context: CommandContext,
): Promise<PhaseSteps> {
  const { entry, topology, progress, flags, passphrase } = work;
  const node = progress.nodes.filter(({ needs }) => needs.includes('leaves')).map(({ id }) => id);
  const scene = await lookAtLeaves(entry, topology, { node, quiet: true }, context);
  const authority = await openAuthority(entry.stateFolder, { passphrase, now: context.now });
  const source: Extract<LeafSource, { readonly kind: 'issue' }> = {
    kind: 'issue',
    authority,
    days: daysFor(scene.reading.sights, flags.days),
  };
  const about = { canary: flags.canary, now: context.now() };
  // Before anything is issued: what would be refused leaves no trace in the inventory.
  refuse(await planLeaves(scene, source, about), context);
  const pairs = await issuePairs(scene.reading.sights, source);
  const plan = await planLeaves(scene, { kind: 'pairs', files: 'place', pairs }, about);
  refuse(plan, context);
  const changes = plan.nodes.flatMap(({ change }) => change ?? []);
  const stages = leafStages(changes, plan.canary === undefined ? {} : { canary: plan.canary });
  const sentinels = changes.filter(({ reread }) => reread.by === 'restart' && reread.command === undefined);
  return {
    stages: [...stages, ...linkStage(stages, scene.reading.sights)],
    byHand: sentinels.map(
      ({ node: { id } }) => `restart Sentinel ${id}: it reads its certificate only when it starts`,
    ),
  };
}

/**
 * Certificate, key and authorities are read together, whatever is asked for: what lies on disk and was never read would
 * come into force too, or be refused.
 */
function refuseUnread(sights: readonly LeafSight[]): void {
  const found = sights.flatMap((sight) => {
    const { node, certificate, key, passphrase } = sight;
    if (certificate.kind !== 'file') return [];
    const text = certificate.file.content.reveal();
    const [onDisk] = readCertificates(text).certificates;
    const served = servedBy(sight);
    if (served !== undefined && onDisk?.fingerprintSha256 !== served.fingerprintSha256) {
      return [`${node.id}: ${certificate.path} holds another certificate than is served`];
    }
    if (key.kind !== 'file') return [];
    const pass = passphrase === undefined || passphrase.isEmpty() ? undefined : passphrase.reveal();
    const verdict = checkPair(text, key.file.content.reveal(), pass);
    return verdict === 'match'
      ? []
      : [`${node.id}: ${key.path} does not belong to ${certificate.path} (${verdict})`];
  });
  if (found.length === 0) return;
  throw new CommandFailure({
    code: 'E_ROTATE_CA',
    what: 'files were placed that their node has not read; nothing was changed',
    cause: found.join('\n         '),
    next: 'have them read and proved first: wardis tls rotate leaf --placed; or put the old ones back',
  });
}

function trustNodeOf(sight: LeafSight, { fleet }: FleetEntry): readonly TrustNode[] {
  const { node, host, trust, settings, ports } = sight;
  if (trust?.kind !== 'file' || refuseTrust(trust.file.content.reveal()) !== undefined) return [];
  const [first] = ports;
  const [leaf] = ports.find(({ purpose, chain }) => purpose !== 'bus' && chain.length > 0)?.chain ?? [];
  const restart = fleet?.files?.restartSentinel?.map((word) =>
    word.replaceAll('{host}', first?.host ?? '').replaceAll('{port}', String(first?.port ?? '')),
  );
  const { path, file } = trust;
  const asked = ports
    .filter(({ purpose }) => purpose !== 'bus')
    .map(({ host: name, port }) => ({ host: name, port }));
  return [
    {
      id: node.id,
      kind: node.role === 'sentinel' ? 'sentinel' : 'server',
      host,
      trust: { kind: 'file', path, pem: file.content.reveal(), sha256: file.sha256 },
      certificateSetting: settings.certificate,
      linked: node.role !== 'sentinel',
      ...(restart === undefined ? {} : { restart }),
      ...(leaf === undefined ? {} : { serves: { ports: asked, fingerprintSha256: leaf.fingerprintSha256 } }),
    },
  ];
}

/** A link that was up stays up, whatever is served: what is proved is that none was lost on the way. */
function linkStage(stages: readonly Stage[], sights: readonly LeafSight[]): readonly Stage[] {
  const name = 'links';
  let id = 1 + stages.reduce((most, { steps }) => Math.max(most, ...steps.map((step) => step.id)), 0);
  const steps = sights
    .filter(({ node }) => node.role !== 'sentinel')
    .map(({ node }): Step => ({ kind: 'prove-replication', id: id++, node: node.id, stage: name }));
  return steps.length === 0 ? [] : [{ name, title: 'prove that links are up', steps }];
}

const DAY_MS = 86_400_000;

/** As long as the longest of the old ones was made for. */
function daysFor(sights: readonly LeafSight[], asked: string | undefined): number {
  if (asked !== undefined) {
    const days = Number(asked);
    if (Number.isInteger(days) && days >= 1 && days <= LEAF_DAYS_MAX) return days;
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--days ${JSON.stringify(asked)} is not a whole number from 1 to ${LEAF_DAYS_MAX}`,
      next: '--days 90',
    });
  }
  const lives = sights.flatMap(({ ports }) =>
    ports.flatMap(({ chain: [leaf] }) =>
      leaf === undefined
        ? []
        : [Math.round((Date.parse(leaf.notAfter) - Date.parse(leaf.notBefore)) / DAY_MS)],
    ),
  );
  const longest = lives.length === 0 ? LEAF_DAYS_DEFAULT : Math.max(...lives);
  return Math.min(LEAF_DAYS_MAX, Math.max(1, longest));
}

function refuse(plan: LeafPlan, { terminal }: CommandContext): void {
  if (plan.objections.every(({ severity }) => severity !== 'refused')) return;
  terminal.err(`${objectionLines(plan.objections, terminal.errLook).join('\n')}\n`);
  throw failure('the new certificates do not do for the reasons above');
}

function failure(what: string): CommandFailure {
  return new CommandFailure({
    code: 'E_ROTATE_CA',
    what: `${what}; nothing was changed`,
    next: 'mend what is named, then: wardis tls rotate ca --next',
  });
}
