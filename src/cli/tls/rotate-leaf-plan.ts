/** What a rotation would do at each node, and everything that stands against it. Made before anything is touched. */

import {
  changeLeaf,
  canaryOf,
  canonicalName,
  checkAuthority,
  checkLeaf,
  checkPlaces,
  checkPorts,
  checkQuorum,
  checkRequest,
  chooseNames,
  NO_NAMES,
  servedBy,
  type LeafChange,
  type LeafObjection,
  type LeafPair,
  type LeafReading,
  type LeafSight,
} from '../../change/index.ts';
import { openConnection, type FleetNode } from '../../fleet/index.ts';
import { readCertificates, type CertificateFact } from '../../tls/index.ts';
import type { LeafScene } from './rotate-leaf-scene.ts';
import { requestsOf, type LeafSource } from './rotate-leaf-source.ts';

/** What the new certificate is for and the old one was not, and the other way round. */
export interface NameChange {
  /** `why`: on whose word; absent of a certificate that is there already. */
  readonly added: readonly { readonly name: string; readonly why?: string }[];
  readonly removed: readonly string[];
}

/** A certificate as plans show it. */
export interface ShownLeaf {
  /** Absent before it is issued. */
  readonly serial?: string;
  readonly fingerprintSha256?: string;
  /** Alternative names: hosts, addresses, URIs. */
  readonly names: readonly string[];
  readonly commonName?: string;
  /** ISO 8601 UTC. */
  readonly notAfter: string;
}

export interface LeafPlanNode {
  readonly sight: LeafSight;
  readonly from: ShownLeaf | undefined;
  readonly to: ShownLeaf | undefined;
  /** `already`: it serves it, and its files hold it. */
  readonly standing: 'change' | 'already';
  /** Of what is to be issued: on whose word each name is in it. */
  readonly why?: ReadonlyMap<string, string>;
  /** Absent before the certificate is there. */
  readonly change?: LeafChange;
}

export interface LeafPlan {
  readonly files: 'place' | 'placed';
  readonly nodes: readonly LeafPlanNode[];
  readonly canary: string | undefined;
  readonly objections: readonly LeafObjection[];
  readonly left: LeafReading['left'];
  /** Nodes that are reached although their certificates have ended, as sentences. */
  readonly reached: readonly string[];
  readonly restartSentinel: readonly string[] | undefined;
}

/** With pairs in full; before they are issued, by what they will be. */
export async function planLeaves(
  scene: LeafScene,
  source: LeafSource,
  { canary, now }: { readonly canary: string | undefined; readonly now: Date },
): Promise<LeafPlan> {
  const { reading, restartSentinel } = scene;
  const files = source.kind === 'pairs' ? source.files : 'place';
  const drafts =
    source.kind === 'pairs' ? withPairs(scene, source.pairs, files, now) : beforeIssuing(scene, source, now);
  const nodes = drafts.map(({ node }) => node);
  const changing = nodes.filter(({ standing }) => standing === 'change');
  const objections = [
    ...drafts.flatMap(({ objections: own }) => own),
    ...changing.flatMap(({ sight }) => (files === 'place' ? checkPlaces(sight) : checkPorts(sight))),
    ...(files === 'place' && changing.length > 0 ? scene.sharing : []),
    ...(await examineSentinels(scene, changing)),
  ];
  const first = canaryOf(
    changing.map(({ sight }) => ({ node: sight.node })),
    canary,
  );
  return {
    files,
    nodes: nodes.toSorted((a, b) => rankOf(a, first) - rankOf(b, first)),
    canary: first,
    objections:
      files === 'place' && scene.entry.fleet?.files === undefined
        ? withoutFiles(objections, scene.entry.fleet?.name)
        : objections,
    left: reading.left,
    reached: scene.reached,
    restartSentinel,
  };
}

/** What every node says for itself has one cause. */
export function withoutFiles(
  objections: readonly LeafObjection[],
  fleet: string | undefined,
): readonly LeafObjection[] {
  const others = objections.filter(({ code }) => code !== 'no-way' && code !== 'no-file');
  if (others.length === objections.length) return objections;
  const way: LeafObjection = {
    severity: 'refused',
    code: 'no-way',
    place: 'the policy',
    cause: 'it does not say how the files of the hosts are reached',
    next: `fleet.${fleet ?? 'NAME'}.files: { via: local }, or via: ssh; or place them, then: wardis tls rotate leaf --placed --new-cert FILE`,
  };
  return [way, ...others];
}

/** Whether anything stands against it. */
export function isRefused({ objections }: LeafPlan): boolean {
  return objections.some(({ severity }) => severity === 'refused');
}

/** As they take their turns. */
function rankOf({ sight: { node } }: LeafPlanNode, first: string | undefined): number {
  if (node.id === first) return 0;
  if (node.role === 'sentinel') return 3;
  return node.role === 'replica' ? 1 : 2;
}

interface Draft {
  readonly node: LeafPlanNode;
  readonly objections: readonly LeafObjection[];
}

