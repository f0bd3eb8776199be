/** Fleets whose certificates are rotated in tests: what their operator has, and what their ports show. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { run, type Answer } from '../cli/run.ts';
import {
  listTlsPorts,
  readServedFingerprint,
  type LeafRequest,
  type Topology,
  type TopologyNode,
  type TopologyTls,
} from '../servers/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An operator's folder: policy, secrets, and certificates that were brought from elsewhere. */
export interface LeafScene {
  readonly folder: string;
  readonly topology: Topology;
  readonly tls: TopologyTls;
  /** `wardis tls rotate leaf …` with the policy of the scene. */
  readonly rotate: (...args: readonly string[]) => Promise<Answer>;
  /** Writes a pair that the authority of the fleet issued; paths of both. */
  readonly writePair: (name: string, request?: LeafRequest) => Promise<PairPaths>;
  /** Fingerprint of the leaf on every port of every node, by node. */
  readonly served: () => Promise<Readonly<Record<string, readonly string[]>>>;
}

export interface PairPaths {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;
}

export interface SceneOptions {
  /** How Sentinels are restarted; default by the script of the topology. */
  readonly restart?: 'command' | 'by-hand' | readonly string[];
  /** How files are reached; default `local`. */
  readonly via?: 'local' | 'none';
}

export function openLeafScene(topology: Topology, options: SceneOptions = {}): LeafScene {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-leaf-'));
  folders.push(folder);
  const { tls } = topology;
  if (tls === undefined) throw new Error('a topology over TLS is needed');
  const { user = '', password = '' } = topology.admin;
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
  writeFileSync(join(folder, 'wardis.yaml'), policyOf(topology, tls, user, options, folder), { mode: 0o600 });
  return {
    folder,
    topology,
    tls,
    rotate: (...args) =>
      run(['tls', 'rotate', 'leaf', '--policy', join(folder, 'wardis.yaml'), '--quiet', ...args]),
    writePair: async (name, request) => {
      const issued = await tls.issueLeaf(request);
      const paths = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
      writeFileSync(paths.certificate, issued.certPem);
      writeFileSync(paths.key, issued.keyPem, { mode: 0o600 });
      return { ...paths, pem: issued.certPem };
    },
    served: async () => {
      const entries = topology.nodes.map(async (node): Promise<[string, readonly string[]]> => [
        node.name,
        await servedBy(topology, tls, node),
      ]);
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

function servedBy(topology: Topology, tls: TopologyTls, node: TopologyNode): Promise<readonly string[]> {
  const ports = node.kind === 'sentinel' ? [node.tlsPort ?? node.port] : listTlsPorts(node, topology.kind);
  return Promise.all(ports.map((port) => readServedFingerprint({ host: node.host, port }, tls.client)));
}

/** Puts the authority of the topology into the state folder, so that certificates are issued by it. */
export async function adoptAuthority(scene: LeafScene): Promise<Authority> {
  const { authority } = scene.tls;
  const { mkdirSync } = await import('node:fs');
  const folder = join(scene.folder, '.wardis', 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'ca.crt'), authority.certPem, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.key'), authority.keyPem, { mode: 0o600 });
  return authority;
}

/** Another authority that nobody of the fleet knows, and a leaf of it. */
export async function issueElsewhere(): Promise<{ readonly certPem: string; readonly keyPem: string }> {
  const other = await createAuthority({ name: 'another CA', days: 30 });
  return issueCertificate(other, {
    commonName: 'node',
    ipAddresses: ['127.0.0.1'],
    dnsNames: ['localhost'],
    usage: 'node',
    days: 20,
  });
}

function policyOf(
  topology: Topology,
  tls: TopologyTls,
  user: string,
  { restart = 'command', via = 'local' }: SceneOptions,
  folder: string,
): string {
  const { product, version } = topology.server;
  const auth = { user, password: { file: join(folder, 'password') } };
  const files = { ca: tls.caPath, cert: tls.clientCertPath, key: tls.clientKeyPath };
  const [first] = topology.data;
  const sentinels = topology.sentinels.map((node) => `rediss://127.0.0.1:${node.tlsPort ?? node.port}`);
  return JSON.stringify({
    version: 1,
    security_level: 'standard',
    network_exposure: 'private_network',
    server: { product, version: version.split('.').slice(0, 2).join('.') },
    fleet: {
      prod: {
        seeds: [`rediss://127.0.0.1:${first?.tlsPort}`],
        auth,
        tls: files,
        ...(sentinels.length === 0
          ? {}
          : { sentinel: { seeds: sentinels, ...(version.startsWith('6.0') ? {} : { auth }), tls: files } }),
        files: {
          via,
          ...(restart === 'by-hand'
            ? {}
            : { restart_sentinel: restart === 'command' ? [topology.restartScript, '{port}'] : restart }),
        },
      },
    },
  });
}
