/**
 * What a level demands of TLS, on servers started from what `harden` compiles, and judged by others: openssl s_client for
 * every level, testssl.sh for one. What is refused there a lax server accepts, so that a refusal says something.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { issueCertificate } from '../../src/tls/index.ts';
import type { HardeningRequest } from '../../src/policy/index.ts';
import { forEachServer, startStandalone, type Server } from '../servers/index.ts';
import { hasOpenssl } from '../tls/openssl.ts';
import { makeMaterial, startHardened, type Hardened, type Material } from './hardened-server.ts';

/** Forward secrecy and authenticated encryption, nothing else. */
const STRONG = {
  ecdsa: ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  rsa: ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-RSA-AES128-GCM-SHA256'],
};
const SUITES = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];
/** Everything that OpenSSL has for TLS 1.2 and before but these, down to no encryption at all. */
const WEAK = `ALL:COMPLEMENTOFALL:${[...STRONG.ecdsa, ...STRONG.rsa].map((name) => `!${name}`).join(':')}:@SECLEVEL=0`;
const WEAK_1_2 = ['-tls1_2', '-cipher', WEAK];
const OLD = ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'];
const OLDEST = ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'];
const OTHER_SUITES = ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256'];
const CLIENT_TIMEOUT_MS = 10_000;
/** A plaintext server waits for the rest of what it takes for a command. */
const SILENCE_MS = 1500;
const TESTSSL_TIMEOUT_MS = 150_000;

/** Each level where TLS must be, and one where it need not. */
const LEVELS: readonly (Pick<HardeningRequest, 'level' | 'exposure'> & {
  readonly clients: 'optional' | 'yes' | 'plaintext';
})[] = [
  { level: 'basic', exposure: 'private_network', clients: 'plaintext' },
  { level: 'standard', exposure: 'public', clients: 'optional' },
  { level: 'hardened', exposure: 'private_network', clients: 'yes' },
  { level: 'compliance', exposure: 'private_network', clients: 'yes' },
];

const folder = mkdtempSync(join(tmpdir(), 'wardis-level-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let material: Material;
beforeAll(async () => {
  material = await makeMaterial();
});

describe.skipIf(!hasOpenssl)('by openssl s_client', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    for (const { level, exposure, clients } of LEVELS) {
      it(`${level} offers what it demands: ${clients === 'plaintext' ? 'no TLS yet' : `certificates of clients ${clients}`}`, async () => {
        const hardened = await startHardened(requestOf(server, { level, exposure }), server, material);
        const ask = asker(hardened);
        if (clients === 'plaintext') {
          expect(await runClient(hardened.port, [], SILENCE_MS)).toBe('silent');
        } else {
          for (const cipher of STRONG.ecdsa) {
            expect(await ask(['-tls1_2', '-cipher', cipher]), cipher).toBe('answered');
          }
          for (const suite of SUITES) {
            expect(await ask(['-tls1_3', '-ciphersuites', suite]), suite).toBe('answered');
          }
          for (const weak of [WEAK_1_2, OLD, OLDEST, OTHER_SUITES]) {
            expect(await ask(weak), weak.join(' ')).toBe('refused');
          }
          expect(await ask([], 'nobody')).toBe(clients === 'yes' ? 'refused' : 'answered');
        }
        await hardened.stop();
      });
    }
  });

  forEachServer(['redis-7.0'], (server) => {
    it('offers the same strength with an RSA certificate', async () => {
      const node = await issueCertificate(material.authority, {
        commonName: 'localhost',
        ipAddresses: ['127.0.0.1'],
        usage: 'node',
        days: 90,
        keyType: 'rsa-3072',
      });
      const request = requestOf(server, { level: 'hardened', exposure: 'private_network' });
      const hardened = await startHardened(request, server, { ...material, node });
      const ask = asker(hardened);
      for (const cipher of STRONG.rsa) {
        expect(await ask(['-tls1_2', '-cipher', cipher]), cipher).toBe('answered');
      }
      for (const weak of [WEAK_1_2, OLD, OLDEST]) expect(await ask(weak), weak.join(' ')).toBe('refused');
      await hardened.stop();
    });

    it('would be answered by a server that takes anything', async () => {
      const lax = await startStandalone({
        server,
        tls: 'only',
        conf: [
          'tls-protocols "TLSv1 TLSv1.1 TLSv1.2"',
          'tls-ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0',
          'tls-auth-clients no',
        ],
      });
      const [node] = lax.data;
      for (const weak of [WEAK_1_2, OLD, OLDEST]) {
        expect(await runClient(node?.tlsPort ?? 0, weak), weak.join(' ')).toBe('answered');
      }
      await lax.stop();
    });
  });
});

