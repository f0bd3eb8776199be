// The openssl program as a second opinion, and as the maker of certificates that our own authority would not make.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = ((): boolean => {
  try {
    return /^OpenSSL [3-9]/.test(execFileSync('openssl', ['version'], { encoding: 'utf8' }));
  } catch {
    return false;
  }
})();

/** Runs openssl in a directory that holds `files`; returns what it printed, and the files it left. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  results: readonly string[] = [],
): { readonly status: number; readonly output: string; readonly files: Readonly<Record<string, string>> } {
  const dir = mkdtempSync(join(tmpdir(), 'wardis-openssl-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o600 });
    let status = 0;
    let output: string;
    try {
      output = execFileSync('openssl', args, {
        cwd: dir,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      const failure = error as { status?: number; stdout?: string; stderr?: string };
      status = failure.status ?? -1;
      output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`;
    }
    const read = results.map((name) => [name, readFileSync(join(dir, name), 'utf8')] as const);
    return { status, output, files: Object.fromEntries(read) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A self-signed certificate with any key and options of `openssl req`. */
export function selfSign(...options: readonly string[]): { certPem: string; keyPem: string } {
  const args = ['req', '-x509', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', ...options];
  const { files } = openssl(args, {}, ['cert.pem', 'key.pem']);
  return { certPem: String(files['cert.pem']), keyPem: String(files['key.pem']) };
}
