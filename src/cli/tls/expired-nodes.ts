/**
 * Nodes whose certificate has ended, reached so that it can be replaced: by the fingerprint of that very certificate, at
 * that address only, where it was issued for the node and nothing but its end is wrong with it. Whoever shows it holds
 * its key, so that our password goes to whom it would have gone to the day before.
 */

import {
  FleetError,
  forEachAtOnce,
  readTlsMaterial,
  type FleetNode,
  type TlsOptions,
  type Topology,
} from '../../fleet/index.ts';
import { readInventory, type InventoryReading } from '../../pki/index.ts';
import {
  checkCertificate,
  readServed,
  verifyChain,
  type CertificateFact,
  type CertificateProblem,
} from '../../tls/index.ts';
import { findNodes, type FleetEntry } from '../change/fleet-access.ts';

/** The fleet, with what was pinned in every way into it. */
export interface FoundNodes extends PinOutcome {
  readonly entry: FleetEntry;
  readonly topology: Topology;
}

export interface PinOutcome {
  /** Nodes that are reached by a fingerprint, as sentences. */
  readonly reached: readonly string[];
  /** Nodes whose certificate has ended and that are not reached. */
  readonly unreached: readonly UnreachedNode[];
}

export interface UnreachedNode {
  readonly node: string;
  readonly why: string;
  readonly next: string;
}

export const NO_PINS: PinOutcome = { reached: [], unreached: [] };

/** A node that ended may be the only one to know of another that did. */
const ROUNDS_MAX = 8;

/** As `findNodes`, and once more for the nodes whose certificates have only ended. */
export async function findNodesByPins(entry: FleetEntry, now: Date): Promise<FoundNodes> {
  const pins = new Map<string, readonly string[]>();
  const reached: string[] = [];
  for (let round = 1; ; round += 1) {
    const current = pins.size === 0 ? entry : withPins(entry, pins);
    const topology = await findNodes(current);
    const verdicts = await judgeNodes(topology, entry, now);
    const fresh = verdicts.filter((each) => each.kind === 'ours' && !pins.has(each.node));
    if (fresh.length === 0 || round >= ROUNDS_MAX) {
      return {
        entry: current,
        topology,
        reached,
        unreached: verdicts.flatMap((each) => (each.kind === 'not-known' ? [each] : [])),
      };
    }
    for (const each of fresh) {
      if (each.kind !== 'ours') continue;
      pins.set(each.node, [each.fingerprintSha256]);
      reached.push(each.said);
    }
  }
}

/** Sentences for standard error, where a command has no plan to say them in. */
export function pinNotes({ reached, unreached }: PinOutcome): readonly string[] {
  return [
    ...reached,
    ...unreached.map(({ node, why, next }) => `${node} is left out: ${why}; next: ${next}`),
  ];
}

export type ExpiredVerdict =
  | {
      readonly kind: 'ours';
      readonly node: string;
      readonly fingerprintSha256: string;
      readonly said: string;
    }
  | ({ readonly kind: 'not-known' } & UnreachedNode);

/** What a judgement goes by. */
export interface ExpiredTrust {
  /** PEM of the authorities that we trust there. */
  readonly authorities: readonly string[];
  readonly inventory: InventoryReading;
  /** The name that is checked; undefined: none is. */
  readonly name: string | undefined;
}

