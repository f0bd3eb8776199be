/** A surveyed node as the snapshot that checks judge: what its ports showed, its clock, its settings and its files. */

import {
  known,
  snapshotFromText,
  unknown,
  type Fact,
  type NodeTls,
  type Snapshot,
  type TlsLookFact,
  type TopologyKind,
} from '../../fleet/index.ts';
import { CATALOGUE, type Check } from '../../posture/index.ts';
import { addressOf, chainOf, type LookSources } from './inspect-look.ts';

/** Needs users, modes of files or lines of the conf, which only an audit reads. */
const LEFT_TO_AUDIT = new Set(['TLS-021', 'TLS-022', 'TLS-030', 'TLS-032']);
/** Of other areas, what belongs to TLS. */
const BESIDE = new Set(['CLUS-001', 'HOST-006']);

/** The checks that a look at TLS answers. */
export const INSPECT_CHECKS: readonly Check[] = CATALOGUE.filter(
  ({ id, area }) => (area === 'tls' && !LEFT_TO_AUDIT.has(id)) || BESIDE.has(id),
);

/** What is asked of a node by settings; where they cannot be read, each answers unknown. */
const SETTINGS = [
  'port',
  'tls-port',
  'tls-cert-file',
  'tls-key-file',
  'tls-ca-cert-file',
  'tls-ca-cert-dir',
  'tls-auth-clients',
  'tls-replication',
  'tls-cluster',
  'tls-protocols',
  'tls-ciphers',
  'tls-ciphersuites',
  'tls-session-caching',
  'tls-session-cache-timeout',
];
const FILE_SETTINGS = [
  'tls-cert-file',
  'tls-key-file',
  'tls-client-cert-file',
  'tls-client-key-file',
  'tls-ca-cert-file',
];
/** A suite of TLS 1.2 without forward secrecy, or with a MAC of SHA-1 or MD5 behind CBC, or broken outright. */
const WEAK_SUITE = /NULL|EXP|RC4|DES|MD5|^ADH|^AECDH|IDEA|SEED|-SHA$/;
const FORWARD = /^(?:TLS_|ECDHE-|DHE-|EDH-)/;

/** The snapshot of one node of a survey. */
export function snapshotOf(
  node: NodeTls,
  look: TlsLookFact,
  survey: { readonly takenAt: string; readonly kind: TopologyKind },
  sources: Pick<LookSources, 'sentAlone'>,
): Snapshot {
  const { id, role } = node.node;
  const server = node.server ?? { product: 'redis' as const, version: '7.2' };
  const from = { kind: 'command', node: id, command: 'INFO server' } as const;
  const probe = { kind: 'probe', address: id, what: 'TLS handshake' } as const;
  const settings = settingsOf(node);
  return {
    ...snapshotFromText({ server, conf: '', subject: id, takenAt: survey.takenAt, facts: WITHHELD }),
    origin: 'live',
    product:
      node.server === undefined
        ? unknown('unreachable', 'the node could not be asked', `wardis doctor ${id}`)
        : known({ ...server, redisVersion: server.version }, from),
    mode: known(
      role === 'sentinel' ? 'sentinel' : survey.kind === 'cluster' ? 'cluster' : 'standalone',
      from,
    ),
    settings,
    secrets: new Map(),
    clock: node.clock,
    certificateFiles: filesOf(node),
    listeners: known(
      node.ports.flatMap((port) => listenerOf(port, sources)),
      probe,
    ),
    tlsLook: look,
  };
}

/** Suites among those that were accepted that no longer protect. */
export function weakSuites(offer: NonNullable<NodeTls['ports'][number]['offer']>): readonly string[] {
  return Object.values(offer.suites)
    .flat()
    .filter((suite) => WEAK_SUITE.test(suite) || !FORWARD.test(suite));
}

type Listeners = Extract<Snapshot['listeners'], { known: true }>['value'];

function listenerOf(port: NodeTls['ports'][number], sources: Pick<LookSources, 'sentAlone'>): Listeners {
  const { handshake, clientAuthentication, offer } = port;
  const chain = chainOf(port, sources);
  const required = clientAuthentication === 'required';
  return [
    {
      address: addressOf(port),
      transport: 'tls',
      vantage: /^(?:127\.|::1$|localhost$)/.test(port.host) ? 'loopback' : 'remote',
      answer: required ? 'client-certificate-required' : handshake.ok ? 'authentication-required' : 'silent',
      ...(chain.length === 0
        ? {}
        : {
            tls: {
              protocol: handshake.protocol ?? '',
              cipher: handshake.cipher ?? '',
              chain,
              clientCertificate: required
                ? 'required'
                : clientAuthentication === 'unknown'
                  ? 'unknown'
                  : 'not-required',
              trusted: handshake.authorized,
              ...(handshake.authorizationError === undefined
                ? {}
                : { trustError: handshake.authorizationError }),
              ...(offer === undefined ? {} : offered(offer)),
            },
          }),
    },
  ];
}

function offered(offer: NonNullable<NodeTls['ports'][number]['offer']>): {
  readonly protocolsAccepted: readonly string[];
  readonly weakCiphersAccepted: readonly string[];
} {
  return {
    protocolsAccepted: Object.entries(offer.versions)
      .filter(([, acceptance]) => acceptance === 'accepted')
      .map(([version]) => version),
    weakCiphersAccepted: weakSuites(offer),
  };
}

/** A Sentinel answers no CONFIG GET: then every setting is unknown, and not a setting that its version lacks. */
function settingsOf({ node, settings, unreachable }: NodeTls): Snapshot['settings'] {
  if (settings.size > 0) return settings;
  const open: Fact<never> =
    unreachable === undefined
      ? unknown(
          'not-asked',
          node.role === 'sentinel' ? 'a Sentinel tells no settings' : 'its settings were not read',
          `look into the configuration file of ${node.id}`,
        )
      : unknown('unreachable', unreachable.message, `wardis doctor ${node.id}`);
  return new Map(SETTINGS.map((name) => [name, open]));
}

/** Files on other hosts cannot be read from here, which is no fault of the run. */
function filesOf({ node, settings, files }: NodeTls): Snapshot['certificateFiles'] {
  const all = new Map(files);
  for (const name of FILE_SETTINGS) {
    const setting = settings.get(name);
    const path = setting?.known === true ? setting.value : '';
    if (path === '' || all.has(path)) continue;
    all.set(
      path,
      unknown(
        'not-asked',
        'certificate files were not read',
        `wardis tls inspect --files, here or on the host of ${node.id}`,
      ),
    );
  }
  return all;
}

const AUDIT = unknown('not-asked', 'a look at TLS does not ask this', 'wardis audit');
const WITHHELD: Partial<Snapshot> = {
  users: AUDIT,
  commands: AUDIT,
  conf: AUDIT,
  aclFile: AUDIT,
  role: AUDIT,
  sentinel: AUDIT,
};
