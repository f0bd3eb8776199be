/**
 * A real ssh server on loopback for tests, in a folder of its own: host key, login key, configuration, known_hosts. As
 * root it runs in a mount namespace with a passwd file of its own, so that no account is made on this machine.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findSshd } from '../../scripts/sshd.mjs';
import { findFreePort } from '../servers/index.ts';

export interface SshHost {
  readonly dir: string;
  readonly port: number;
  /** Who may log in: first the account of the tests, then, as root, one without rights. */
  readonly users: readonly [string, ...string[]];
  /** Configuration for the ssh client: known host key, login key, no files of the person who runs the tests. */
  readonly clientConfig: (overrides?: Readonly<Record<string, string>>) => string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export const IS_ROOT = process.getuid?.() === 0;
/** Of the ssh client's package. */
const KEYGEN = 'ssh-keygen';
const START_TIMEOUT_MS = 10_000;
const TIED = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** Why no ssh server can run here; undefined where it can. */
export function whyNoSshHost(): string | undefined {
  if (findSshd() === undefined) return 'sshd is not on this machine (npm test fetches it where apt is)';
  if (spawnSync('ssh', ['-V']).status !== 0) return 'no ssh client on this machine';
  const mayMount = !IS_ROOT || spawnSync('unshare', ['--mount', 'true']).status === 0;
  return mayMount ? undefined : 'no mount namespaces here';
}

export async function startSshHost(): Promise<SshHost> {
  const sshd = findSshd();
  if (sshd === undefined) throw new Error('no sshd');
  // Short: the shared connection's socket lies elsewhere, but keys and accounts are named in full.
  const dir = mkdtempSync(join(tmpdir(), 'wardis-sshd-'));
  chmodSync(dir, 0o755);
  const port = await findFreePort();
  for (const name of ['host', 'login', 'stranger']) {
    execFileSync(KEYGEN, ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)]);
  }
  execFileSync('cp', [join(dir, 'login.pub'), join(dir, 'authorized_keys')]);
  chmodSync(join(dir, 'authorized_keys'), 0o644);
  const known = execFileSync('cat', [join(dir, 'host.pub')], { encoding: 'utf8' });
  writeFileSync(join(dir, 'known_hosts'), `wardis-test ${known}`);
  writeFileSync(join(dir, 'sshd_config'), serverConfig(dir, port));
  const [program, ...args] = command(dir, sshd.program);
  const libraries = sshd.libraries === undefined ? {} : { LD_LIBRARY_PATH: sshd.libraries };
  const child = spawn(String(program), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...libraries },
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await untilOpen(port, child, () => log);
  return {
    dir,
    port,
    users: IS_ROOT ? ['root', 'deploy'] : [userInfo().username],
    clientConfig: (overrides = {}) => writeClientConfig(dir, port, overrides),
    pid: child.pid ?? 0,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function serverConfig(dir: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${dir}/host`,
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    `PidFile ${dir}/sshd.pid`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    'PrintMotd no',
    '',
  ].join('\n');
}

function command(dir: string, program: string): readonly string[] {
  const run = [program, '-D', '-e', '-f', join(dir, 'sshd_config')];
  if (!IS_ROOT) return [...TIED, ...run];
  mkdirSync(join(dir, 'home'));
  const accounts = [
    'root:x:0:0:root:/root:/bin/sh',
    'nobody:x:65534:65534:nobody:/nonexistent:/bin/false',
    'sshd:x:64999:65534::/run/sshd:/bin/false',
    `deploy:x:64321:64321::${dir}/home:/bin/sh`,
  ];
  writeFileSync(join(dir, 'passwd'), `${accounts.join('\n')}\n`);
  const prepare = [
    `mount --bind ${dir}/passwd /etc/passwd`,
    'mount -t tmpfs tmpfs /run',
    'mkdir -m 0755 /run/sshd',
    'exec "$@"',
  ].join(' && ');
  return [...TIED, 'unshare', '--mount', 'sh', '-c', prepare, 'sh', ...run];
}

let written = 0;

function writeClientConfig(dir: string, port: number, overrides: Readonly<Record<string, string>>): string {
  const settings = {
    HostName: '127.0.0.1',
    Port: String(port),
    HostKeyAlias: 'wardis-test',
    UserKnownHostsFile: join(dir, 'known_hosts'),
    GlobalKnownHostsFile: '/dev/null',
    IdentityFile: join(dir, 'login'),
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    ...overrides,
  };
  written += 1;
  const path = join(dir, `client-${written}`);
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function untilOpen(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`sshd did not start:\n${log()}`);
}
