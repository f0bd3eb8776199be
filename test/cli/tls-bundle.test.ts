/** The authorities that clients must trust: what is handed out, what is refused, and what is said of it. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  createAuthority,
  createIntermediate,
  issueCertificate,
  readCertificates,
  type Authority,
} from '../../src/tls/index.ts';
import { run } from './run.ts';

let folder: string;
let first: Authority;
let second: Authority;
const at = (name: string): string => join(folder, name);
const fingerprintOf = ({ certPem }: Authority): string => {
  const [fact] = readCertificates(certPem).certificates;
  return (fact?.fingerprintSha256.toUpperCase().match(/../g) ?? []).join(':');
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-bundle-'));
  first = await createAuthority({ name: '../Orders CA (2026)', days: 30 });
  second = await createAuthority({ name: 'Über-CA', days: 30 });
  const leaf = await issueCertificate(first, { commonName: 'leaf', usage: 'client', days: 20 });
  writeFileSync(at('first.crt'), first.certPem);
  writeFileSync(at('both.crt'), first.certPem + second.certPem + first.certPem);
  writeFileSync(at('leaf.crt'), leaf.certPem);
  writeFileSync(at('mixed.crt'), leaf.certPem + first.certPem);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A port that shows this file, as a server does that has it as tls-cert-file. */
async function serve(chain: string, keyPem: string, work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer({ cert: chain, key: keyPem });
  server.on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const address = server.address();
    await work(address !== null && typeof address === 'object' ? address.port : 0);
  } finally {
    server.close();
  }
}

