/**
 * A look at the TLS of every node of a fleet: first what the nodes say, a connection each, then what their ports do. A
 * node that refuses us is handshaken with all the same, and what cannot be learned is in the facts, not an error.
 */

import { CONCURRENCY_DEFAULT, forEachAtOnce } from '../at-once.ts';
import type { ConnectionLimits } from '../connection.ts';
import { CONNECT_TIMEOUT_MS, readTlsMaterial, type TlsMaterial } from '../dial.ts';
import { explainWrongTransport } from '../dial-diagnosis.ts';
import { unknown } from '../fact.ts';
import { FleetError } from '../fleet-error.ts';
import { openTlsContext, type TlsContext } from '../../tls/index.ts';
import { printEndpoint, type TlsOptions } from '../target.ts';
import type { NodeTls, TlsPortFact, TlsSurvey, ToldAddress } from '../tls-survey.ts';
import type { FleetNode, Topology } from '../topology.ts';
import { printAddress } from '../topology/announced-address.ts';
import { NODES_MAX } from '../topology/discover.ts';
import { readCertificateTexts } from './certificate-texts.ts';
import { assignClaims, cutNotes, type Claim, type Sight } from './claim.ts';
import { listLinks, readReplicaLink } from './link.ts';
import { askNode, LIKELY_SERVER, type NodeAnswers, type NodeMode } from './node-answers.ts';
import { inspectPort, type PortAccess } from './port-facts.ts';
import { listTlsPorts, valueOf, type PortSigns } from './ports.ts';
import { readSentinelSettings } from './sentinel-conf.ts';

