/**
 * What a renewal does about each certificate: rotate the leaf of a node, write a client's pair in place, tell a person,
 * or leave it alone. A certificate whose authority ends with it is not renewed: the next one would live no longer, and
 * the one after that shorter still.
 */

import { isOurs, isSignedBy, type InventoryEntry } from '../../pki/index.ts';
import { stageOfLife, type IssuedLife, type LifeStage } from './due.ts';

/** What a port of a node shows, as far as renewing looks at it. */
export interface ServedLeaf extends IssuedLife {
  readonly node: string;
  readonly subject: string;
  readonly issuer: string;
  readonly pem: string;
}

export interface RenewalQuestion {
  readonly entries: readonly InventoryEntry[];
  /** One for each certificate that a node serves; absent nodes are unknown. */
  readonly served: readonly ServedLeaf[];
  /** When the signing certificate of our authority ends, ISO 8601; undefined: there is no authority here. */
  readonly authorityEnds: string | undefined;
  /** Root and issuer of our authority, PEM; what they signed is ours, whoever asked for it. */
  readonly authorities: readonly string[];
  readonly nowMs: number;
  readonly withinMs: number;
}

/** Who has to act. */
export type RenewalWay =
  /** We issue the next leaf and rotate it. */
  | { readonly kind: 'node'; readonly node: string }
  /** We issue the next pair and write it over the files. */
  | { readonly kind: 'files'; readonly certificate: string; readonly key: string }
  /** Only a person can, `next` says how. */
  | { readonly kind: 'person'; readonly why: string; readonly next: string };

export interface DueCertificate {
  readonly name: string;
  readonly fingerprintSha256: string;
  readonly stage: Extract<LifeStage, 'due' | 'expired'>;
  readonly notAfter: string;
  readonly node?: string;
  /** Absent: it is served, and not in the inventory. */
  readonly entry?: InventoryEntry;
  readonly way: RenewalWay;
}

/** Everything that is due, what ends first first. */
export function planRenewal(question: RenewalQuestion): readonly DueCertificate[] {
  const { entries, served } = question;
  const byFingerprint = new Map(entries.map((entry) => [entry.fingerprintSha256, entry]));
  const shown = new Set(served.map(({ fingerprintSha256 }) => fingerprintSha256));
  const leaves = served.flatMap((leaf) => {
    const entry = byFingerprint.get(leaf.fingerprintSha256);
    const life = entry === undefined ? leaf : lifeOf(entry);
    return dueOf(life, question, {
      name: entry?.commonName ?? leaf.subject,
      node: leaf.node,
      ...(entry === undefined ? {} : { entry }),
      way: wayOfLeaf(leaf, entry, question),
    });
  });
  const files = entries
    .filter((entry) => isRenewable(entry) && !shown.has(entry.fingerprintSha256))
    .flatMap((entry) =>
      dueOf(lifeOf(entry), question, {
        name: entry.commonName ?? entry.subject,
        entry,
        way: wayOfEntry(entry, question),
      }),
    );
  return [...leaves, ...files].toSorted((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter));
}

/** Authorities are rotated, never renewed; what has a successor or was revoked is over; a node's is renewed where it is served. */
function isRenewable({ usage, supersededBy, revoked, node }: InventoryEntry): boolean {
  if (usage === 'authority' || usage === 'intermediate') return false;
  return supersededBy === undefined && revoked === undefined && node === undefined;
}

function dueOf(
  life: IssuedLife,
  { nowMs, withinMs }: RenewalQuestion,
  about: Omit<DueCertificate, 'fingerprintSha256' | 'stage' | 'notAfter'>,
): readonly DueCertificate[] {
  const stage = stageOfLife(life, nowMs, withinMs);
  if (stage === 'fresh' || stage === 'not-yet-valid') return [];
  const { fingerprintSha256, notAfter } = life;
  return [{ ...about, fingerprintSha256, stage, notAfter }];
}

function lifeOf({ notBefore, notAfter, fingerprintSha256, recordedAt, origin }: InventoryEntry): IssuedLife {
  // What was made elsewhere may have been adopted long after.
  const since = origin.kind === 'issued' ? { since: recordedAt } : {};
  return { notBefore, notAfter, fingerprintSha256, ...since };
}

function wayOfLeaf(
  leaf: ServedLeaf,
  entry: InventoryEntry | undefined,
  question: RenewalQuestion,
): RenewalWay {
  const { node, notAfter } = leaf;
  const obstacle = entry === undefined ? unrecorded(leaf, question) : obstacleOf(entry, notAfter, question);
  if (obstacle === undefined) return { kind: 'node', node };
  return obstacle.next === ''
    ? { ...obstacle, next: `wardis tls rotate leaf ${node} --cert FILE --key FILE` }
    : obstacle;
}

function wayOfEntry(entry: InventoryEntry, question: RenewalQuestion): RenewalWay {
  const { files, notAfter } = entry;
  const obstacle = obstacleOf(entry, notAfter, question);
  if (obstacle !== undefined) {
    return obstacle.next === ''
      ? { ...obstacle, next: 'have its issuer make the next one, then: wardis tls adopt FILE' }
      : obstacle;
  }
  if (entry.usage !== 'client') {
    return {
      kind: 'person',
      why: 'it is a server’s, and no node that was asked serves it: new files alone would change nothing',
      next: 'wardis tls rotate leaf NODE, where it is served',
    };
  }
  if (files?.key !== undefined) return { kind: 'files', certificate: files.certificate, key: files.key };
  return {
    kind: 'person',
    why: files === undefined ? 'it is not known where its files are' : 'it is not known where its key is',
    next: `wardis tls issue ${entry.usage} ${entry.commonName ?? 'NAME'}, and bring it to whoever uses it`,
  };
}

type Obstacle = Extract<RenewalWay, { readonly kind: 'person' }>;

function obstacleOf(
  entry: InventoryEntry,
  notAfter: string,
  { authorityEnds, authorities, entries }: RenewalQuestion,
): Obstacle | undefined {
  const { origin } = entry;
  if (origin.kind === 'adopted' && !isOurs(entry, entries, authorities)) return foreign(origin.by);
  if (authorityEnds === undefined) {
    return {
      kind: 'person',
      why: 'its authority is not in this state folder',
      next: 'run this where the authority is: --state DIR',
    };
  }
  if (Date.parse(authorityEnds) > Date.parse(notAfter) + GAIN_MS_MIN) return undefined;
  return {
    kind: 'person',
    why: `its authority ends on ${authorityEnds}: the next certificate would live no longer`,
    next: 'wardis tls rotate ca --next',
  };
}

/** A successor that ends this much later is worth it. */
const GAIN_MS_MIN = 5 * 60_000;

/** What a node serves, and nobody recorded. */
function unrecorded({ pem, issuer }: ServedLeaf, { authorities }: RenewalQuestion): Obstacle {
  if (!authorities.some((authority) => isSignedBy(pem, authority))) return foreign(issuer);
  return {
    kind: 'person',
    why: 'our authority signed it, and the inventory does not have it',
    next: 'wardis tls adopt FILE, then this once more',
  };
}

function foreign(by: string): Obstacle {
  return { kind: 'person', why: `issued by ${by}, not by our authority`, next: '' };
}