describe('wardis tls bundle', () => {
  it('takes the root that a server sends, and never an intermediate in its place', async () => {
    const root = await createAuthority({ name: 'Orders root', days: 30, pathLength: 1 });
    const issuer = await createIntermediate(root, { name: 'Orders issuer', days: 20 });
    const request = { commonName: 'node', usage: 'node', days: 9, ipAddresses: ['127.0.0.1'] } as const;
    const { certPem, keyPem } = await issueCertificate(issuer, request);
    await serve(certPem + issuer.certPem, keyPem, async (port) => {
      const answer = await run(['tls', 'bundle', '--from', `rediss://127.0.0.1:${port}`]);
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toMatch(/^E_TRUST .*the server does not send its root/);
      expect(answer.err).toContain('UNABLE_TO_GET_ISSUER_CERT');
      expect(answer.err).toContain('CN=Orders root');
    });
    await serve(certPem + issuer.certPem + root.certPem, keyPem, async (port) => {
      const answer = await run(['tls', 'bundle', '--from', `rediss://127.0.0.1:${port}`]);
      expect(answer.exit).toBe(0);
      expect(answer.out).toMatch(/^1 authority to trust/);
      expect(answer.out).toContain(fingerprintOf(root));
    });
  });

  it('shows each authority once, with the fingerprint that openssl prints', async () => {
    const { exit, out } = await run(['tls', 'bundle', '--ca', at('both.crt')]);
    expect(exit).toBe(0);
    expect(out).toMatch(/^2 authorities to trust/);
    for (const authority of [first, second]) {
      expect(out.split(`SHA-256  ${fingerprintOf(authority)}`).length).toBe(2);
    }
    for (const way of ['update-ca-certificates', 'update-ca-trust', 'keytool', 'NODE_EXTRA_CA_CERTS']) {
      expect(out).toContain(way);
    }
  });

  it('writes a file for each authority under a name without a trap in it, and all of them in one', async () => {
    const systems = ['--for', 'ubuntu', '--for', 'node'];
    const argv = ['tls', 'bundle', '--ca', at('both.crt'), ...systems, '--out', at('trust')];
    const { exit, out } = await run(argv);
    expect(exit).toBe(0);
    const names = readdirSync(at('trust')).toSorted();
    expect(names).toHaveLength(3);
    expect(names[0]).toMatch(/^orders-ca-2026-[0-9a-f]{8}\.crt$/);
    expect(names[1]).toMatch(/^u-ber-ca-[0-9a-f]{8}\.crt$/);
    expect(names[2]).toBe('wardis-ca.pem');
    for (const name of names) {
      const count = readCertificates(readFileSync(join(at('trust'), name), 'utf8')).certificates.length;
      expect(count).toBe(name.endsWith('.pem') ? 2 : 1);
      expect(statSync(join(at('trust'), name)).mode & 0o777).toBe(0o644);
      expect(out).toContain(`wrote ${join(at('trust'), name)}`);
    }
  });

  it('overwrites nothing unless it is told to', async () => {
    const argv = ['tls', 'bundle', '--ca', at('first.crt'), '--for', 'go', '--out', at('kept')];
    expect(await run(argv)).toMatchObject({ exit: 0 });
    writeFileSync(join(at('kept'), 'wardis-ca.pem'), 'mine');
    expect((await run(argv)).err).toMatch(/^E_EXISTS/m);
    expect(readFileSync(join(at('kept'), 'wardis-ca.pem'), 'utf8')).toBe('mine');
    expect(await run([...argv, '--force'])).toMatchObject({ exit: 0 });
    expect(readFileSync(join(at('kept'), 'wardis-ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  });

  it('writes the file of one system to standard output, alone', async () => {
    const argv = ['tls', 'bundle', '--ca', at('both.crt'), '--out', '-'];
    const { out } = await run([...argv, '--for', 'kubernetes']);
    const map = parse(out) as { kind: string; data: Record<string, string> };
    expect(map.kind).toBe('ConfigMap');
    expect(readCertificates(map.data['ca.crt'] ?? '').certificates).toHaveLength(2);
    const { exit, err } = await run(argv);
    expect(exit).toBe(2);
    expect(err).toContain('writes one file');
    // Two authorities are two files there.
    expect(await run([...argv, '--for', 'debian'])).toMatchObject({ exit: 2 });
  });

  it('takes the fingerprints that were named and no other', async () => {
    const named = ['--fingerprint', `sha256 Fingerprint=${fingerprintOf(first)}`];
    const good = await run(['tls', 'bundle', '--ca', at('first.crt'), ...named]);
    expect(good.exit).toBe(0);
    expect(good.out).toContain('are those that you named');
    const more = await run(['tls', 'bundle', '--ca', at('both.crt'), ...named, '--out', at('refused')]);
    expect(more.exit).toBe(2);
    expect(more.err).toMatch(/^E_TRUST/m);
    expect(more.err).toContain(fingerprintOf(second));
    expect(existsSync(at('refused'))).toBe(false);
    const other = ['--fingerprint', fingerprintOf(second)];
    const missing = await run(['tls', 'bundle', '--ca', at('first.crt'), ...named, ...other]);
    expect(missing.err).toContain('no authority has the fingerprint');
  });

  it('leaves out what is no authority, and says so', async () => {
    const mixed = await run(['tls', 'bundle', '--ca', at('mixed.crt'), '--for', 'node']);
    expect(mixed.out).toMatch(/^1 authority to trust/);
    expect(mixed.out).toContain('CN=leaf is left out: it is no authority');
    const none = await run(['tls', 'bundle', '--ca', at('leaf.crt')]);
    expect(none.exit).toBe(2);
    expect(none.err).toMatch(/^E_TRUST/m);
  });

  it('says that an authority has expired', async () => {
    const now = new Date(Date.now() + 40 * 86_400_000);
    const { out } = await run(['tls', 'bundle', '--ca', at('first.crt'), '--for', 'node'], { now });
    expect(out).toContain('expired on');
  });

  it('answers as JSON with the certificates themselves', async () => {
    const { out } = await run(['tls', 'bundle', '--ca', at('first.crt'), '--for', 'java', '--json']);
    const said = JSON.parse(out) as {
      authorities: { fingerprint: string; pem: string }[];
      systems: { system: string; commands: string[] }[];
    };
    expect(said.authorities.map(({ fingerprint }) => fingerprint)).toEqual([fingerprintOf(first)]);
    expect(said.authorities[0]?.pem.trim()).toBe(first.certPem.trim());
    expect(said.systems[0]?.commands[0]).toMatch(/^keytool -importcert -noprompt -storetype PKCS12/);
  });

  it('refuses an unknown system, and two sources at once', async () => {
    expect((await run(['tls', 'bundle', '--ca', at('first.crt'), '--for', 'amiga'])).err).toContain(
      'kubernetes',
    );
    const two = await run(['tls', 'bundle', '--ca', at('first.crt'), '--from', '127.0.0.1:1']);
    expect(two.err).toContain('do not go together');
  });

  it('takes old and new from the state folder while the authority changes', async () => {
    const state = at('state');
    mkdirSync(join(state, 'tls'), { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'tls', 'ca.crt'), first.certPem);
    writeFileSync(join(state, 'tls', 'ca.next.crt'), second.certPem);
    const { exit, out } = await run(['tls', 'bundle', '--state', state, '--for', 'node']);
    expect(exit).toBe(0);
    expect(out).toMatch(/^2 authorities to trust, from the state folder/);
    expect(out).toContain('CN=Über-CA is being brought in: clients must trust it before servers show it');
    writeFileSync(join(state, 'tls', 'ca.crt'), 'torn');
    const torn = await run(['tls', 'bundle', '--state', state]);
    expect(torn.exit).toBe(2);
    expect(torn.err).toMatch(/^E_TRUST/m);
  });

  it('says where a server shows nothing', async () => {
    const { exit, err } = await run(['tls', 'bundle', '--from', '127.0.0.1:1']);
    expect(exit).toBe(2);
    expect(err).toMatch(/^E_TRUST {2}127\.0\.0\.1:1: the server shows no certificate/);
    expect(err).toContain('next:  wardis doctor rediss://127.0.0.1:1');
  });

  it('finds nothing in an empty state folder, and says what to name', async () => {
    const { exit, err } = await run(['tls', 'bundle', '--state', at('nothing')]);
    expect(exit).toBe(2);
    expect(err).toContain('--ca FILE');
    expect(existsSync(at('nothing'))).toBe(false);
  });
});
