/**
 * A truststore for Java, made by its own keytool where there is one: only it can mark certificates in a PKCS #12 file as
 * trusted (OpenSSL can from 3.2 on). Made in a folder of its own, so that nothing half-made is left anywhere.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { importCommand, TRUSTSTORE_FILE, type TrustedAuthority } from '../../pki/index.ts';

export type Truststore =
  | { readonly kind: 'made'; readonly name: string; readonly content: Uint8Array }
  | { readonly kind: 'not-made'; readonly name: string; readonly why: string };

/** A Java that starts for the first time takes seconds. */
const KEYTOOL_TIMEOUT_MS = 60_000;
const run = promisify(execFile);

export async function makeTruststore(authorities: readonly TrustedAuthority[]): Promise<Truststore> {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-truststore-'));
  try {
    for (const { name, certificate } of authorities) {
      writeFileSync(join(folder, `${name}.crt`), certificate.pem);
      const [program = '', ...argv] = importCommand(TRUSTSTORE_FILE, name);
      await run(program, argv, { cwd: folder, timeout: KEYTOOL_TIMEOUT_MS });
    }
    return { kind: 'made', name: TRUSTSTORE_FILE, content: readFileSync(join(folder, TRUSTSTORE_FILE)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no keytool on this machine: run the commands where Java is'
        : `keytool did not make it: ${message.split('\n').slice(0, 2).join(' ')}`;
    return { kind: 'not-made', name: TRUSTSTORE_FILE, why };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
