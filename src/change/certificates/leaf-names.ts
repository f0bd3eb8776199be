/**
 * For which names a node may have a certificate. What a node serves, announces, or is told by others is the word of
 * nodes, and one that lies would choose what our authority certifies. So names come from what somebody trusted certified
 * before (our inventory, or a served leaf that leads to our own trust), and from where we dial it ourselves; all others
 * wait for the word of the operator.
 */

import { isIP } from 'node:net';
import type { InventoryEntry } from '../../pki/index.ts';
import { isDnsName, readCertificates, verifyChain, type CertificateFact } from '../../tls/index.ts';
import { fileGroupOf, servedBy, type LeafSight } from './leaf-sight.ts';

/** Names that somebody trusted gave to a node. */
export interface CertifiedNames {
  readonly by: 'inventory' | 'served';
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly usage: 'server' | 'node';
}

/** What we know ourselves, from no node. */
export interface NameKnowledge {
  readonly inventory: readonly InventoryEntry[];
  /** PEM of the roots whose word counts: of the state folder, and of our own CA file. */
  readonly trust: string;
  readonly now: Date;
  /** `id` and dialled host of every node of the fleet, those that do not answer too. */
  readonly nodes: readonly { readonly id: string; readonly host: string }[];
}

/** The same sights, with what each may be named and which names others have. */
export function knowNames(sights: readonly LeafSight[], knowledge: NameKnowledge): readonly LeafSight[] {
  const named = sights.map((sight): LeafSight => {
    const certified = certifiedOf(sight, sights, knowledge);
    return {
      ...sight,
      ...(certified === undefined ? {} : { certified }),
      isDiskKnown: isDiskKnown(sight, knowledge),
    };
  });
  return named.map((sight) => ({ ...sight, taken: takenFrom(sight, named, knowledge) }));
}

/** Whether two names are one: case and a last dot do not count in host names, nor the spelling of an address. */
export function canonicalName(name: string): string {
  if (isIP(name) === 6) return new URL(`http://[${name.split('%')[0]}]`).hostname.slice(1, -1);
  return isIP(name) === 4 ? name : name.toLowerCase().replace(/\.$/, '');
}

/** Whether an authority can certify it: a host name, or an address without a zone. */
export function isCertifiable(name: string): boolean {
  return isIP(name) === 0 ? isDnsName(name) : !name.includes('%');
}

function certifiedOf(
  sight: LeafSight,
  sights: readonly LeafSight[],
  { inventory, trust, now }: NameKnowledge,
): CertifiedNames | undefined {
  const group = new Set(
    sights.filter((each) => fileGroupOf(each) === fileGroupOf(sight)).map(({ node }) => node.id),
  );
  const served = servedBy(sight);
  const shown = inventory.find(({ fingerprintSha256 }) => fingerprintSha256 === served?.fingerprintSha256);
  // What we made for another node is seen here where this one passes us on to it, or has stolen its key.
  const isOfAnother = shown?.node !== undefined && !group.has(shown.node);
  if (shown !== undefined && !isOfAnother && isOfServer(shown)) return ofEntry(shown);
  const own = inventory
    .filter((entry) => entry.node === sight.node.id && isOfServer(entry) && isCurrent(entry))
    .toSorted((a, b) => Date.parse(b.recordedAt) - Date.parse(a.recordedAt));
  if (own[0] !== undefined) return ofEntry(own[0]);
  if (served === undefined || shown !== undefined) return undefined;
  const [first] = sight.ports.filter(({ chain }) => chain.length > 0);
  const chain = first?.chain ?? [];
  return isTrusted(chain, trust, now) ? ofFact(served) : undefined;
}

/** Leads to a root of ours, whatever the date; and is made to serve. */
function isTrusted(chain: readonly CertificateFact[], trust: string, now: Date): boolean {
  const [leaf] = chain;
  if (leaf === undefined || leaf.isCa || trust === '' || usageOf(leaf) === undefined) return false;
  const pems = chain.map(({ pem }) => pem);
  const { problems } = verifyChain(pems, [trust], now);
  return problems.every(({ code }) => code === 'expired' || code === 'not-yet-valid');
}

function isDiskKnown({ certificate }: LeafSight, { inventory, trust, now }: NameKnowledge): boolean {
  if (certificate.kind !== 'file') return false;
  const { certificates } = readCertificates(certificate.file.content.reveal());
  const [leaf] = certificates;
  if (leaf === undefined) return false;
  if (inventory.some(({ fingerprintSha256 }) => fingerprintSha256 === leaf.fingerprintSha256)) return true;
  return isTrusted(certificates, trust, now);
}

function isOfServer({ usage }: InventoryEntry): boolean {
  return usage === 'server' || usage === 'node';
}

function isCurrent({ supersededBy, revoked }: InventoryEntry): boolean {
  return supersededBy === undefined && revoked === undefined;
}

function ofEntry({ commonName, dnsNames, ipAddresses, uris, usage }: InventoryEntry): CertifiedNames {
  return {
    by: 'inventory',
    ...(commonName === undefined ? {} : { commonName }),
    dnsNames,
    ipAddresses,
    uris,
    usage: usage === 'server' ? 'server' : 'node',
  };
}

function ofFact(fact: CertificateFact): CertifiedNames {
  const { subjectCommonName, dnsNames, ipAddresses, uris } = fact;
  return {
    by: 'served',
    ...(subjectCommonName === undefined ? {} : { commonName: subjectCommonName }),
    dnsNames,
    ipAddresses,
    uris,
    usage: usageOf(fact) ?? 'server',
  };
}

/** Undefined: not made to serve. Without the extension it may do everything. */
function usageOf({ extendedKeyUsages }: CertificateFact): CertifiedNames['usage'] | undefined {
  const has = (wanted: string): boolean => extendedKeyUsages.some(({ name }) => name === wanted);
  if (extendedKeyUsages.length === 0) return 'node';
  if (!has('serverAuth')) return undefined;
  return has('clientAuth') ? 'node' : 'server';
}

/** Names of the other nodes, to whose they are. Those of nodes that share its files are its own. */
function takenFrom(
  sight: LeafSight,
  sights: readonly LeafSight[],
  { inventory, nodes }: NameKnowledge,
): ReadonlyMap<string, string> {
  const group = new Set(
    sights.filter((each) => fileGroupOf(each) === fileGroupOf(sight)).map(({ node }) => node.id),
  );
  const taken = new Map<string, string>();
  const take = (names: readonly string[], id: string): void => {
    for (const name of names) if (!taken.has(canonicalName(name))) taken.set(canonicalName(name), id);
  };
  for (const { id, host } of nodes) if (!group.has(id)) take([host], id);
  for (const { node, told, certified } of sights) {
    if (group.has(node.id)) continue;
    const own = told.filter(({ from }) => from === 'policy').map(({ host }) => host);
    take([...own, ...(certified?.dnsNames ?? []), ...(certified?.ipAddresses ?? [])], node.id);
  }
  for (const entry of inventory) {
    const { node } = entry;
    if (node === undefined || group.has(node) || !isOfServer(entry) || !isCurrent(entry)) continue;
    if (nodes.some(({ id }) => id === node)) take([...entry.dnsNames, ...entry.ipAddresses], node);
  }
  return taken;
}
