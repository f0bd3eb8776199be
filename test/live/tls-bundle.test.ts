/**
 * What `wardis tls bundle` hands out is trusted where it is installed as it says: by Debian's own tool, by OpenSSL, Node,
 * Python, Java and the server's own client, against a real server that speaks TLS only.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issueCertificate, readCertificates } from '../../src/tls/index.ts';
import { run, spawnProgram } from '../cli/run.ts';
import { forEachServer, startServer, type RunningServer } from '../servers/index.ts';

const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
/** One program on the machine does not have another: said as a test that is skipped, with the reason. */
const whereThereIs = (...names: readonly string[]) => {
  const missing = names.filter((name) => !hasProgram(name));
  return missing.length === 0
    ? (title: string, body: () => Promise<void>) => it(title, body, 30_000)
    : (title: string, _body: () => Promise<void>) =>
        it.skip(`${title} (not shown: this machine has no ${missing.join(', ')})`, () => undefined);
};

const DEBIAN_TOOL = 'update-ca-certificates';
const QUIT = "'*1\\r\\n$4\\r\\nQUIT\\r\\n'";
const NODE_CLIENT = `
const [host, port] = process.argv.slice(1);
const socket = require('node:tls').connect({ host, port: Number(port) }, () => socket.write(${QUIT}));
socket.on('data', (bytes) => { console.log(String(bytes).trim()); socket.destroy(); });
socket.on('error', (error) => { console.log(error.code); process.exitCode = 1; });
`;
const PYTHON_CLIENT = `
import socket, ssl, sys
host, port = sys.argv[1], int(sys.argv[2])
try:
    wrapped = ssl.create_default_context().wrap_socket(socket.create_connection((host, port)), server_hostname=host)
    wrapped.sendall(b${QUIT}); print(wrapped.recv(100).decode().strip())
except ssl.SSLError as error:
    print(error.verify_message); sys.exit(1)
`;
const JAVA_CLIENT = `
import javax.net.ssl.*;
public class Client {
  public static void main(String[] argv) throws Exception {
    try {
      var socket = (SSLSocket) SSLSocketFactory.getDefault().createSocket(argv[0], Integer.parseInt(argv[1]));
      var checked = socket.getSSLParameters();
      checked.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(checked);
      socket.getOutputStream().write("*1\\r\\n$4\\r\\nQUIT\\r\\n".getBytes());
      var bytes = new byte[100];
      System.out.println(new String(bytes, 0, socket.getInputStream().read(bytes)).trim());
    } catch (SSLException error) { System.out.println("untrusted"); System.exit(1); }
  }
}
`;

