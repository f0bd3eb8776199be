/** Starts real servers from compiled files exactly as they are written: own paths, own ports, own certificates. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Secret } from '../../src/conf/index.ts';
import { compilePolicy, type Compilation, type PolicyDocument } from '../../src/policy/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import {
  findFreePort,
  openConnection,
  startSentinel,
  startServer,
  type Connection,
  type RunningServer,
  type Server,
} from '../servers/index.ts';
import { secretOf } from './requests.ts';

export interface Certificates {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
}

/** One CA, one node and one client, for all servers of a test file. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await createAuthority({ name: 'test CA', days: 400 });
  const server = await issueCertificate(authority, {
    commonName: 'node',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 300,
  });
  const client = await issueCertificate(authority, { commonName: 'client', usage: 'client', days: 300 });
  return {
    ca: authority.certPem,
    server: { cert: server.certPem, key: server.keyPem },
    client: { cert: client.certPem, key: client.keyPem },
  };
}

export interface CompiledServer {
  /** Where its files are; `client.crt`, `client.key` and `ca.crt` too. */
  readonly dir: string;
  readonly running: RunningServer;
  readonly compiled: Compilation;
  readonly port: number;
  /** A connection logged in as a user of the policy. */
  readonly login: (user: string) => Promise<Connection>;
  /** A connection that has not logged in. */
  readonly open: () => Promise<Connection>;
  readonly stop: () => Promise<void>;
}

export async function startCompiled(
  policy: PolicyDocument,
  server: Server,
  certificates: Certificates,
  role: 'server' | 'sentinel' = 'server',
): Promise<CompiledServer> {
  const dir = mkdtempSync(join(tmpdir(), 'wardis-compiled-'));
  const port = await findFreePort();
  const compiled = compilePolicy(
    { ...policy, choices: { ...policy.choices, port } },
    {
      server: { product: server.product, version: server.version },
      paths: { conf: dir, data: join(dir, 'data'), tls: dir, log: dir, run: dir },
      secrets: secretOf,
    },
  );
  mkdirSync(join(dir, 'data'), { mode: 0o700 });
  for (const { path, content, mode } of compiled.artefacts) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
    chmodSync(join(dir, path), mode);
  }
  writeFileSync(join(dir, 'ca.crt'), certificates.ca);
  writeFileSync(join(dir, 'server.crt'), certificates.server.cert);
  writeFileSync(join(dir, 'server.key'), certificates.server.key, { mode: 0o600 });
  writeFileSync(join(dir, 'client.crt'), certificates.client.cert);
  writeFileSync(join(dir, 'client.key'), certificates.client.key, { mode: 0o600 });
  const name = role === 'sentinel' ? 'sentinel.conf' : `${server.product}.conf`;
  const conf = readFileSync(join(dir, name), 'utf8');
  // The log stays on standard output, where the starter looks for life; everything else is as compiled.
  const keep = ['bind', 'port', 'tls-port', 'dir', 'pidfile', 'daemonize', 'supervised', 'aclfile'];
  const start = role === 'sentinel' ? startSentinel : startServer;
  const running = await start({ server, conf, dir, keep });
  const tls: ConnectionOptions | undefined = compiled.tls.required
    ? {
        ca: certificates.ca,
        cert: certificates.client.cert,
        key: certificates.client.key,
        servername: 'localhost',
      }
    : undefined;
  const target = { port, ...(tls === undefined ? {} : { tls }) };
  return {
    dir,
    running,
    compiled,
    port,
    open: () => openConnection(target),
    login: async (user) => {
      const connection = await openConnection(target);
      const reply = await connection.send(['AUTH', user, passwordOf(user)]);
      if (reply !== 'OK') throw new Error(`AUTH ${user}: ${JSON.stringify(reply)}`);
      return connection;
    },
    stop: async () => {
      await running.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export function passwordOf(name: string): string {
  const made = secretOf({ name } as Parameters<typeof secretOf>[0]);
  return made instanceof Secret ? made.reveal() : '';
}
