/** A fleet on its way from one authority to another: its nodes, known clients, and this machine, read anew at each call. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  otherTrust,
  readAuthorityNodes,
  type AuthorityChange,
  type AuthorityReading,
  type AuthoritySight,
  type KnownClient,
  type NodeElsewhere,
  type TrustFact,
} from '../../change/index.ts';
import { openConnection, type FleetNode, type TlsOptions, type Topology } from '../../fleet/index.ts';
import { readInventory, type InventoryEntry } from '../../pki/index.ts';
import { readCertificates, type CertificateFact } from '../../tls/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import { openFleetHosts } from '../change/fleet-hosts.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { fingerprintsOf, knownIssuers, type Passage } from './rotate-ca-authority.ts';
import { nodesLedThroughTrust } from './rotate-ca-run.ts';

export interface CaSight extends Omit<AuthorityReading, 'nodes'> {
  /** With the issuers and the other roots that are known. */
  readonly change: AuthorityChange;
  readonly sight: AuthoritySight;
  /** Nodes that speak no TLS. */
  readonly plain: readonly Pick<FleetNode, 'id'>[];
}

/** Asks every node; changes nothing. Throws a {@link CommandFailure} where the inventory cannot be read. */
export async function lookAtAuthorities(
  entry: FleetEntry,
  topology: Topology,
  passage: Passage,
  context: CommandContext,
): Promise<CaSight> {
  const hosts = openFleetHosts(entry);
  try {
    const { nodes, sights } = await readAuthorityNodes(
      topology.nodes,
      {
        connect: (node) => openConnection(node.target, entry.limits),
        host: hosts.of,
        addresses: new Map(Object.entries(entry.fleet?.addresses ?? {})),
        concurrency: entry.concurrency,
      },
      passage.probes,
    );
    const known = [...passage.change.old, ...passage.change.next];
    const foreign = nodes.flatMap(({ trust }) => (trust.kind === 'file' ? otherTrust(trust.pem, known) : []));
    const change: AuthorityChange = {
      ...passage.change,
      others: [...new Set([...(passage.change.others ?? []), ...foreign])],
      intermediates: knownIssuers(entry.stateFolder),
    };
    const served = nodes.flatMap((node) =>
      node.served.flatMap((port) => ('chain' in port ? port.chain.slice(0, 1) : [])),
    );
    const own = ownTls(entry, passage);
    return {
      change,
      sights,
      sight: {
        nodes,
        clients: knownClients(entry.stateFolder, [...served, ...own.leaves], topology, context.now()),
        renewed: renewedClients(entry.stateFolder, own.leaves, context.now()),
        elsewhere: nodesElsewhere(entry.stateFolder, served, topology, passage.change, context.now()),
        own,
      },
      plain: topology.nodes.filter(({ id }) => !nodes.some((node) => node.id === id)),
    };
  } finally {
    await hosts.close();
  }
}

/** Every file by which servers or Sentinels of the fleet are dialled. */
export function tlsOptionsOf({ seeds, sentinels, sentinelAccess, tls }: FleetEntry): readonly TlsOptions[] {
  const ways = [...seeds, ...sentinels, ...(sentinelAccess === undefined ? [] : [sentinelAccess])];
  const dialled = ways.flatMap((way) => (way.transport === 'tls' && way.tls !== undefined ? [way.tls] : []));
  return [...dialled, ...(tls === undefined ? [] : [tls])];
}

/** Neither superseded, revoked nor expired, and neither served nor our own. */
function knownClients(
  stateFolder: string,
  elsewhere: readonly string[],
  topology: Topology,
  now: Date,
): readonly KnownClient[] {
  const reading = readInventory(stateFolder);
  if (reading.state === 'unreadable') {
    throw new CommandFailure({
      code: 'E_TRUST',
      what: 'the inventory cannot be read: nobody can tell which clients need the old authority',
      target: stateFolder,
      cause: reading.why,
      next: 'put tls/inventory.json of the state folder back from its copy',
    });
  }
  const seen = new Set(
    elsewhere.flatMap((pem) =>
      readCertificates(pem).certificates.map(({ fingerprintSha256 }) => fingerprintSha256),
    ),
  );
  return reading.certificates
    .filter(
      (entry) => isLive(entry, now) && mayConnect(entry, topology) && !seen.has(entry.fingerprintSha256),
    )
    .map((entry) => clientOf(entry, [entry.pem]));
}

