/** Surveying a fleet for `tls inspect`: find its nodes, ask them, handshake with their ports, and what we hold ourselves. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError, openHostAccess, type HostAccess, type HostPlace } from '../../change/index.ts';
import {
  FleetError,
  forEachAtOnce,
  surveyTls,
  type FleetNode,
  type TlsOptions,
  type TlsSurvey,
  type ToldAddress,
  type Topology,
  type TopologyKind,
} from '../../fleet/index.ts';
import type { InventoryReading } from '../../pki/index.ts';
import { readCertificates, readServed, type CertificateFact } from '../../tls/index.ts';
import type { FleetEntry } from '../change/fleet-access.ts';
import { findNodes } from '../change/fleet-access.ts';
import { hostOf, isThisHost } from '../change/fleet-hosts.ts';
import type { InspectFlags } from '../commands/tls/inspect.ts';
import type { CommandContext } from '../context.ts';
import { openProgress, SILENT_PROGRESS } from '../progress.ts';
import { addressOf, portsToAskAlone, type LookSources } from './inspect-look.ts';

export interface GatheredFleet {
  readonly kind: TopologyKind;
  readonly survey: TlsSurvey;
  readonly sources: LookSources;
  readonly notes: readonly string[];
}

/** Every port of every node. Never rejects for what the network or a server does. */
export async function gatherFleet(
  entry: FleetEntry,
  inventory: InventoryReading,
  flags: InspectFlags,
  context: CommandContext,
): Promise<GatheredFleet> {
  const topology = await discover(entry);
  const progress = flags.quiet === true ? SILENT_PROGRESS : openProgress(context.terminal, 'inspected');
  const hosts = new Map<string, HostAccess | undefined>();
  const scope = scopeOf(flags, entry, topology);
  try {
    const asked = await surveyTls(topology, {
      depth: flags.offer === true ? 'offer' : 'handshake',
      limits: entry.limits,
      concurrency: entry.concurrency,
      ...(entry.tls === undefined ? {} : { tls: entry.tls }),
      ...(scope !== 'none' ? { readFile: (node, path) => readNodeFile(node, path, entry, hosts) } : {}),
      told: toldBy(entry),
      addressMap: new Map(Object.entries(entry.fleet?.addresses ?? {})),
      onProgress: (done, total, last) => progress.step(done, total, last.node.id),
      now: context.now,
    });
    const survey = scope === 'this-host' ? leaveUnread(asked) : asked;
    const authorities = [
      ...new Set(topology.nodes.flatMap(({ target }) => authorityFiles(target.tls ?? entry.tls))),
    ]
      .flatMap(readAuthorities)
      .concat(readRecorded(inventory));
    const sentAlone = await askAlone(survey, authorities, entry);
    return {
      kind: topology.kind,
      survey,
      sources: { authorities, inventory, sentAlone, now: context.now() },
      notes: [...topology.notes, ...survey.notes],
    };
  } finally {
    progress.end();
    for (const host of hosts.values()) await host?.close();
  }
}

/** Without a word about files: those of this host, where the policy says that the fleet's lie here. */
function scopeOf(
  { files }: InspectFlags,
  { fleet }: FleetEntry,
  { nodes }: Topology,
): 'named' | 'this-host' | 'none' {
  if (files !== undefined) return files ? 'named' : 'none';
  return fleet?.files?.via === 'local' && nodes.every(isHere) ? 'this-host' : 'none';
}

function isHere({ target }: FleetNode): boolean {
  return isThisHost(hostOf(target));
}

/** Nobody asked for these files, so one that may not be read is as if it was not asked for. */
function leaveUnread(survey: TlsSurvey): TlsSurvey {
  const nodes = survey.nodes.map((node) => ({
    ...node,
    files: new Map([...node.files].filter(([, file]) => file.known)),
  }));
  return { ...survey, nodes };
}

/** Where the seeds themselves refuse us, their ports can still be looked at. */
async function discover(entry: FleetEntry): Promise<Topology> {
  try {
    return await findNodes(entry);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    return {
      kind: 'standalone',
      nodes: entry.seeds.map((target): FleetNode => ({
        id: target.endpoint.kind === 'tcp' ? addressOf(target.endpoint) : target.endpoint.path,
        target,
        role: 'unknown',
        flags: [],
        reachable: error,
      })),
      notes: ['the other nodes of the fleet, if there are any, were not found'],
    };
  }
}

/** The addresses that we began with, and those that the policy names. */
function toldBy({ seeds, fleet }: FleetEntry): readonly ToldAddress[] {
  const by = fleet === undefined ? 'seed' : 'policy';
  return seeds.flatMap(({ endpoint }) =>
    endpoint.kind === 'tcp' ? [{ host: endpoint.host, port: endpoint.port, by } as const] : [],
  );
}

function authorityFiles(tls: TlsOptions | undefined): readonly string[] {
  if (tls === undefined) return [];
  return [
    ...(tls.caFile === undefined ? [] : [tls.caFile]),
    ...(tls.caDir === undefined ? [] : listFolder(tls.caDir)),
  ];
}

const AUTHORITY_FILES_MAX = 1000;

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .slice(0, AUTHORITY_FILES_MAX)
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Connecting has said already what is wrong with a file that cannot be read. */
function readAuthorities(path: string): readonly CertificateFact[] {
  try {
    return readCertificates(readFileSync(path, 'utf8')).certificates;
  } catch {
    return [];
  }
}

/** The authorities of the inventory. */
export function readRecorded({ certificates }: InventoryReading): readonly CertificateFact[] {
  return certificates
    .filter(({ usage }) => usage === 'authority' || usage === 'intermediate')
    .flatMap(({ pem }) => readCertificates(pem).certificates);
}

/** What a port sends cannot be told from a handshake in which our own CA file may have filled up the chain. */
async function askAlone(
  survey: TlsSurvey,
  ours: readonly CertificateFact[],
  { limits, concurrency }: FleetEntry,
): Promise<ReadonlyMap<string, readonly CertificateFact[]>> {
  const alone = new Map<string, readonly CertificateFact[]>();
  await forEachAtOnce(portsToAskAlone(survey, ours), concurrency, async (port) => {
    const served = await readServed({
      host: port.host,
      port: port.port,
      ...(limits.connectMs === undefined ? {} : { timeoutMs: limits.connectMs }),
    });
    if (served.kind === 'served') alone.set(addressOf(port), served.chain);
  });
  return alone;
}

/** By the policy's way to hosts; without one, this host's files for servers on its loopback. */
async function readNodeFile(
  node: FleetNode,
  path: string,
  entry: FleetEntry,
  hosts: Map<string, HostAccess | undefined>,
): Promise<string> {
  const host = hostOf(node.target);
  const place = entry.fleet?.files?.via === 'ssh' ? entry.fleet.files : LOCAL;
  if (place.via === 'local' && !isHere(node)) {
    throw new Error(`${path} is on ${host}, and no way to its files is in the policy`);
  }
  if (!hosts.has(host)) {
    hosts.set(host, openHostAccess({ host, files: place, handFolder: join(entry.stateFolder, 'by-hand') }));
  }
  const file = await hosts.get(host)?.read(path);
  if (file === undefined) throw new HostError('failed', `${host}:${path}`, `${path} could not be read`);
  return file.content.reveal();
}

const LOCAL: HostPlace['files'] = { via: 'local', user: undefined, port: undefined, identity: undefined };