export interface TlsSurveyOptions {
  /**
   * `offer`: also which versions and suites a port takes, and whether it resumes sessions: 10 to 40 handshakes more for
   * each port, some of which are lines in the server's log. Default `handshake`: one or two.
   */
  readonly depth?: 'handshake' | 'offer';
  readonly limits?: ConnectionLimits;
  /** Nodes at the same time, 1 to 256; default 16. */
  readonly concurrency?: number;
  /** What we show and trust at TLS ports of nodes that are spoken to in plaintext. Default: nothing. */
  readonly tls?: TlsOptions;
  /**
   * Reads a text file of a node's host: certificates, keys, a Sentinel's configuration. It throws with a sentence for a
   * person where it cannot, or will not. Default: no file is read.
   */
  readonly readFile?: (node: FleetNode, path: string) => Promise<string>;
  /** Addresses that people or programs were given: the seeds, those of a policy. */
  readonly told?: readonly ToldAddress[];
  /** Announced `host:port` to what is dialled instead, for networks that translate addresses. */
  readonly addressMap?: ReadonlyMap<string, string>;
  /** Called after each node, in the order in which they finish. */
  readonly onProgress?: (done: number, total: number, last: NodeTls) => void;
  readonly now?: () => Date;
  /** Waits between tries after a reset. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Nodes of a cluster that are asked for their view of all: one may be behind, and each grows with the cluster. */
const VIEWS_MAX = 3;
/** Sentences about what nodes do not answer. */
const REFUSALS_MAX = 50;

/** One entry for each node, in their order. Rejects only on a bug. */
export async function surveyTls(topology: Topology, options: TlsSurveyOptions = {}): Promise<TlsSurvey> {
  const { nodes } = topology;
  const takenAt = (options.now ?? (() => new Date()))().toISOString();
  const atOnce = options.concurrency ?? CONCURRENCY_DEFAULT;
  const map = options.addressMap ?? new Map<string, string>();
  const viewers = new Set(nodes.filter(({ reachable }) => reachable === 'yes').slice(0, VIEWS_MAX));
  const hearings: Heard[] = [];
  await forEachAtOnce(nodes, atOnce, async (node, place) => {
    hearings[place] = await hear(node, topology, viewers.has(node) ? 'whole' : 'none', options);
  });
  const claims = [...hearings.flatMap((heard) => heard.claims), ...claimsOf(options.told ?? [])];
  const told = assignClaims(claims, hearings.map(sightOf), map);
  const surveyed: NodeTls[] = [];
  const accesses = new Map<string, PortAccess>();
  let done = 0;
  await forEachAtOnce(hearings, atOnce, async (heard, place) => {
    const signs: PortSigns = { ...heard, busPort: told.busPorts.get(place), addressMap: map };
    const ports = await inspectPorts(signs, accesses, options);
    const node = await describeNode(heard, topology, ports, told.addresses[place] ?? [], options);
    surveyed[place] = node;
    done += 1;
    options.onProgress?.(done, nodes.length, node);
  });
  const refusals = cutNotes([...new Set(hearings.flatMap(({ notes }) => notes))], REFUSALS_MAX);
  return { takenAt, nodes: surveyed, notes: [...refusals, ...told.notes] };
}

/** What a node said, or why it said nothing. */
interface Heard extends Pick<NodeAnswers, 'claims' | 'notes' | 'info' | 'mode' | 'server'> {
  readonly node: FleetNode;
  readonly answers: NodeAnswers | undefined;
  readonly settings: NodeTls['settings'];
  readonly secrets: NodeAnswers['settings']['secrets'];
  readonly unreachable: FleetError | undefined;
}

async function hear(
  node: FleetNode,
  topology: Topology,
  view: 'whole' | 'none',
  options: TlsSurveyOptions,
): Promise<Heard> {
  const expect = expectedMode(node, topology);
  const silent = (unreachable: FleetError): Heard => ({
    node,
    answers: undefined,
    claims: [],
    notes: [],
    info: new Map(),
    mode: expect,
    server: undefined,
    settings: new Map(),
    secrets: new Map(),
    unreachable,
  });
  const known = whyNotAsked(node);
  if (known !== undefined) return silent(known);
  try {
    const answers = await askNode(node.target, {
      expect,
      view,
      entriesMax: NODES_MAX,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
    });
    const { claims, notes, info, mode, server } = answers;
    const { settings, secrets } = await settingsOf(node, answers, options);
    return { node, answers, claims, notes, info, mode, server, settings, secrets, unreachable: undefined };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    // By TLS the handshake that follows tells more than another knock.
    const isPlain = node.target.transport === 'plaintext';
    return silent(isPlain ? await explainWrongTransport(error, node.target) : error);
  }
}

/** Refused credentials are not sent a second time, and what only others know is not dialled. */
function whyNotAsked({ id, reachable }: FleetNode): FleetError | undefined {
  if (reachable === 'unasked') return new FleetError('unreachable', id, `no address is known for ${id}`);
  if (reachable === 'yes') return undefined;
  return reachable.code === 'wrongpass' || reachable.code === 'noauth' ? reachable : undefined;
}

function expectedMode({ role }: FleetNode, { kind }: Topology): NodeMode {
  if (role === 'sentinel') return 'sentinel';
  return kind === 'cluster' ? 'cluster' : 'data';
}

async function settingsOf(
  node: FleetNode,
  answers: NodeAnswers,
  { readFile }: TlsSurveyOptions,
): Promise<NodeAnswers['settings']> {
  if (answers.mode !== 'sentinel') return answers.settings;
  const read = readFile === undefined ? undefined : (path: string) => readFile(node, path);
  return readSentinelSettings(answers.info.get('config_file'), answers.server ?? LIKELY_SERVER, read);
}

/** Everything that it may be told by: its identities, and each address that leads to it. */
function sightOf({ node, info, settings }: Heard): Sight {
  const { endpoint } = node.target;
  const host = endpoint.kind === 'tcp' ? endpoint.host : '127.0.0.1';
  const ports = ['port', 'tls-port'].map((name) => Number(valueOf(settings, name) ?? 0));
  const runId = info.get('run_id');
  return {
    identities: [node.identity, runId].filter((identity) => identity !== undefined),
    addresses: [
      ...(endpoint.kind === 'tcp' && endpoint.host !== '' ? [printEndpoint(endpoint)] : []),
      ...ports.filter((port) => port > 0).map((port) => printAddress({ host, port })),
    ],
  };
}

function claimsOf(told: readonly ToldAddress[]): readonly Claim[] {
  return told.map(({ host, port, by }) => ({
    address: { host, port },
    by,
    witness: by === 'policy' ? 'the policy' : 'a seed',
  }));
}

async function inspectPorts(
  signs: PortSigns,
  accesses: Map<string, PortAccess>,
  options: TlsSurveyOptions,
): Promise<readonly TlsPortFact[]> {
  const access = accessTo(signs.node, accesses, options);
  if (access === undefined) return [];
  const facts: TlsPortFact[] = [];
  for (const { port, certain } of listTlsPorts(signs)) {
    const fact = await inspectPort(port, access, {
      depth: options.depth ?? 'handshake',
      timeoutMs: options.limits?.connectMs ?? CONNECT_TIMEOUT_MS,
    });
    if (certain === 'yes' || fact.handshake.agreed) facts.push(fact);
  }
  return facts;
}

/** Undefined: our own files cannot be read, which the conversation has said already, where it needed them. */
function accessTo(
  { id, target }: FleetNode,
  accesses: Map<string, PortAccess>,
  options: TlsSurveyOptions,
): PortAccess | undefined {
  const tls = target.tls ?? options.tls ?? {};
  const { caFile, caDir, certFile, keyFile, serverName } = tls;
  const same = JSON.stringify([caFile, caDir, certFile, keyFile, serverName]);
  try {
    const access = accesses.get(same) ?? openAccess(tls, id);
    accesses.set(same, access);
    return access;
  } catch (error) {
    if (error instanceof FleetError) return undefined;
    throw error;
  }
}

function openAccess(tls: TlsOptions, node: string): PortAccess {
  const material = readTlsMaterial(tls, node);
  return { material, context: openContext(material), serverName: tls.serverName };
}

/** A pair that OpenSSL will not use is a fact of each handshake, which names it. */
function openContext(material: TlsMaterial): TlsContext | undefined {
  try {
    return openTlsContext(material);
  } catch {
    return undefined;
  }
}

async function describeNode(
  heard: Heard,
  { kind }: Topology,
  ports: readonly TlsPortFact[],
  told: readonly ToldAddress[],
  { readFile }: TlsSurveyOptions,
): Promise<NodeTls> {
  const { node, answers, info, mode, settings, secrets, unreachable } = heard;
  const replicaLink = readReplicaLink(info);
  const look = 'compare `date -u` on its host';
  return {
    node,
    server: heard.server,
    ports,
    clock: answers?.clock ?? unknown('unreachable', unreachable?.message ?? `${node.id} was not asked`, look),
    settings,
    files:
      readFile === undefined
        ? new Map()
        : await readCertificateTexts({ settings, secrets }, (path) => readFile(node, path)),
    told,
    links: answers === undefined ? [] : listLinks(mode, kind, info, settings),
    ...(replicaLink === undefined ? {} : { replicaLink }),
    ...(unreachable === undefined ? {} : { unreachable }),
  };
}