const hasTestssl = ((): boolean => {
  try {
    return /testssl/.test(
      execFileSync('testssl', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return false;
  }
})();

describe.skipIf(!hasTestssl)('by testssl.sh (Debian package testssl.sh)', () => {
  forEachServer(['valkey-9.1'], (server) => {
    it(
      'finds TLS 1.2 and 1.3 at the level hardened, three strong ciphers each, and nothing else',
      async () => {
        const request = requestOf(server, { level: 'hardened', exposure: 'private_network' });
        const hardened = await startHardened(request, server, material);
        const found = await runTestssl(hardened.port);
        await hardened.stop();
        expect(found.protocols).toEqual({
          SSLv2: 'not offered',
          SSLv3: 'not offered',
          TLS1: 'not offered',
          TLS1_1: 'not offered',
          TLS1_2: 'offered',
          TLS1_3: 'offered with final',
        });
        expect(found.ciphers.toSorted()).toEqual([...STRONG.ecdsa, ...SUITES].toSorted());
      },
      TESTSSL_TIMEOUT_MS,
    );
  });
});

function requestOf(
  { product, version }: Server,
  where: Pick<HardeningRequest, 'level' | 'exposure'>,
): HardeningRequest {
  return { ...where, frameworks: [], mode: 'standalone', server: { product, version } };
}

/** With the certificate of a client unless it comes as nobody. */
function asker(hardened: Hardened): (args: readonly string[], as?: 'client' | 'nobody') => Promise<Answer> {
  const at = (name: string): string => join(hardened.dir, 'tls', name);
  const certificate = ['-cert', at('client.crt'), '-key', at('client.key')];
  return (args, as = 'client') =>
    runClient(hardened.port, [...args, '-CAfile', at('ca.crt'), ...(as === 'client' ? certificate : [])]);
}

/** Whether the server answered a command over TLS; a refusal to run it is an answer. `silent`: it speaks no TLS. */
type Answer = 'answered' | 'refused' | 'silent';

function runClient(port: number, args: readonly string[], timeoutMs = CLIENT_TIMEOUT_MS): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-no_ign_eof', ...args],
      { timeout: timeoutMs },
      (error, stdout) => {
        if (error?.killed === true) resolve('silent');
        else resolve(/^(?:\+PONG|-NOAUTH)/m.test(stdout) ? 'answered' : 'refused');
      },
    );
    // A server that refuses closes before it has read this.
    child.stdin?.on('error', () => undefined);
    child.stdin?.write('PING\r\nQUIT\r\n');
  });
}

interface Found {
  readonly protocols: Readonly<Record<string, string>>;
  readonly ciphers: readonly string[];
}

/** Its exit code counts what it would like better; what it found is in the file. */
async function runTestssl(port: number): Promise<Found> {
  const report = join(folder, 'testssl.json');
  const quiet = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none'];
  const args = [...quiet, '-p', '-e', '--fast', '--jsonfile', report, `127.0.0.1:${port}`];
  await new Promise<void>((resolve) => {
    execFile('testssl', args, { timeout: TESTSSL_TIMEOUT_MS, cwd: folder }, () => resolve());
  });
  const findings = JSON.parse(readFileSync(report, 'utf8')) as readonly {
    readonly id: string;
    readonly finding: string;
  }[];
  const protocols = findings.filter(({ id }) => /^(?:SSLv[23]|TLS1(?:_[123])?)$/.test(id));
  const ciphers = findings.filter(({ id }) => id.startsWith('cipher_'));
  return {
    protocols: Object.fromEntries(protocols.map(({ id, finding }) => [id, finding])),
    ciphers: ciphers.map(({ finding }) => finding.trim().split(/\s+/)[1] ?? ''),
  };
}