/** Pure. Undefined: it has not ended, so that something else is wrong. */
export function judgeExpired(
  node: string,
  chain: readonly CertificateFact[],
  { authorities, inventory, name }: ExpiredTrust,
  now: Date,
): ExpiredVerdict | undefined {
  const [leaf] = chain;
  if (leaf === undefined || Date.parse(leaf.notAfter) >= now.getTime()) return undefined;
  const ended = `serves a certificate that ended ${momentOf(leaf.notAfter)}`;
  const no = (reason: string): ExpiredVerdict => ({
    kind: 'not-known',
    node,
    why: `it ${ended}, and ${reason}`,
    next: 'copy that certificate from its host and record it: wardis tls adopt FILE, then again; or give the host a new pair by hand. --insecure works too, and sends the password to all nodes unchecked',
  });
  if (inventory.state === 'unreadable') return no(`the inventory cannot be read (${inventory.why})`);
  const entry = inventory.certificates.find(
    ({ fingerprintSha256 }) => fingerprintSha256 === leaf.fingerprintSha256,
  );
  if (entry?.revoked !== undefined) return no(`it was revoked on ${entry.revoked.at}`);
  // A moment at which it was still good.
  const at = new Date(Date.parse(leaf.notAfter) - 1000);
  const isNamed = name === undefined || entry?.node === node;
  const names = isNamed ? {} : { names: [name] };
  const unfit = checkCertificate(leaf, { at, purpose: 'server', ...names }).find(({ code }) =>
    UNFIT.has(code),
  );
  if (unfit !== undefined) return no(unfit.message);
  const ours = (how: string): ExpiredVerdict => ({
    kind: 'ours',
    node,
    fingerprintSha256: leaf.fingerprintSha256,
    said: `${node} ${ended}; reached by its fingerprint, ${how}`,
  });
  if (entry !== undefined) {
    return ours(entry.origin.kind === 'issued' ? 'which was issued for it' : 'which was recorded here');
  }
  const pems = chain.map(({ pem }) => pem);
  const [problem] = verifyChain(pems, authorities, at).problems;
  if (problem === undefined) return ours('which our authority signed for it');
  return no(`neither the inventory nor our trust knows it: ${problem.message}`);
}

/** What keeps a certificate from standing for a server, whenever it is looked at. */
const UNFIT: ReadonlySet<CertificateProblem['code']> = new Set([
  'name-mismatch',
  'missing-server-usage',
  'weak-key',
  'weak-signature',
]);

async function judgeNodes(
  { nodes }: Topology,
  { stateFolder, concurrency }: FleetEntry,
  now: Date,
): Promise<readonly ExpiredVerdict[]> {
  const untrusted = nodes.filter(
    ({ reachable }) => reachable instanceof FleetError && reachable.code === 'tls-untrusted',
  );
  if (untrusted.length === 0) return [];
  const inventory = readInventory(stateFolder);
  const verdicts = new Map<string, ExpiredVerdict>();
  await forEachAtOnce(untrusted, concurrency, async (node) => {
    const verdict = await judgeNode(node, inventory, now);
    if (verdict !== undefined) verdicts.set(node.id, verdict);
  });
  return untrusted.flatMap(({ id }) => verdicts.get(id) ?? []);
}

async function judgeNode(
  { id, target: { endpoint, tls = {} } }: FleetNode,
  inventory: InventoryReading,
  now: Date,
): Promise<ExpiredVerdict | undefined> {
  if (endpoint.kind !== 'tcp') return undefined;
  const { host, port } = endpoint;
  const { serverName, verify } = tls;
  const reading = await readServed({ host, port, ...(serverName === undefined ? {} : { serverName }) });
  if (reading.kind !== 'served') return undefined;
  const trust: ExpiredTrust = {
    authorities: readTlsMaterial(tls, id).ca ?? [],
    inventory,
    name: verify === 'chain' ? undefined : (serverName ?? host),
  };
  return judgeExpired(id, reading.chain, trust, now);
}

/** In every way in: pins hold at their addresses only. */
function withPins(entry: FleetEntry, pins: NonNullable<TlsOptions['pins']>): FleetEntry {
  const pinned = <T extends { readonly tls?: TlsOptions }>(way: T): T => ({
    ...way,
    tls: { ...way.tls, pins },
  });
  return {
    ...entry,
    seeds: entry.seeds.map((seed) => (seed.transport === 'tls' ? pinned(seed) : seed)),
    sentinels: entry.sentinels.map((each) => (each.transport === 'tls' ? pinned(each) : each)),
    sentinelAccess:
      entry.sentinelAccess?.transport === 'tls' ? pinned(entry.sentinelAccess) : entry.sentinelAccess,
    tls: entry.tls === undefined ? undefined : { ...entry.tls, pins },
  };
}

/** `2026-11-22 10:57 UTC`. */
function momentOf(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