describe('what tls bundle hands out', () => {
  forEachServer(['redis-7.0'], (server) => {
    let folder: string;
    let running: RunningServer;
    let names: readonly string[];
    const at = (...parts: readonly string[]): string => join(folder, ...parts);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'wardis-bundle-live-'));
      const old = await createAuthority({ name: 'Old CA', days: 30 });
      const next = await createAuthority({ name: 'New CA', days: 30 });
      const leaf = await issueCertificate(next, {
        commonName: 'cache',
        dnsNames: ['localhost'],
        ipAddresses: ['127.0.0.1'],
        usage: 'node',
        days: 20,
      });
      const files = { 'node.crt': leaf.certPem, 'node.key': leaf.keyPem, 'ca.crt': next.certPem };
      const conf =
        'port 0\ntls-port 1\ntls-cert-file node.crt\ntls-key-file node.key\ntls-ca-cert-file ca.crt\ntls-auth-clients no\n';
      running = await startServer({ server, conf, files });
      // As while an authority is replaced: both are trusted.
      writeFileSync(at('trust.pem'), old.certPem + next.certPem);
      writeFileSync(at('leaf.crt'), leaf.certPem);
      writeFileSync(at('old.crt'), old.certPem);
      const made = await run(['tls', 'bundle', '--ca', at('trust.pem'), '--out', at('out')]);
      expect(made.exit).toBe(0);
      names = readdirSync(at('out')).filter((name) => name.endsWith('.crt'));
    }, 60_000);
    afterAll(async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** In folders of its own; the system's are not touched. */
    const updateTrust = (place: string, sources: readonly string[]): string => {
      for (const part of ['local', 'etc', 'hooks']) mkdirSync(at(place, part), { recursive: true });
      writeFileSync(at(place, 'conf'), '# none\n');
      for (const source of sources) {
        writeFileSync(at(place, 'local', source.slice(source.lastIndexOf('/') + 1)), readFileSync(source));
      }
      const own = ['--certsconf', at(place, 'conf'), '--localcertsdir', at(place, 'local')];
      const target = ['--etccertsdir', at(place, 'etc'), '--hooksdir', at(place, 'hooks')];
      execFileSync(DEBIAN_TOOL, [...own, ...target], { stdio: 'ignore' });
      return at(place, 'etc');
    };
    const verifies = (etc: string): boolean =>
      spawnSync('openssl', ['verify', '-CApath', etc, '-no-CAfile', '-no-CAstore', at('leaf.crt')]).status ===
      0;
    const connect = (program: string, argv: readonly string[], environment: Record<string, string> = {}) =>
      spawnProgram(program, [...argv, 'localhost', String(running.tlsPort)], { environment });

    whereThereIs(DEBIAN_TOOL, 'openssl')(
      'is trusted through the hashed folder of Debian, which leaves out a file with two',
      async () => {
        expect(names).toHaveLength(2);
        expect(
          verifies(
            updateTrust(
              'apart',
              names.map((name) => at('out', name)),
            ),
          ),
        ).toBe(true);
        writeFileSync(at('together.crt'), readFileSync(at('trust.pem')));
        const together = updateTrust('together', [at('together.crt')]);
        expect(verifies(together)).toBe(false);
        // Its single file has both all the same: programs of one machine would disagree.
        const whole = readFileSync(join(together, 'ca-certificates.crt'), 'utf8');
        expect(readCertificates(whole).certificates).toHaveLength(2);
        await Promise.resolve();
      },
    );

    it('lets Node connect by NODE_EXTRA_CA_CERTS, and only then', async () => {
      const argv = ['-e', NODE_CLIENT];
      expect(await connect(process.execPath, argv)).toMatchObject({
        out: 'SELF_SIGNED_CERT_IN_CHAIN\n',
        exit: 1,
      });
      const trusting = { NODE_EXTRA_CA_CERTS: at('out', 'wardis-ca.pem') };
      expect(await connect(process.execPath, argv, trusting)).toMatchObject({ out: '+OK\n', exit: 0 });
      const wrong = { NODE_EXTRA_CA_CERTS: at('old.crt') };
      expect(await connect(process.execPath, argv, wrong)).toMatchObject({ exit: 1 });
    });

    whereThereIs('python3')('lets Python connect by SSL_CERT_FILE, and only then', async () => {
      const argv = ['-c', PYTHON_CLIENT];
      expect(await connect('python3', argv)).toMatchObject({ exit: 1 });
      const trusting = { SSL_CERT_FILE: at('out', 'wardis-ca.pem') };
      expect(await connect('python3', argv, trusting)).toMatchObject({ out: '+OK\n', exit: 0 });
    });

    whereThereIs('keytool', 'java')('lets Java connect with the truststore, and only then', async () => {
      writeFileSync(at('Client.java'), JAVA_CLIENT);
      const store = [
        `-Djavax.net.ssl.trustStore=${at('out', 'truststore.p12')}`,
        '-Djavax.net.ssl.trustStoreType=PKCS12',
        '-Djavax.net.ssl.trustStorePassword=changeit',
      ];
      expect(await connect('java', [at('Client.java')])).toMatchObject({ out: 'untrusted\n', exit: 1 });
      expect(await connect('java', [...store, at('Client.java')])).toMatchObject({ out: '+OK\n', exit: 0 });
    });

    whereThereIs('go')('lets Go connect by SSL_CERT_FILE', async () => {
      const program = `package main
import ("crypto/tls"; "fmt"; "os")
func main() {
  connection, err := tls.Dial("tcp", os.Args[1]+":"+os.Args[2], nil)
  if err != nil { fmt.Println(err); os.Exit(1) }
  connection.Write([]byte("*1\\r\\n$4\\r\\nQUIT\\r\\n"))
  bytes := make([]byte, 100); n, _ := connection.Read(bytes); fmt.Print(string(bytes[:n]))
}
`;
      writeFileSync(at('client.go'), program);
      const home = { GOCACHE: at('go'), SSL_CERT_FILE: at('out', 'wardis-ca.pem'), SSL_CERT_DIR: '/nowhere' };
      const answer = await connect('go', ['run', at('client.go')], home);
      expect(answer).toMatchObject({ exit: 0 });
      expect(answer.out.trim()).toBe('+OK');
    });

    it('lets redis-cli and wardis doctor connect by --cacert', async () => {
      const cli = join(dirname(server.program), 'redis-cli');
      const ca = at('out', 'wardis-ca.pem');
      const argv = ['--tls', '--cacert', ca, '-p', String(running.tlsPort), 'PING'];
      expect((await spawnProgram(cli, argv)).out).toBe('PONG\n');
      const place = `rediss://localhost:${running.tlsPort}`;
      expect((await run(['doctor', place, '--cacert', ca])).exit).toBe(0);
      expect((await run(['doctor', place, '--cacert', at('old.crt')])).exit).not.toBe(0);
    });

    it('can be taken from the server itself, with a warning until a fingerprint is named', async () => {
      const from = ['tls', 'bundle', '--for', 'node', '--from', `rediss://127.0.0.1:${running.tlsPort}`];
      const seen = await run(from);
      expect(seen.exit).toBe(0);
      expect(seen.out).toMatch(/^1 authority to trust, from what 127\.0\.0\.1:\d+ shows/);
      expect(seen.out).toContain('CN=New CA');
      expect(seen.out).toContain('proves nothing');
      const [, fingerprint = ''] = /SHA-256 {2}(\S+)/.exec(seen.out) ?? [];
      const compared = await run([...from, '--fingerprint', fingerprint]);
      expect(compared.out).not.toContain('proves nothing');
      expect(compared.out).toContain('are those that you named');
      const other = await run([
        ...from,
        '--fingerprint',
        fingerprint.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      ]);
      expect(other.err).toMatch(/^E_TRUST/m);
    });
  });
});
