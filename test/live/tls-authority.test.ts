// What the authority issues, on real servers: chains with an intermediate, one file for both, and what a name logs in as.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run, spawnProgram } from '../cli/run.ts';
import { forEachServer, startServer, type RunningServer } from '../servers/index.ts';

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  let folder: string;
  let running: RunningServer | undefined;
  const certs = (name: string): string => join(folder, 'certs', name);
  const read = (name: string): string => readFileSync(certs(name), 'utf8');
  const issue = async (...argv: readonly string[]): Promise<string> => {
    const place = ['--state', join(folder, 'state'), '--out', join(folder, 'certs')];
    const answer = await run(['tls', 'issue', ...argv, ...place]);
    expect(answer.exit, answer.err).toBe(0);
    return answer.out;
  };
  /** The line that `tls issue client` ends with, as a person copies it. */
  const askedBy = async (words: string, command: readonly string[]): Promise<string> => {
    const [, line = ''] = /^next {3}redis-cli (.*) -h HOST -p PORT PING$/m.exec(words) ?? [];
    const client = join(dirname(server.program), basename(server.program).replace('-server', '-cli'));
    const place = ['-h', '127.0.0.1', '-p', String(running?.tlsPort)];
    const answer = await spawnProgram(client, [...line.split(' '), ...place, ...command]);
    return (answer.out + answer.err).trim();
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardis-tls-authority-'));
    // The authority of one kind of key, leaves of another.
    const init = ['tls', 'ca', 'init', '--intermediate', '--key-type', 'ec-p384'];
    expect((await run([...init, '--state', join(folder, 'state')])).exit).toBe(0);
    await issue('node', '127.0.0.1', '--combined', '--key-type', 'ed25519');
    const users =
      server.id === 'valkey-9.1' ? 'tls-auth-clients-user CN\nuser orders-api on nopass ~* +@all\n' : '';
    const files = { 'both.pem': read('127.0.0.1.pem'), 'ca.crt': read('ca.crt') };
    const conf = `tls-port 1\ntls-cert-file both.pem\ntls-key-file both.pem\ntls-ca-cert-file ca.crt\ntls-auth-clients yes\n${users}`;
    running = await startServer({ server, conf, files });
  });
  afterAll(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('accepts them on both sides, by the command that is told', async () => {
    expect(await askedBy(await issue('client', 'app', '--key-type', 'rsa-2048'), ['PING'])).toBe('PONG');
  });

  it.runIf(server.id === 'valkey-9.1')(
    'logs a client in by its common name, or as default, as was told',
    async () => {
      const known = await issue('client', 'orders-api');
      expect(known).toContain('by CN the user orders-api');
      expect(await askedBy(known, ['ACL', 'WHOAMI'])).toBe('orders-api');
      expect(await askedBy(await issue('client', 'nobody'), ['ACL', 'WHOAMI'])).toBe('default');
    },
  );
});
