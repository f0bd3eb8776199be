// A key under a passphrase is replaced by a key under the same passphrase: the server starts again from its files.
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { fingerprintOf, forEachServer, startStandalone } from '../servers/index.ts';
import { openLeafScene } from './tls-rotate-leaf-scene.ts';

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('keeps the key on the disk under the passphrase of the server, which starts again from it', async () => {
    const own = mkdtempSync(join(tmpdir(), 'wardis-leaf-key-'));
    const authority = await createAuthority({ name: 'Topology CA', days: 30 });
    const request = { commonName: 'node', ipAddresses: ['127.0.0.1'], usage: 'node', days: 30 } as const;
    const first = await issueCertificate(authority, request);
    const passphrase = 'opens-the-key';
    const sealed = createPrivateKey(first.keyPem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase,
    });
    const [certificate, key] = [join(own, 'node.crt'), join(own, 'node.key')];
    writeFileSync(certificate, first.certPem);
    writeFileSync(key, sealed, { mode: 0o600 });
    const topology = await startStandalone({
      server,
      tls: 'only',
      tlsAuthority: authority,
      conf: [`tls-cert-file ${certificate}`, `tls-key-file ${key}`, `tls-key-file-pass ${passphrase}`],
    });
    const scene = openLeafScene(topology);
    const pair = await scene.writePair('new');
    const answer = await scene.rotate('--new-cert', pair.certificate, '--new-key', pair.key, '--yes');
    expect(answer, answer.out + answer.err).toMatchObject({ exit: 0 });
    expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(answer.out + answer.err).not.toContain(passphrase);
    await topology.node('primary').restart('SIGTERM');
    expect(await scene.served()).toEqual({ primary: [fingerprintOf(pair.pem)] });
    const back = await scene.rotate('--undo', '--yes');
    expect(back, back.out + back.err).toMatchObject({ exit: 0 });
    expect(readFileSync(key, 'utf8')).toBe(String(sealed));
    await topology.node('primary').restart('SIGTERM');
    expect(await scene.served()).toEqual({ primary: [fingerprintOf(first.certPem)] });
    await topology.stop();
    rmSync(own, { recursive: true });
  }, 60_000);
});