function withPairs(
  { reading, trust, restartSentinel }: LeafScene,
  pairs: ReadonlyMap<string, LeafPair>,
  files: LeafPlan['files'],
  now: Date,
): readonly Draft[] {
  return reading.sights.map((sight): Draft => {
    const pair = pairs.get(sight.node.id);
    const from = shownOf(servedBy(sight));
    if (pair === undefined)
      return { node: { sight, from, to: undefined, standing: 'change' }, objections: [unseenFile(sight)] };
    const [leaf] = readCertificates(pair.certificate).certificates;
    const found = checkLeaf(sight, pair, trust, now);
    if (leaf === undefined)
      return { node: { sight, from, to: undefined, standing: 'change' }, objections: found };
    const way = { files, ...(restartSentinel === undefined ? {} : { restartSentinel }) };
    const change = changeLeaf(sight, pair, way);
    const to = shownOf(leaf);
    if (change === undefined) return { node: { sight, from, to, standing: 'already' }, objections: [] };
    return { node: { sight, from, to, standing: 'change', change }, objections: found };
  });
}

function beforeIssuing(
  { reading, trust }: LeafScene,
  { authority, days, added = NO_NAMES }: Extract<LeafSource, { readonly kind: 'issue' }>,
  now: Date,
): readonly Draft[] {
  const chain = `${authority.issuer.pem.trim()}\n${authority.chainPem}`;
  const ends = Math.min(now.getTime() + days * DAY_MS, Date.parse(authority.issuer.notAfter));
  const cut: readonly LeafObjection[] =
    ends === now.getTime() + days * DAY_MS
      ? []
      : [
          {
            severity: 'warning',
            code: 'shorter',
            place: 'the authority of the state folder',
            cause: `it ends on ${authority.issuer.notAfter}, and what it issues with it: before ${days} days are over`,
            next: 'a new authority: wardis tls rotate ca',
          },
        ];
  const requests = requestsOf(reading.sights, days, added);
  return requests.flatMap(({ sights, request }) => {
    const names = [...(request.dnsNames ?? []), ...(request.ipAddresses ?? []), ...(request.uris ?? [])];
    const { commonName } = request;
    const to: ShownLeaf = { names, commonName, notAfter: new Date(ends).toISOString() };
    const why = new Map(chooseNames(sights, added).map((each) => [canonicalName(each.name), each.why]));
    const found = checkRequest(sights, added, requests.length === 1 ? 'one' : 'several');
    return sights.map((sight): Draft => ({
      node: { sight, from: shownOf(servedBy(sight)), to, standing: 'change', why },
      objections: [
        ...checkAuthority(sight.node.id, chain, trust, now),
        ...found.filter(({ node }) => node === sight.node.id),
        ...cut,
      ],
    }));
  });
}

/** Of a node that gets another certificate. */
export function nameChangeOf({ from, to, why }: LeafPlanNode): NameChange {
  if (from === undefined || to === undefined) {
    return { added: (to?.names ?? []).map((name) => withWhy(name, why)), removed: [] };
  }
  const [before, after] = [namesOf(from), namesOf(to)];
  return {
    added: [...after].flatMap(([key, name]) => (before.has(key) ? [] : [withWhy(name, why)])),
    removed: [...before].flatMap(([key, name]) => (after.has(key) ? [] : [name])),
  };
}

function withWhy(name: string, reasons: LeafPlanNode['why']): NameChange['added'][number] {
  const why = reasons?.get(canonicalName(name));
  return { name, ...(why === undefined ? {} : { why }) };
}

/** The common name too: servers may take it for a login. */
function namesOf({ names, commonName }: ShownLeaf): ReadonlyMap<string, string> {
  const all = commonName === undefined ? names : [...names, `CN=${commonName}`];
  return new Map(all.map((name) => [name.startsWith('CN=') ? name : canonicalName(name), name]));
}

const DAY_MS = 86_400_000;

/** Of a Sentinel that a command restarts: whether the others suffice meanwhile. */
async function examineSentinels(
  { entry, topology, restartSentinel }: LeafScene,
  changing: readonly LeafPlanNode[],
): Promise<readonly LeafObjection[]> {
  if (restartSentinel === undefined) return [];
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const dial = (node: FleetNode): ReturnType<typeof openConnection> =>
    openConnection(node.target, entry.limits);
  const found: LeafObjection[] = [];
  for (const { sight } of changing) {
    const node = nodes.get(sight.node.id);
    if (node?.role !== 'sentinel') continue;
    const others = topology.nodes.filter(({ id }) => id !== node.id);
    found.push(
      ...(await checkQuorum(node.id, others, (id) => {
        const other = nodes.get(id);
        if (other === undefined) throw new TypeError(`no node ${id}`);
        return dial(other);
      })),
    );
  }
  return found;
}

function unseenFile({ node, certificate }: LeafSight): LeafObjection {
  const cause =
    certificate.kind === 'unread' ? certificate.why : 'there is no certificate, or it is not known where';
  return {
    node: node.id,
    severity: 'refused',
    code: 'no-file',
    place: certificate.path === '' ? node.id : certificate.path,
    cause,
    next: 'name what was placed: --placed --new-cert FILE',
  };
}

export function shownOf(fact: CertificateFact | undefined): ShownLeaf | undefined {
  if (fact === undefined) return undefined;
  const { serial, fingerprintSha256, dnsNames, ipAddresses, uris, subjectCommonName, notAfter } = fact;
  return {
    serial,
    fingerprintSha256,
    names: [...dnsNames, ...ipAddresses, ...uris],
    ...(subjectCommonName === undefined ? {} : { commonName: subjectCommonName }),
    notAfter,
  };
}
