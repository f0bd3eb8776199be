/** The hardened half of the demo: a policy, its certificates and its files, written into one folder. */

import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerVersion } from '../../conf/index.ts';
import { auditPermissions, type Target } from '../../fleet/index.ts';
import { compilePolicy, parsePolicy, type Compilation } from '../../policy/index.ts';
import { createAuthority, issueCertificate } from '../../tls/index.ts';
import { writeTogether, writeWhole } from '../file-output.ts';
import { gatherSecrets, secretFiles } from '../policy-secret.ts';
import type { Account } from './server-process.ts';

export interface HardenedFiles {
  readonly confPath: string;
  readonly compiled: Compilation;
  /** How to reach the hardened server as the audit user. */
  readonly target: Target;
}

/** The name that the audit logs in with. */
const AUDITOR = 'wardis';

/** Compile for `server` on a port, and write everything that it needs below `folder`, for the account that runs it. */
export async function writeHardened(
  folder: string,
  server: ServerVersion,
  port: number,
  account: Account,
): Promise<HardenedFiles> {
  const text = policyText(server, port);
  writeWhole(join(folder, 'wardis.yaml'), text, 0o644);
  const parsed = await parsePolicy(text, 'wardis.yaml');
  if (!parsed.ok) throw new Error(`the policy of the demo is wrong: ${parsed.problems[0]?.message ?? ''}`);
  const secrets = gatherSecrets(parsed.policy, join(folder, 'secrets'), {});
  writeTogether(secretFiles(secrets.values()));
  const names = ['data', 'log', 'run', 'tls', 'conf'] as const;
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Record<
    (typeof names)[number],
    string
  >;
  for (const name of names) own(paths[name], account);
  const compiled = compilePolicy(parsed.policy, { paths, secrets: (user) => secrets.get(user.name)?.secret });
  for (const file of compiled.artefacts)
    writeFor(join(paths.conf, file.path), file.content, file.mode, account);
  await writeCertificates(paths.tls, account);
  const auditor = secrets.get(AUDITOR);
  if (auditor === undefined) throw new Error('the policy of the demo has no audit user');
  return {
    confPath: join(paths.conf, `${server.product}.conf`),
    compiled,
    target: {
      endpoint: { kind: 'tcp', host: '127.0.0.1', port },
      transport: 'tls',
      tls: {
        caFile: join(paths.tls, 'ca.crt'),
        certFile: join(paths.tls, 'client.crt'),
        keyFile: join(paths.tls, 'client.key'),
      },
      credentials: { username: AUDITOR, password: auditor.secret },
    },
  };
}

async function writeCertificates(folder: string, account: Account): Promise<void> {
  const authority = await createAuthority({ name: 'Wardis demo CA', days: 365 });
  const node = await issueCertificate(authority, {
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usage: 'node',
    days: 90,
  });
  const client = await issueCertificate(authority, { commonName: AUDITOR, usage: 'client', days: 30 });
  writeFor(join(folder, 'ca.crt'), authority.certPem, 0o644, account);
  writeFor(join(folder, 'server.crt'), node.certPem, 0o644, account);
  writeFor(join(folder, 'server.key'), node.keyPem, 0o600, account);
  // The client's key is ours, not the server's.
  writeWhole(join(folder, 'client.crt'), client.certPem, 0o644);
  writeWhole(join(folder, 'client.key'), client.keyPem, 0o600);
}

function policyText(server: ServerVersion, port: number): string {
  const commands = auditPermissions(server)
    .filter((rule) => rule.startsWith('+'))
    .map((rule) => JSON.stringify(rule));
  const keys =
    server.product === 'redis' && server.version.startsWith('6.')
      ? '["orders:*"]'
      : '["orders:*", { pattern: "cart:*", access: read }]';
  return `version: 1
security_level: hardened
compliance_requirements: []
network_exposure: private_network
server: { product: ${server.product}, version: "${server.version}" }
settings: { port: ${port}, bind: ["127.0.0.1"], maxmemory: 64mb }
users:
  - { name: admin, role: admin }
  - { name: orders-api, role: readwrite, keys: ${keys}, channels: ["orders.*"] }
  - { name: exporter, role: monitor }
  - { name: replica, role: replication }
  - { name: ${AUDITOR}, role: custom, commands: [${commands.join(', ')}] }
`;
}

/** A folder that only the server's account enters. */
function own(path: string, account: Account): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  give(path, account);
}

function writeFor(path: string, content: string, mode: number, account: Account): void {
  writeWhole(path, content, mode);
  give(path, account);
}

function give(path: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
