/**
 * Servers started from compiled files as an operator would: files owned by the account that runs them, never root,
 * log files and all, and an audit user with the rights that `wardis help permissions` prints.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startServer as startProcess } from '../../src/cli/demo/server-process.ts';
import type { Secret } from '../../src/conf/index.ts';
import { auditPermissions, openConnection, type Connection, type Target } from '../../src/fleet/index.ts';
import {
  compilePolicy,
  generateSecret,
  policyFor,
  usersWithSecrets,
  type Compilation,
  type HardeningRequest,
  type PolicyDocument,
  type PolicyUser,
} from '../../src/policy/index.ts';
import { createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';
import { findFreePort, type Server } from '../servers/index.ts';

export const AUDITOR = 'wardis';

/** Where Linux offers it, a server ends with the test that started it. */
const TIED = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : [];
const ACCOUNT = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface Material {
  readonly ca: string;
  /** Issues more. */
  readonly authority: Authority;
  readonly node: { readonly certPem: string; readonly keyPem: string };
  readonly client: { readonly certPem: string; readonly keyPem: string };
  /** Of every user, by name: one policy for all nodes of a test. */
  readonly secrets: Map<string, Secret>;
}

/** One authority, a node and a client certificate, and a purse of secrets. */
export async function makeMaterial(): Promise<Material> {
  const authority = await createAuthority({ name: 'test CA', days: 365 });
  const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  return {
    ca: authority.certPem,
    authority,
    node: await issueCertificate(authority, {
      commonName: 'localhost',
      ...names,
      usage: 'node',
      days: 90,
    }),
    client: await issueCertificate(authority, { commonName: AUDITOR, usage: 'client', days: 30 }),
    secrets: new Map(),
  };
}

export interface Hardened {
  readonly dir: string;
  readonly port: number;
  readonly confPath: string;
  readonly compiled: Compilation;
  /** How to reach it as a user of the policy; without a name, as the audit user. */
  readonly target: (user?: string) => Target;
  /** How a stranger would try: right transport and certificate, no credentials. */
  readonly stranger: Target;
  readonly login: (user: string) => Promise<Connection>;
  readonly stop: () => Promise<void>;
}

export interface HardenedOptions {
  readonly users?: readonly PolicyUser[];
  readonly primary?: { readonly host: string; readonly port: number };
}

/** A user with commands of its own and nothing else. */
export function customUser(name: string, commands: readonly string[]): PolicyUser {
  return {
    name,
    role: 'custom',
    keys: [],
    channels: [],
    databases: [],
    commands,
    expires: undefined,
    password: undefined,
    tenant: undefined,
  };
}

/** Compile, write, start, and wait until it answers. */
export async function startHardened(
  request: HardeningRequest,
  server: Server,
  material: Material,
  options: HardenedOptions = {},
): Promise<Hardened> {
  const dir = mkdtempSync(join(tmpdir(), 'wardis-hardened-'));
  own(dir, 0o711);
  // A cluster node has its bus ten thousand above.
  const port = await findFreePort();
  const policy = policyWith(request, server, port, options);
  const at = (name: string): string => join(dir, name);
  const paths = { conf: at('conf'), data: at('data'), tls: at('tls'), log: at('log'), run: at('run') };
  for (const path of Object.values(paths)) {
    mkdirSync(path);
    own(path, 0o700);
  }
  const compiled = compilePolicy(policy, { paths, secrets: (user) => secretOf(user.name, material) });
  for (const user of usersWithSecrets(policy)) secretOf(user.name, material);
  for (const file of compiled.artefacts) place(join(paths.conf, file.path), file.content, file.mode);
  place(join(paths.tls, 'ca.crt'), material.ca, 0o644);
  place(join(paths.tls, 'server.crt'), material.node.certPem, 0o644);
  place(join(paths.tls, 'server.key'), material.node.keyPem, 0o600);
  place(join(paths.tls, 'client.crt'), material.client.certPem, 0o644);
  place(join(paths.tls, 'client.key'), material.client.keyPem, 0o600);
  const stranger = strangerAt(port, compiled, paths.tls);
  const sentinel = request.mode === 'sentinel';
  const confPath = join(paths.conf, sentinel ? 'sentinel.conf' : `${server.product}.conf`);
  const [program, ...args] = [...TIED, ...(sentinel ? server.sentinel : server.command), confPath];
  const version = { product: server.product, version: server.version };
  const running = await startProcess({ path: program, version, account: ACCOUNT }, args, dir, stranger);
  const target = (user: string = AUDITOR): Target => ({
    ...stranger,
    // A Sentinel of 6.0 has one password for everybody and no users.
    credentials:
      sentinel && server.version.startsWith('6.0')
        ? { password: secretOf('sentinel-peer', material) }
        : { username: user, password: secretOf(user, material) },
  });
  return {
    dir,
    port,
    confPath,
    compiled,
    stranger,
    target,
    login: (user) => openConnection(target(user)),
    stop: async () => {
      await running.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function policyWith(
  request: HardeningRequest,
  server: Server,
  port: number,
  options: HardenedOptions,
): PolicyDocument {
  const policy = policyFor(request);
  const mode = request.mode === 'cluster' ? 'cluster' : 'standalone';
  const commands = auditPermissions(request.server, mode).filter((rule) => rule.startsWith('+'));
  // A Sentinel's users are its own and the administrators: an audit there is the administrator's.
  const users = options.users ?? [...policy.users, customUser(AUDITOR, commands)];
  const choices = { ...policy.choices, port, bind: ['127.0.0.1'], maxmemory: '64mb' };
  return {
    ...policy,
    users,
    choices: options.primary === undefined ? choices : { ...choices, primary: options.primary },
  };
}

function strangerAt(port: number, compiled: Compilation, tls: string): Target {
  const endpoint = { kind: 'tcp', host: '127.0.0.1', port } as const;
  if (!compiled.tls.required) return { endpoint, transport: 'plaintext' };
  const at = (name: string): string => join(tls, name);
  return {
    endpoint,
    transport: 'tls',
    tls: { caFile: at('ca.crt'), certFile: at('client.crt'), keyFile: at('client.key') },
  };
}

function secretOf(name: string, material: Material): Secret {
  const known = material.secrets.get(name);
  if (known !== undefined) return known;
  const made = generateSecret(randomBytes);
  material.secrets.set(name, made);
  return made;
}

function place(path: string, content: string, mode: number): void {
  makeFolder(dirname(path));
  writeFileSync(path, content);
  own(path, mode);
}

function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
  own(path, 0o700);
}

function own(path: string, mode: number): void {
  chmodSync(path, mode);
  if (ACCOUNT.uid !== undefined) chownSync(path, ACCOUNT.uid, ACCOUNT.gid);
}
