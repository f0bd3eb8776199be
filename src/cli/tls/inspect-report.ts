/** What `wardis tls inspect` prints in every format: each node, port and certificate as plain data, and the judgement. */

import type { LinkFact, NodeTls, TlsLookFact, TlsSurvey, TopologyKind } from '../../fleet/index.ts';
import { dueAt } from '../../pki/index.ts';
import type { Assessment } from '../../posture/index.ts';
import { coversName, type CertificateFact } from '../../tls/index.ts';
import { addressOf, chainOf, trustOf, type LookSources } from './inspect-look.ts';
import { weakSuites } from './inspect-snapshot.ts';
import type { TimelineEntry } from './timeline.ts';

/** One certificate, as people read it. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly fingerprintSha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Two thirds of its life, ISO 8601 UTC. */
  readonly dueAt: string;
  /** Whole days until it ends; negative once it has. */
  readonly daysLeft: number;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  /** `ec prime256v1`, `rsa 3072`. */
  readonly key: string;
  readonly signature: string;
  /** Empty: every use. */
  readonly usages: readonly string[];
}

export interface ShownPort {
  readonly purpose: 'clients' | 'bus' | 'sentinel';
  readonly address: string;
  /** `served`: it showed a certificate. `failed`: it did not; `fault` says why. */
  readonly state: 'served' | 'failed';
  readonly fault?: { readonly code: string; readonly detail: string };
  readonly protocol?: string;
  readonly cipher?: string;
  readonly clientCertificate: 'required' | 'optional' | 'off' | 'unknown';
  /** Whether we, with our CA file, would trust it under the name that we used. */
  readonly trusted: boolean;
  readonly trustError?: string;
  readonly leaf?: ShownCertificate;
  /** Names, leaf first, as sent. */
  readonly chain: readonly string[];
  readonly sent: TlsLookFact['ports'][number]['sent'];
  readonly record: TlsLookFact['ports'][number]['record'];
  readonly onDisk: { readonly state: 'same' | 'different' | 'unknown'; readonly path?: string };
  readonly offer?: {
    readonly versions: readonly string[];
    readonly suites: Readonly<Record<string, readonly string[]>>;
    readonly weak: readonly string[];
    readonly untried: readonly string[];
  };
  readonly resumption?: readonly {
    readonly version: string;
    readonly kind: 'resumed' | 'not-resumed' | 'unknown';
    readonly why?: string;
  }[];
}

export interface ShownAddress {
  readonly host: string;
  readonly port: number;
  readonly by: 'seed' | 'cluster' | 'sentinel' | 'primary' | 'policy';
  /** Whether the certificate of the client port names it; absent where none was shown. */
  readonly covered?: boolean;
}

export interface ShownNode {
  readonly id: string;
  readonly role: string;
  /** `redis 7.0.15`. */
  readonly server?: string;
  /** How far the node's clock is before ours, and by how much that may be wrong. */
  readonly clock?: { readonly aheadMs: number; readonly doubtMs: number };
  readonly unreachable?: string;
  readonly told: readonly ShownAddress[];
  readonly links: readonly LinkFact[];
  /** Absent where its files were not read. */
  readonly trusts?: readonly ShownCertificate[];
  readonly ports: readonly ShownPort[];
}

/** A file that was judged by itself. */
export interface ShownFile {
  readonly path: string;
  /** What it is judged as. */
  readonly purpose: 'server' | 'client' | 'node' | 'authority';
  readonly sent: TlsLookFact['ports'][number]['sent'];
  readonly record: TlsLookFact['ports'][number]['record'];
  readonly certificates: readonly ShownCertificate[];
  /** With `--key`. */
  readonly pair?: 'match' | 'mismatch' | 'unreadable-certificate' | 'unreadable-key' | 'encrypted-key';
  readonly problems: readonly string[];
}

export interface InspectReport {
  readonly schemaVersion: 1;
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  readonly fleet?: string;
  readonly kind: TopologyKind | 'files';
  readonly nodes: readonly ShownNode[];
  readonly files: readonly ShownFile[];
  readonly inventory: 'read' | 'none' | 'unreadable';
  readonly timeline: readonly TimelineEntry[];
  readonly assessment: Assessment;
  readonly notes: readonly string[];
}

const DAY_MS = 86_400_000;

