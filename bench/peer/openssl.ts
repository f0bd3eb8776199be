/**
 * The openssl program as a peer: `s_time` makes handshakes one after the other in one process, as a library would, and
 * `s_client` makes one for each process, as a script would.
 */
import { spawnSync } from 'node:child_process';

export interface OpensslTarget {
  readonly port: number;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** `OpenSSL 3.0.19`; undefined where there is none. */
export function opensslVersion(): string | undefined {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return status === 0 ? /^OpenSSL \S+/.exec(stdout)?.[0] : undefined;
}

/** Milliseconds for each whole TLS 1.3 handshake, over about as many seconds, the start of the process not counted. */
export function timeInOneProcess(target: OpensslTarget, seconds: number): number {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    'openssl',
    ['s_time', '-new', '-tls1_3', '-time', String(seconds), ...placeOf(target)],
    { encoding: 'utf8' },
  );
  const elapsedMs = performance.now() - started;
  const connections = Number(/^(\d+) connections in \d+ real seconds/m.exec(stdout)?.[1] ?? 0);
  if (status !== 0 || connections === 0) throw new Error(`openssl s_time: ${stderr.slice(0, 500)}`);
  return (elapsedMs - timeStart()) / connections;
}

/** Milliseconds for one process that handshakes, sends QUIT and has its answer; its start counted. */
export function timeProcess(target: OpensslTarget): number {
  const started = performance.now();
  const { stdout } = spawnSync('openssl', ['s_client', '-quiet', '-tls1_3', ...placeOf(target)], {
    input: 'QUIT\r\n',
    encoding: 'utf8',
  });
  const elapsedMs = performance.now() - started;
  if (!stdout.startsWith('+OK')) throw new Error(`openssl s_client: ${stdout.slice(0, 200)}`);
  return elapsedMs;
}

/** Milliseconds for a process of openssl that does nothing. */
export function timeStart(): number {
  const started = performance.now();
  spawnSync('openssl', ['version']);
  return performance.now() - started;
}

/** Milliseconds to try each suite of TLS 1.2 and 1.3 in a process of its own, and how many there were. */
export function timeSuites(target: OpensslTarget): { readonly ms: number; readonly suites: number } {
  const { stdout } = spawnSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'], {
    encoding: 'utf8',
  });
  const suites = stdout.trim().split(':');
  const started = performance.now();
  for (const suite of suites) {
    const args = ['s_client', '-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`, ...placeOf(target)];
    spawnSync('openssl', args, { input: '' });
  }
  return { ms: performance.now() - started, suites: suites.length };
}

function placeOf({ port, caFile, certFile, keyFile }: OpensslTarget): readonly string[] {
  return ['-connect', `127.0.0.1:${port}`, '-CAfile', caFile, '-cert', certFile, '-key', keyFile];
}
