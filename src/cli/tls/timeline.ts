/**
 * Every certificate of a fleet on one axis of time: what ports serve, what nodes trust, and what the inventory knows
 * besides. Each certificate once, the one that ends first on top. Pure; the clock is a parameter.
 */

import type { NodeTls, TlsSurvey } from '../../fleet/index.ts';
import { dueAt, type InventoryEntry } from '../../pki/index.ts';
import type { CertificateFact } from '../../tls/index.ts';
import { chainOf, trustOf, type LookSources } from './inspect-look.ts';

/** What a certificate does in the fleet. */
export type TimelineKind = 'served' | 'authority' | 'client' | 'file' | 'recorded';

/** `due`: in force, past two thirds of its life. */
export type TimelineState = 'early' | 'fine' | 'due' | 'expired';

export interface TimelineEntry {
  readonly fingerprintSha256: string;
  readonly subject: string;
  readonly kind: TimelineKind;
  readonly state: TimelineState;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly dueAt: string;
  /** Whole days until it ends; negative once it has. */
  readonly daysLeft: number;
  /** Nodes or files that hold it, sorted. */
  readonly where: readonly string[];
  readonly revoked: boolean;
}

const DAY_MS = 86_400_000;

/** The certificates of a survey, and those of the inventory that nothing took the place of. */
export function timelineOf(survey: TlsSurvey, sources: LookSources): readonly TimelineEntry[] {
  const axis = openAxis(sources.now);
  for (const node of survey.nodes) addNode(axis, node, sources);
  for (const entry of sources.inventory.certificates) addRecorded(axis, entry);
  return axis.entries();
}

/** The certificates of files. */
export function timelineOfFiles(
  files: readonly { readonly path: string; readonly certificates: readonly CertificateFact[] }[],
  now: Date,
): readonly TimelineEntry[] {
  const axis = openAxis(now);
  for (const { path, certificates } of files)
    for (const fact of certificates) axis.add(fact, fact.isCa ? 'authority' : 'file', path);
  return axis.entries();
}

/** Where a moment stands between two others, from 0 to 1. */
export function shareOfAxis(at: string | number, from: number, to: number): number {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  return to <= from ? 0 : Math.min(1, Math.max(0, (ms - from) / (to - from)));
}

/**
 * What of the time the axis shows: from a little before now until the last certificate that is not an authority ends,
 * a month at least, so that a root of ten years does not press all others into one column.
 */
export function rangeOf(
  entries: readonly TimelineEntry[],
  now: number,
): { readonly from: number; readonly to: number } {
  const leaves = entries.filter(({ kind }) => kind !== 'authority');
  const ends = (leaves.length === 0 ? entries : leaves).map(({ notAfter }) => Date.parse(notAfter));
  const starts = entries.map(({ notBefore }) => Date.parse(notBefore));
  const to = Math.max(now + MONTH_MS, ...ends) + DAY_MS;
  const before = Math.min(now - MARGIN_PART * (to - now), ...starts, ...ends);
  return { from: Math.max(before, now - (to - now)), to };
}

const MONTH_MS = 30 * DAY_MS;
/** Of what is ahead, at least that much is shown of what is behind, so that now can be seen. */
const MARGIN_PART = 0.06;

interface Axis {
  readonly add: (
    certificate: Pick<CertificateFact, 'fingerprintSha256' | 'subject' | 'notBefore' | 'notAfter'>,
    kind: TimelineKind,
    where: string,
    revoked?: 'revoked',
  ) => void;
  readonly entries: () => readonly TimelineEntry[];
}

function openAxis(now: Date): Axis {
  const found = new Map<string, Omit<TimelineEntry, 'where'> & { readonly where: Set<string> }>();
  return {
    add: (certificate, kind, where, revoked) => {
      const { fingerprintSha256, subject, notBefore, notAfter } = certificate;
      const before = found.get(fingerprintSha256);
      const places = before?.where ?? new Set<string>();
      if (where !== '') places.add(where);
      found.set(fingerprintSha256, {
        fingerprintSha256,
        subject,
        notBefore,
        notAfter,
        kind: before === undefined || KINDS.indexOf(kind) < KINDS.indexOf(before.kind) ? kind : before.kind,
        dueAt: dueAt(certificate).toISOString(),
        daysLeft: Math.floor((Date.parse(notAfter) - now.getTime()) / DAY_MS),
        state: stateOf(certificate, now.getTime()),
        revoked: revoked !== undefined || before?.revoked === true,
        where: places,
      });
    },
    entries: () =>
      [...found.values()]
        .map((entry) => ({ ...entry, where: [...entry.where].toSorted() }))
        .toSorted((a, b) => a.notAfter.localeCompare(b.notAfter) || a.subject.localeCompare(b.subject)),
  };
}

/** What it is first of all, where it is several things. */
const KINDS: readonly TimelineKind[] = ['served', 'authority', 'client', 'file', 'recorded'];

function stateOf(
  certificate: Pick<CertificateFact, 'notBefore' | 'notAfter' | 'fingerprintSha256'>,
  now: number,
): TimelineState {
  if (now < Date.parse(certificate.notBefore)) return 'early';
  if (now > Date.parse(certificate.notAfter)) return 'expired';
  return now >= dueAt(certificate).getTime() ? 'due' : 'fine';
}

function addNode(axis: Axis, node: NodeTls, sources: LookSources): void {
  const { id } = node.node;
  for (const port of node.ports) {
    const [leaf, ...above] = chainOf(port, sources);
    if (leaf !== undefined) axis.add(leaf, 'served', id);
    for (const certificate of above) axis.add(certificate, certificate.isCa ? 'authority' : 'served', id);
  }
  const trust = trustOf(node);
  if (trust.known) for (const certificate of trust.value) axis.add(certificate, 'authority', id);
}

/** What another took the place of counts no more, unless a port still shows it. */
function addRecorded(axis: Axis, entry: InventoryEntry): void {
  if (entry.supersededBy !== undefined) return;
  const where = entry.node ?? entry.files?.certificate ?? '';
  axis.add(entry, kindOf(entry), where, entry.revoked === undefined ? undefined : 'revoked');
}

function kindOf({ usage }: InventoryEntry): TimelineKind {
  switch (usage) {
    case 'authority':
    case 'intermediate':
      return 'authority';
    case 'client':
      return 'client';
    case 'server':
    case 'node':
      return 'recorded';
  }
}