/** Of the inventory: what took the place of a certificate that still lives; not our own, which each call reads anew. */
function renewedClients(
  stateFolder: string,
  own: readonly string[],
  now: Date,
): NonNullable<AuthoritySight['renewed']> {
  const { certificates } = readInventory(stateFolder);
  const ours = fingerprintsOf(own);
  const byPrint = new Map(certificates.map((each) => [each.fingerprintSha256, each]));
  return certificates.flatMap((before) => {
    const after = byPrint.get(before.supersededBy ?? '');
    if (before.usage !== 'client' || after === undefined || ours.has(after.fingerprintSha256)) return [];
    if (!isLive(after, now) || Date.parse(before.notAfter) <= now.getTime()) return [];
    const { fingerprintSha256, notAfter: until, commonName: name = before.subject } = before;
    return [{ name, fingerprintSha256, until, from: [before.pem], to: [after.pem] }];
  });
}

/** Nodes of other fleets that the same authority gave certificates to. */
function nodesElsewhere(
  stateFolder: string,
  served: readonly string[],
  { nodes }: Topology,
  change: AuthorityChange,
  now: Date,
): readonly NodeElsewhere[] {
  const here = new Set(nodes.map(({ id }) => id));
  const led = nodesLedThroughTrust(stateFolder, change);
  // A node may have had another address when it was given its certificate.
  const servedHere = fingerprintsOf(served);
  return readInventory(stateFolder).certificates.flatMap((each) =>
    each.node === undefined ||
    here.has(each.node) ||
    servedHere.has(each.fingerprintSha256) ||
    !isLive(each, now)
      ? []
      : [{ id: each.node, chain: [each.pem], trusts: led.has(each.node) ? 'next' : 'unknown' }],
  );
}

function isLive({ supersededBy, revoked, notAfter }: InventoryEntry, now: Date): boolean {
  return supersededBy === undefined && revoked === undefined && Date.parse(notAfter) > now.getTime();
}

/** A certificate of a node may be with a client, or with a node that is away and comes back with it. */
function mayConnect({ usage, node }: InventoryEntry, { nodes }: Topology): boolean {
  if (usage === 'client') return true;
  return usage === 'node' && !nodes.some(({ id }) => id === node);
}

function clientOf(entry: InventoryEntry, chain: readonly string[]): KnownClient {
  const { commonName, subject, fingerprintSha256, files, origin, node } = entry;
  return {
    name: node ?? commonName ?? subject,
    fingerprintSha256,
    chain,
    // Files that were moved away are with somebody else now.
    ...(files === undefined || !existsSync(files.certificate) ? {} : { files }),
    ...(node === undefined ? {} : { node }),
    ours: origin.kind === 'issued',
  };
}

function ownTls(
  entry: FleetEntry,
  { probes }: Passage,
): AuthoritySight['own'] & { readonly leaves: readonly string[] } {
  const options = tlsOptionsOf(entry).filter(({ verify }) => verify !== 'none');
  const files = new Map(
    options.map((each): [string, TrustFact] => {
      if (each.caFile !== undefined) return [each.caFile, readOwn(each.caFile)];
      if (each.caDir !== undefined) return [each.caDir, { kind: 'folder', path: each.caDir }];
      return ['', { kind: 'none' }];
    }),
  );
  const issued = new Map(
    readInventory(entry.stateFolder).certificates.map((each) => [each.fingerprintSha256, each]),
  );
  const shown = new Map(
    tlsOptionsOf(entry).flatMap((each): (readonly [string, string | undefined])[] =>
      each.certFile === undefined ? [] : [[each.certFile, each.keyFile]],
    ),
  );
  const shows = [...shown].flatMap(([certificate, key]): readonly KnownClient[] => {
    const pem = readFileSync(certificate, 'utf8');
    const [leaf] = readCertificates(pem).certificates;
    if (leaf === undefined) return [];
    // Whoever has the key of the old authority can issue our next certificate, recorded or not.
    const ours = probes.old !== undefined || issued.get(leaf.fingerprintSha256)?.origin.kind === 'issued';
    return [ownClient(leaf, pem, { certificate, key }, ours)];
  });
  return { trust: [...files.values()], shows, leaves: shows.flatMap(({ chain }) => chain) };
}

function ownClient(
  leaf: CertificateFact,
  pem: string,
  { certificate, key }: { readonly certificate: string; readonly key: string | undefined },
  ours: KnownClient['ours'],
): KnownClient {
  const { fingerprintSha256, subject, subjectCommonName } = leaf;
  return {
    name: subjectCommonName ?? subject,
    fingerprintSha256,
    chain: [pem],
    files: { certificate, ...(key === undefined ? {} : { key }) },
    ours,
  };
}

function readOwn(path: string): TrustFact {
  try {
    const pem = readFileSync(path, 'utf8');
    return { kind: 'file', path, pem, sha256: createHash('sha256').update(pem).digest('hex') };
  } catch (error) {
    return { kind: 'unread', path, why: error instanceof Error ? error.message : 'unknown' };
  }
}
