/**
 * What the survey of a fleet says of each node, worked out so that checks can judge it: whether clients can follow what
 * its ports send, what is recorded of it, and whether the nodes can accept each other. Pure; the clock is a parameter.
 */

import {
  known,
  unknown,
  type Fact,
  type NodeTls,
  type TlsLookFact,
  type TlsPort,
  type TlsSurvey,
} from '../../fleet/index.ts';
import type { InventoryReading } from '../../pki/index.ts';
import { verifyChain, type CertificateFact, type ChainProblemCode } from '../../tls/index.ts';

/** What is known beside the survey. */
export interface LookSources {
  /** Certificates that we ourselves trust or have at hand: `--cacert`, the inventory. */
  readonly authorities: readonly CertificateFact[];
  readonly inventory: InventoryReading;
  /** What ports send, leaf first, where the handshake with our own CA cannot tell; by {@link addressOf}. */
  readonly sentAlone: ReadonlyMap<string, readonly CertificateFact[]>;
  readonly now: Date;
}

type SentChain = TlsLookFact['ports'][number]['sent'];
type CertificateRecord = TlsLookFact['ports'][number]['record'];

/** `10.0.0.5:6379`, `[::1]:6379`. */
export function addressOf({ host, port }: Pick<TlsPort, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** By `id` of the node. */
export function lookAtFleet(survey: TlsSurvey, sources: LookSources): ReadonlyMap<string, TlsLookFact> {
  const atHand = authoritiesAtHand(survey, sources);
  const followed = new Map<string, FollowedChain & { readonly chain: readonly CertificateFact[] }>();
  const follow = (chain: readonly CertificateFact[]): FollowedChain => {
    const key = keyOf(chain);
    const before = followed.get(key);
    if (before !== undefined) return before;
    const fresh = { ...followSent(chain, atHand, sources.now), chain };
    followed.set(key, fresh);
    return fresh;
  };
  const peers = survey.nodes.flatMap((node) => {
    const chain = node.ports.map((port) => chainOf(port, sources)).find(({ length }) => length > 0) ?? [];
    const [leaf] = chain;
    return leaf === undefined ? [] : [{ node: node.node.id, leaf, chain }];
  });
  const trustGroups = groupTrust(survey);
  const distrust = openDistrust(peers, follow, sources.now);
  const shown = peers.map(({ node, leaf }) => ({ node, leaf }));
  return new Map(
    survey.nodes.map((node) => [
      node.node.id,
      {
        ports: lookAtPorts(node, follow, sources),
        told: node.told,
        peers: shown,
        distrusted: distrust(node),
        trustGroups,
      },
    ]),
  );
}

function lookAtPorts(
  { node, ports }: NodeTls,
  follow: (chain: readonly CertificateFact[]) => FollowedChain,
  sources: LookSources,
): TlsLookFact['ports'] {
  return ports.flatMap((port) => {
    const chain = chainOf(port, sources);
    const [leaf] = chain;
    if (leaf === undefined) return [];
    return [
      {
        address: addressOf(port),
        purpose: port.purpose,
        leaf,
        sent: follow(chain).sent,
        record: recordOf(leaf, node.id, sources.inventory),
        clientAuthentication: port.clientAuthentication,
      },
    ];
  });
}

function keyOf(certificates: readonly CertificateFact[]): string {
  return certificates.map(({ fingerprintSha256 }) => fingerprintSha256).join(' ');
}

/** Ports whose chain may have been filled up from our own CA file: what they send has to be seen without it. */
export function portsToAskAlone(survey: TlsSurvey, ours: readonly CertificateFact[]): readonly TlsPort[] {
  const held = new Set(ours.map(({ fingerprintSha256 }) => fingerprintSha256));
  return survey.nodes.flatMap(({ ports }) =>
    ports.filter(({ handshake }) =>
      handshake.chain.slice(1).some(({ fingerprintSha256 }) => held.has(fingerprintSha256)),
    ),
  );
}

/** What a port sends, leaf first. */
export function chainOf(
  port: NodeTls['ports'][number],
  { sentAlone }: Pick<LookSources, 'sentAlone'>,
): readonly CertificateFact[] {
  return sentAlone.get(addressOf(port)) ?? port.handshake.chain;
}

/** Whether a client that has only the roots can follow what is sent. */
export function judgeSent(
  chain: readonly CertificateFact[],
  atHand: readonly CertificateFact[],
  { now }: Pick<LookSources, 'now'>,
): SentChain {
  return followSent(chain, atHand, now).sent;
}

interface FollowedChain {
  readonly sent: SentChain;
  /** Where it ends; absent where it leads to no root that is at hand. */
  readonly root?: CertificateFact;
}

function followSent(
  chain: readonly CertificateFact[],
  atHand: readonly CertificateFact[],
  now: Date,
): FollowedChain {
  const [leaf] = chain;
  if (leaf === undefined) return { sent: { state: 'unknown', why: 'no certificate was shown' } };
  const roots = [...atHand, ...chain].filter(({ selfSigned }) => selfSigned).map(({ pem }) => pem);
  const sent = verifyChain(
    chain.map(({ pem }) => pem),
    [...new Set(roots)],
    now,
  );
  const top = sent.path.at(-1) ?? leaf;
  if (!sent.problems.some(({ code }) => UNANCHORED.has(code))) {
    return { sent: { state: 'complete', root: top.subject }, root: top };
  }
  const held = verifyChain(
    [leaf.pem],
    atHand.map(({ pem }) => pem),
    now,
  );
  const missing = held.path.find(
    (certificate, at) =>
      at > 0 &&
      !certificate.selfSigned &&
      !chain.some(({ fingerprintSha256 }) => fingerprintSha256 === certificate.fingerprintSha256),
  );
  if (missing !== undefined) return { sent: { state: 'incomplete', missing: missing.subject } };
  const why = `${top.issuer}, which signed ${top.subject}, is not at hand`;
  return { sent: { state: 'unknown', why } };
}

const UNANCHORED: ReadonlySet<ChainProblemCode> = new Set([
  'issuer-not-found',
  'self-signed-untrusted',
  'partial-chain',
  'chain-too-long',
  'signature-wrong',
]);

/** What the inventory says of a certificate that a node serves. */
export function recordOf(
  leaf: CertificateFact,
  node: string,
  inventory: InventoryReading,
): CertificateRecord {
  if (inventory.state !== 'read') return { state: 'unrecorded' };
  const entry = inventory.certificates.find(
    ({ fingerprintSha256 }) => fingerprintSha256 === leaf.fingerprintSha256,
  );
  if (entry?.revoked !== undefined) return { state: 'revoked', ...entry.revoked };
  if (entry?.supersededBy !== undefined) {
    const next = inventory.certificates.find(
      ({ fingerprintSha256 }) => fingerprintSha256 === entry.supersededBy,
    );
    return { state: 'superseded', serial: next?.serial ?? 'unknown', until: next?.notAfter ?? '' };
  }
  if (entry !== undefined) return { state: 'current' };
  const meant = inventory.certificates
    .filter(
      ({ node: at, revoked, supersededBy }) =>
        at === node && revoked === undefined && supersededBy === undefined,
    )
    .toSorted((a, b) => b.recordedAt.localeCompare(a.recordedAt))[0];
  return meant === undefined
    ? { state: 'unrecorded' }
    : { state: 'another', serial: meant.serial, until: meant.notAfter };
}

/** All that a node trusts; unknown where a `tls-ca-cert-dir` stands beside the file, which nobody lists. */
function wholeTrustOf(node: NodeTls): Fact<readonly CertificateFact[]> {
  const folder = valueOf(node, 'tls-ca-cert-dir');
  if (folder === '') return trustOf(node);
  return unknown('not-asked', 'the directory of tls-ca-cert-dir was not read', `ls -l ${folder}`);
}

function valueOf({ settings }: NodeTls, name: string): string {
  const setting = settings.get(name);
  return setting?.known === true ? setting.value : '';
}

/** The authorities in the trust file of a node. */
export function trustOf(node: NodeTls): Fact<readonly CertificateFact[]> {
  const { files } = node;
  const path = valueOf(node, 'tls-ca-cert-file');
  const file = files.get(path);
  if (path === '' || file === undefined) {
    return unknown(
      'not-asked',
      'its CA file was not read',
      'wardis tls inspect --files, here or on its host',
    );
  }
  return file.known ? known(file.value.certificates, file.from) : file;
}

function authoritiesAtHand(survey: TlsSurvey, { authorities }: LookSources): readonly CertificateFact[] {
  const trusted = survey.nodes.flatMap((node) => {
    const trust = trustOf(node);
    return trust.known ? trust.value : [];
  });
  return [
    ...new Map(
      [...authorities, ...trusted].map((certificate) => [certificate.fingerprintSha256, certificate]),
    ).values(),
  ];
}

function groupTrust(survey: TlsSurvey): TlsLookFact['trustGroups'] {
  const groups = new Map<string, { authorities: readonly string[]; nodes: string[] }>();
  for (const node of survey.nodes) {
    const trust = wholeTrustOf(node);
    if (!trust.known) continue;
    const key = trust.value
      .map(({ fingerprintSha256 }) => fingerprintSha256)
      .toSorted()
      .join(' ');
    const authorities = trust.value
      .map(
        ({ subject, fingerprintSha256 }) => `${subject} (${fingerprintSha256.slice(0, FINGERPRINT_SHOWN)})`,
      )
      .toSorted();
    const group = groups.get(key) ?? { authorities, nodes: [] };
    group.nodes.push(node.node.id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const FINGERPRINT_SHOWN = 12;

interface PeerChain {
  readonly node: string;
  readonly leaf: CertificateFact;
  readonly chain: readonly CertificateFact[];
}

/** Worked out once for each set of authorities, however many nodes share them. */
function openDistrust(
  peers: readonly PeerChain[],
  follow: (chain: readonly CertificateFact[]) => FollowedChain,
  now: Date,
): (node: NodeTls) => TlsLookFact['distrusted'] {
  const byTrust = new Map<string, readonly { readonly node: string; readonly why: string }[]>();
  return (node) => {
    const trust = wholeTrustOf(node);
    if (!trust.known) return trust;
    const key = keyOf(trust.value);
    const all = byTrust.get(key) ?? listDistrusted(peers, trust.value, follow, now);
    byTrust.set(key, all);
    return known(
      all.filter((each) => each.node !== node.node.id),
      trust.from,
    );
  };
}

function listDistrusted(
  peers: readonly PeerChain[],
  trust: readonly CertificateFact[],
  follow: (chain: readonly CertificateFact[]) => FollowedChain,
  now: Date,
): readonly { readonly node: string; readonly why: string }[] {
  const roots = new Set(trust.map(({ fingerprintSha256 }) => fingerprintSha256));
  return peers.flatMap(({ node, chain }) => {
    // A chain that leads to a root by itself is trusted by whoever holds that root.
    const { root } = follow(chain);
    if (root !== undefined && roots.has(root.fingerprintSha256)) return [];
    const { problems } = verifyChain(
      chain.map(({ pem }) => pem),
      trust.map(({ pem }) => pem),
      now,
    );
    const problem = problems.find(({ code }) => UNANCHORED.has(code));
    return problem === undefined ? [] : [{ node, why: problem.message }];
  });
}
