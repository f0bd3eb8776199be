/** Fleets whose authority changes in tests: the operator's folder holds the authority that made all certificates. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openAuthority } from '../../src/pki/index.ts';
import { inspectTls, issueCertificate, readCertificates, type Authority } from '../../src/tls/index.ts';
import { run, type Answer } from '../cli/run.ts';
import type { Topology, TopologyTls } from '../servers/index.ts';
import { adoptAuthority, openLeafScene, type LeafScene, type SceneOptions } from './tls-rotate-leaf-scene.ts';

export interface CaScene extends LeafScene {
  readonly state: string;
  /** The authority that everything begins with. */
  readonly old: Authority;
  /** `wardis tls rotate ca …` with the policy of the scene. */
  readonly ca: (...args: readonly string[]) => Promise<Answer>;
  /** The same, expected to end well. */
  readonly go: (...args: readonly string[]) => Promise<Answer>;
  /** `--status --json`. */
  readonly status: () => Promise<CaStatus>;
  /** Issues a client certificate and records it, without files unless a folder is named. */
  readonly issueClient: (
    name: string,
    folder?: string,
  ) => Promise<{ readonly cert: string; readonly key: string }>;
  /** Whether every node lets a client of this authority in: `admitted`, `refused`, or `mixed`. */
  readonly admits: (authority: Authority) => Promise<string>;
}

export interface CaStatus {
  readonly next: string;
  readonly nodes: readonly { readonly id: string; readonly trusts: string; readonly serves: string }[];
  readonly clients: readonly { readonly name: string; readonly of: string }[];
}

export async function openCaScene(topology: Topology, options: SceneOptions = {}): Promise<CaScene> {
  const scene = openLeafScene(topology, options);
  const old = await adoptAuthority(scene);
  const state = join(scene.folder, '.wardis');
  const ca = (...args: readonly string[]): Promise<Answer> =>
    run(['tls', 'rotate', 'ca', '--policy', join(scene.folder, 'wardis.yaml'), ...args]);
  return {
    ...scene,
    state,
    old,
    ca,
    go: async (...args) => {
      const answer = await ca(...args);
      expect(answer.exit, `${args.join(' ')}\n${answer.err}${answer.out}`).toBe(0);
      return answer;
    },
    status: async () => JSON.parse((await ca('--status', '--json')).out) as CaStatus,
    issueClient: async (name, folder) => {
      const authority = await openAuthority(state);
      const files =
        folder === undefined
          ? undefined
          : { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
      const leaf = await authority.issue({
        commonName: name,
        usage: 'client',
        days: 30,
        ...(files === undefined ? {} : { files }),
      });
      if (files !== undefined) {
        writeFileSync(files.certificate, leaf.certPem);
        writeFileSync(files.key, leaf.key.reveal(), { mode: 0o600 });
      }
      return { cert: leaf.certPem, key: leaf.key.reveal() };
    },
    admits: async (authority) => {
      const client = await issueCertificate(authority, { commonName: 'knock', usage: 'client', days: 1 });
      const answers = await Promise.all(
        topology.nodes.map(({ host, tlsPort, port }) =>
          inspectTls({ host, port: tlsPort ?? port, cert: client.certPem, key: client.keyPem }),
        ),
      );
      const kinds = new Set(answers.map(({ ok }) => (ok ? 'admitted' : 'refused')));
      return kinds.size === 1 ? ([...kinds][0] ?? '') : 'mixed';
    },
  };
}

/** The authority of a state folder with its key, to make certificates that nobody recorded. */
export function authorityOf(state: string, which: 'current' | 'next' = 'current'): Authority {
  const part = which === 'next' ? 'ca.next' : 'ca';
  return {
    certPem: readFileSync(join(state, 'tls', `${part}.crt`), 'utf8'),
    keyPem: readFileSync(join(state, 'tls', `${part}.key`), 'utf8'),
  };
}

/** Roots of a PEM file, by fingerprint. */
export function rootsOf(path: string): readonly string[] {
  return readCertificates(readFileSync(path, 'utf8')).certificates.map(
    ({ fingerprintSha256 }) => fingerprintSha256,
  );
}

export function expectTls({ tls }: Topology): TopologyTls {
  if (tls === undefined) throw new Error('a topology over TLS is needed');
  return tls;
}