export function showCertificate(fact: CertificateFact, now: Date): ShownCertificate {
  const { keyType, keyBits, curve, extendedKeyUsages } = fact;
  return {
    subject: fact.subject,
    issuer: fact.issuer,
    serial: fact.serial,
    fingerprintSha256: fact.fingerprintSha256,
    notBefore: fact.notBefore,
    notAfter: fact.notAfter,
    dueAt: dueAt(fact).toISOString(),
    daysLeft: Math.floor((Date.parse(fact.notAfter) - now.getTime()) / DAY_MS),
    dnsNames: fact.dnsNames,
    ipAddresses: fact.ipAddresses,
    uris: fact.uris,
    key: curve === undefined ? `${keyType} ${keyBits ?? ''}`.trim() : `${keyType} ${curve}`,
    signature: fact.signatureAlgorithm,
    usages: extendedKeyUsages.map(({ oid, name }) => name ?? oid),
  };
}

export function showNodes(
  survey: TlsSurvey,
  looks: ReadonlyMap<string, TlsLookFact>,
  sources: LookSources,
): readonly ShownNode[] {
  return survey.nodes.map((node) => {
    const { node: place, server, clock, told, links, unreachable } = node;
    const leaf = node.ports.find(({ purpose }) => purpose !== 'bus')?.handshake.chain[0];
    const trust = trustOf(node);
    return {
      id: place.id,
      role: place.role,
      ...(server === undefined ? {} : { server: `${server.product} ${server.version}` }),
      ...(clock.known
        ? {
            clock: {
              aheadMs: clock.value.serverMs - clock.value.localMs,
              doubtMs: clock.value.roundTripMs / 2,
            },
          }
        : {}),
      ...(unreachable === undefined
        ? {}
        : { unreachable: `${unreachable.message}; ${nextFor(unreachable, place.id)}` }),
      told: told.map((address) => ({
        ...address,
        ...(leaf === undefined ? {} : { covered: coversName(leaf, address.host) }),
      })),
      links,
      ...(trust.known ? { trusts: trust.value.map((each) => showCertificate(each, sources.now)) } : {}),
      ports: node.ports.map((port) => showPort(port, node, looks.get(place.id), sources)),
    };
  });
}

function nextFor({ code, message }: NonNullable<NodeTls['unreachable']>, id: string): string {
  if (message.includes('ALTNAME')) return 'its certificate is for another name';
  switch (code) {
    case 'tls-untrusted':
      return 'give its CA: --cacert FILE';
    case 'noauth':
      return 'give a login: --user NAME --password-file FILE';
    default:
      return `wardis doctor ${id}`;
  }
}

function showPort(
  port: NodeTls['ports'][number],
  node: NodeTls,
  look: TlsLookFact | undefined,
  sources: LookSources,
): ShownPort {
  const { handshake, purpose, clientAuthentication, offer, resumption } = port;
  const address = addressOf(port);
  const seen = look?.ports.find((each) => each.address === address && each.purpose === purpose);
  const chain = chainOf(port, sources);
  const [leaf] = chain;
  return {
    purpose,
    address,
    state: leaf === undefined ? 'failed' : 'served',
    ...(handshake.ok ? {} : { fault: { code: handshake.fault, detail: handshake.detail } }),
    ...(handshake.protocol === undefined ? {} : { protocol: handshake.protocol }),
    ...(handshake.cipher === undefined ? {} : { cipher: handshake.cipher }),
    clientCertificate: clientAuthentication,
    trusted: handshake.authorized,
    ...(handshake.authorizationError === undefined ? {} : { trustError: handshake.authorizationError }),
    ...(leaf === undefined ? {} : { leaf: showCertificate(leaf, sources.now) }),
    chain: chain.map(({ subject }) => subject),
    sent: seen?.sent ?? { state: 'unknown', why: 'no certificate was shown' },
    record: seen?.record ?? { state: 'unrecorded' },
    onDisk: compareWithDisk(leaf, node),
    ...(offer === undefined
      ? {}
      : {
          offer: {
            versions: Object.entries(offer.versions)
              .filter(([, acceptance]) => acceptance === 'accepted')
              .map(([version]) => version),
            suites: offer.suites,
            weak: weakSuites(offer),
            untried: offer.untried,
          },
        }),
    ...(resumption === undefined ? {} : { resumption }),
  };
}

function compareWithDisk(
  leaf: CertificateFact | undefined,
  { settings, files }: NodeTls,
): ShownPort['onDisk'] {
  const setting = settings.get('tls-cert-file');
  const path = setting?.known === true ? setting.value : '';
  const file = files.get(path);
  const [filed] = file?.known === true ? file.value.certificates : [];
  const named = path === '' ? {} : { path };
  if (leaf === undefined || filed === undefined) return { state: 'unknown', ...named };
  return { state: filed.fingerprintSha256 === leaf.fingerprintSha256 ? 'same' : 'different', ...named };
}
