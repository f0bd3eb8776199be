// wardis tls rotate leaf, as far as it goes without a server that is changed: its plan, its refusals, its exit codes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableServers, startServer, talk, type RunningServer } from '../servers/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run, type Answer } from './run.ts';

let folder: string;
let server: RunningServer;
let terminator: { readonly cert: string; readonly key: string };
const redis = availableServers().find(({ id }) => id === 'redis-7.0') ?? availableServers()[0];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-rotate-leaf-'));
  if (redis === undefined) return;
  const authority = await createAuthority({ name: 'test CA', days: 30 });
  const issue = (days: number) =>
    issueCertificate(authority, {
      commonName: 'cache-1',
      ipAddresses: ['127.0.0.1'],
      dnsNames: ['localhost'],
      usage: 'node',
      days,
    });
  const [node, next] = [await issue(20), await issue(25)];
  const files = { 'server.crt': node.certPem, 'server.key': node.keyPem, 'ca.crt': authority.certPem };
  const conf =
    'tls-port 1\ntls-cert-file server.crt\ntls-key-file server.key\ntls-ca-cert-file ca.crt\ntls-auth-clients optional\n';
  server = await startServer({ server: redis, conf, files });
  writeFileSync(join(folder, 'ca.crt'), authority.certPem);
  terminator = { cert: node.certPem, key: node.keyPem };
  writeFileSync(join(folder, 'next.crt'), next.certPem);
  writeFileSync(join(folder, 'next.key'), next.keyPem);
  writeFileSync(join(folder, 'wardis.yaml'), policyOf(server));
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function policyOf({ port }: RunningServer): string {
  return JSON.stringify({
    version: 1,
    security_level: 'standard',
    network_exposure: 'private_network',
    server: { product: 'redis', version: '7.0' },
    fleet: { prod: { seeds: [`redis://127.0.0.1:${port}`], files: { via: 'local' } } },
  });
}

function rotate(...args: readonly string[]): Promise<Answer> {
  return run(['tls', 'rotate', 'leaf', '-q', '--policy', join(folder, 'wardis.yaml'), ...args]);
}

const pair = (): readonly string[] => [
  '--new-cert',
  join(folder, 'next.crt'),
  '--new-key',
  join(folder, 'next.key'),
];

describe.skipIf(redis === undefined)('wardis tls rotate leaf', () => {
  it('shows a plan for programs and changes nothing', async () => {
    const answer = await rotate(...pair(), '--plan', '--json');
    expect(answer, answer.err).toMatchObject({ exit: 0, err: '' });
    const plan = JSON.parse(answer.out) as { readonly nodes: readonly Record<string, unknown>[] };
    expect(plan).toMatchObject({ schemaVersion: '1', refused: [], leftOut: [] });
    expect(plan.nodes).toMatchObject([
      {
        role: 'primary',
        standing: 'change',
        how: 'reload by CONFIG SET',
        from: { names: ['localhost', '127.0.0.1'] },
        files: [expect.stringMatching(/server\.crt$/), expect.stringMatching(/server\.key$/)],
        ports: [{ purpose: 'clients', proved: true }],
      },
    ]);
    expect(answer.out).not.toContain('PRIVATE');
  });

  it('asks before it changes anything, and is refused without somebody to answer', async () => {
    const answer = await rotate(...pair());
    expect(answer).toMatchObject({ exit: 2 });
    expect(answer.err).toMatch(/^E_CONFIRM/m);
    const [acl] = await talk(server.port, [['CONFIG', 'GET', 'tls-cert-file']]);
    expect(JSON.stringify(acl)).toContain('server.crt');
  });

  it.each([
    [['--plan', '--undo'], 'do not go together'],
    [['--placed', '--issue'], 'do not go together'],
    [['--new-key', 'next.key'], 'go together'],
    [['--issue', '--days', '4000'], 'is not a whole number from 1 to 398'],
    [['--plan'], 'there is no authority here'],
    [['--node', '10.9.9.9:1'], 'there is no node 10.9.9.9:1'],
  ])('refuses %j', async (args, said) => {
    const answer = await rotate(...args);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toMatch(/^E_USAGE/);
    expect(answer.err).toContain(said);
  });

  it('refuses a canary that gets no certificate', async () => {
    const answer = await rotate(...pair(), '--canary', '10.9.9.9:1', '--plan');
    expect(answer).toMatchObject({ exit: 2 });
    expect(answer.err).toContain('--canary 10.9.9.9:1 is none of the nodes');
  });

  it.each(['--status', '--resume', '--undo'])('says that there is no run for %s', async (way) => {
    const answer = await rotate(way, '--yes');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toMatch(/^E_RUN {2}there is no rotation of certificates/);
  });

  it('says that a node cannot be asked, or speaks no TLS', async () => {
    const away = await rotate('127.0.0.1:1', ...pair(), '--plan');
    expect(away).toMatchObject({ exit: 3 });
    expect(away.err).toContain('no node could be asked');
    const plain = await startServer({ server: redis as NonNullable<typeof redis> });
    const answer = await rotate(`127.0.0.1:${plain.port}`, ...pair(), '--plan');
    expect(answer).toMatchObject({ exit: 2 });
    expect(answer.err).toContain('no node speaks TLS');
    await plain.stop();
  });

  it('never takes a node behind a terminator of TLS for one without TLS', async () => {
    const plain = await startServer({ server: redis as NonNullable<typeof redis> });
    const front = createServer(terminator, (socket) => {
      const back = connect(plain.port, '127.0.0.1');
      socket.on('error', () => back.destroy()).pipe(back);
      back.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    const answer = await rotate(
      `rediss://127.0.0.1:${port}`,
      '--cacert',
      join(folder, 'ca.crt'),
      ...pair(),
      '--plan',
    );
    expect(answer, answer.out + answer.err).toMatchObject({ exit: 3 });
    expect(answer.err).toContain(`TLS ends before it: 127.0.0.1:${port} speaks TLS`);
    front.close();
    await plain.stop();
  });
});
