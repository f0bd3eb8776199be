// What rotations leave on disk and on the wire, judged by openssl: chain, purpose, names, key, and the handshake itself.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { forEachServer, startReplicated, type Topology, type TopologyNode } from '../servers/index.ts';
import { hasOpenssl, openssl } from '../tls/openssl.ts';
import { expectTls, openCaScene, type CaScene } from './tls-rotate-ca-scene.ts';

const TIMEOUT = 120_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

describe.skipIf(!hasOpenssl)('openssl', () => {
  forEachServer(['valkey-9.1'], (server) => {
    it(
      'verifies every node after new leaves, between two authorities, and under the new one alone',
      async () => {
        const topology = await startReplicated({ server, tls: 'only', tlsFiles: 'own', replicas: 1 });
        const scene = await openCaScene(topology);
        const rotated = await scene.rotate('--yes');
        expect(rotated, rotated.err + rotated.out).toMatchObject({ exit: 0 });
        await expectVerified(scene);
        const serials = new Set(topology.nodes.map((node) => readSerial(scene, node)));
        expect(serials.size).toBe(2);

        await scene.go('--next', '--yes', '--update-local');
        await scene.go('--next', '--yes');
        await expectVerified(scene);
        await scene.go('--next', '--yes');
        await scene.go('--next', '--yes', '--update-local');
        await scene.go('--finish', '--yes');
        await expectVerified(scene);
        const { ca } = readFiles(scene, topology.node('primary'));
        expect(ca.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
        expect(ca).not.toBe(scene.old.certPem);
        const oldPath = join(scene.folder, 'old-ca.crt');
        writeFileSync(oldPath, scene.old.certPem);
        const shown = await showServed(topology, topology.node('primary'), oldPath);
        expect(shown).toMatch(/Verify return code: (?!0)\d+ /);
        await topology.stop();
      },
      TIMEOUT,
    );
  });
});

/** On each node: the files, and what a handshake of openssl with the client's own certificate makes of the port. */
async function expectVerified(scene: CaScene): Promise<void> {
  const { topology, tls } = scene;
  for (const node of topology.nodes) {
    const files = readFiles(scene, node);
    for (const purpose of ['sslserver', 'sslclient']) {
      const chain = ['-CAfile', 'ca.crt', '-untrusted', 'node.crt'];
      const args = ['verify', '-x509_strict', '-purpose', purpose, '-verify_ip', node.host, ...chain];
      const pems = { 'ca.crt': files.ca, 'node.crt': files.certificate };
      expect(openssl([...args, 'node.crt'], pems).output, `${node.name} ${purpose}`).toBe('node.crt: OK\n');
    }
    const text = openssl(['x509', '-in', 'node.crt', '-noout', '-text'], {
      'node.crt': files.certificate,
    }).output;
    expect(text).toMatch(/Version: 3 \(0x2\)[^]*Signature Algorithm: ecdsa-with-SHA256/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toContain('TLS Web Server Authentication, TLS Web Client Authentication');
    expect(text).toContain(`IP Address:${node.host}`);
    const fromKey = openssl(['pkey', '-in', 'node.key', '-pubout'], { 'node.key': files.key }).output;
    const args = ['x509', '-in', 'node.crt', '-noout', '-pubkey'];
    expect(openssl(args, { 'node.crt': files.certificate }).output).toBe(fromKey);

    const shown = await showServed(topology, node, tls.caPath);
    expect(shown).toContain('Verify return code: 0 (ok)');
    expect(shown).toContain('-NOAUTH');
    const [served = ''] = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/.exec(shown) ?? [];
    expect(files.certificate).toContain(served);
  }
}

/** All that s_client says; it sends PING and goes. */
function showServed(
  topology: Topology,
  { host, tlsPort = 0 }: TopologyNode,
  caPath: string,
): Promise<string> {
  const { clientCertPath, clientKeyPath } = expectTls(topology);
  const trust = ['-CAfile', caPath, '-no-CApath'];
  const own = ['-cert', clientCertPath, '-key', clientKeyPath];
  return new Promise((resolve) => {
    const child = execFile(
      'openssl',
      ['s_client', '-connect', `${host}:${tlsPort}`, '-verify_ip', host, '-no_ign_eof', ...trust, ...own],
      { timeout: HANDSHAKE_TIMEOUT_MS },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.write('PING\r\nQUIT\r\n');
  });
}

function readFiles(
  { tls }: CaScene,
  { name }: TopologyNode,
): Readonly<Record<'certificate' | 'key' | 'ca', string>> {
  const { certificate, key, ca } = tls.filesOf(name);
  const read = (path: string): string => readFileSync(path, 'utf8');
  return { certificate: read(certificate), key: read(key), ca: read(ca) };
}

function readSerial(scene: CaScene, node: TopologyNode): string {
  const { certificate } = readFiles(scene, node);
  return openssl(['x509', '-in', 'node.crt', '-noout', '-serial'], { 'node.crt': certificate }).output;
}
