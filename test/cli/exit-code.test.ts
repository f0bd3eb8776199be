/** Exit codes are outcomes: each is brought about, in the program itself and by the shell's count. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableServers, findFreePort, startServer, type RunningServer } from '../servers/index.ts';
import { run, spawnWardis } from './run.ts';

const SECRET = '4be2f0a96c1d7735e8b04f12a9c3d6e75f80b1c24d93ea06f7158c2b9d40e3a1';

let dir: string;
let stock: RunningServer;
let closed: RunningServer;
let hanging: NetServer;
let hangingPort: number;
let nothing: number;

const [server] = availableServers();
const withServer = describe.skipIf(server === undefined);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-exit-'));
  writeFileSync(join(dir, 'secret'), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(dir, 'wrong'), 'wrong\n', { mode: 0o600 });
  writeFileSync(join(dir, 'open.conf'), 'protected-mode no\n');
  if (server !== undefined) {
    stock = await startServer({ server, conf: '' });
    closed = await startServer({ server, conf: `requirepass ${SECRET}\n` });
  }
  hanging = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  hangingPort = (hanging.address() as AddressInfo).port;
  nothing = await findFreePort();
});

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  hanging.close();
  await stock?.stop();
  await closed?.stop();
});

const at = (instance: RunningServer): string => `redis://127.0.0.1:${instance.port}`;

describe('the exit code', () => {
  it('is 0 where nothing was found, and where nothing may fail', async () => {
    const none = await run([
      'audit',
      '--config',
      join(dir, 'open.conf'),
      '--server',
      'redis-7.2',
      '--fail-on',
      'none',
    ]);
    expect(none).toMatchObject({ exit: 0, err: '' });
    const clean = await run(['audit', '--config', join(dir, 'open.conf'), '--check', 'NET-012']);
    expect(clean.exit).toBe(0);
  });

  it('is 1 for findings at or above --fail-on only', async () => {
    const audit = (...flags: readonly string[]) =>
      run(['audit', '--config', join(dir, 'open.conf'), ...flags]);
    expect((await audit()).exit).toBe(1);
    expect((await audit('--check', 'NET-002', '--fail-on', 'low')).exit).toBe(1);
    expect((await audit('--check', 'NET-002', '--fail-on', 'medium')).exit).toBe(0);
  });

  it.each([
    ['no such verb', ['audti']],
    ['an unknown option', ['audit', '--nope']],
    ['an unknown check', ['audit', '--check', 'NOPE-001', '--config', 'x']],
    ['an unknown check to skip', ['audit', '--skip', 'NOPE-001', '--config', 'x']],
    ['an unknown severity', ['audit', '--severity', 'loud']],
    ['an unknown --fail-on', ['audit', '--fail-on', 'loud']],
    ['an unknown framework', ['audit', '--framework', 'iso-9000']],
    ['an unknown requirement', ['audit', '--require', 'iso_9000']],
    ['an unknown level', ['harden', '--level', 'paranoid']],
    ['an unknown exposure', ['harden', '--exposure', 'moon']],
    ['an unknown server', ['harden', '--server', 'memcached-1.6']],
    ['an unknown format', ['audit', '-o', 'xlsx']],
    ['two formats to one stream', ['audit', '-o', 'json', '-o', 'csv']],
    ['a format with an empty file name', ['audit', '-o', 'json=']],
    ['a file that is not there', ['audit', '--config', '/nonexistent/redis.conf']],
    ['an ACL file alone', ['audit', '--aclfile', '/nonexistent/users.acl']],
    ['a bad number', ['audit', '--concurrency', 'many']],
    ['a bad time', ['audit', '--connect-timeout', '-1']],
    ['a bad target', ['audit', 'http://example.org']],
    ['nothing of that name to explain', ['explain', 'NOPE-001']],
    ['no help of that name', ['help', 'nope']],
    ['no shell of that name', ['completion', 'tcsh']],
    ['two sources of the password', ['audit', '--askpass', '-a', 'x']],
    ['a password to ask without a terminal', ['audit', '--askpass']],
    ['a descriptor that is not open', ['audit', '--password-fd', '99']],
    ['a policy that is not there', ['harden', '--policy', '/nonexistent/wardis.yaml']],
  ])('is 2 for %s, with what to do next', async (_, argv) => {
    const answer = await run(argv);
    expect(answer.exit).toBe(2);
    expect(answer.out).toBe('');
    expect(answer.err).toMatch(/^E_[A-Z_]+ {2}\S/m);
    expect(answer.err).toContain('  next:  ');
    expect(answer.err).not.toContain('    at ');
    expect(answer.err).not.toContain('E_BUG');
  });

  it('is 3 where a target could not be reached, whatever the others say', async () => {
    const answer = await run(['audit', `redis://127.0.0.1:${nothing}`, '-q']);
    expect(answer.exit).toBe(3);
    expect(answer.out).toContain('E611');
    expect(answer.out).toContain('wardis doctor');
    const hangs = await run(['audit', `redis://127.0.0.1:${hangingPort}`, '--command-timeout', '0.3', '-q']);
    expect(hangs.exit).toBe(3);
    expect(hangs.out).toContain('E612');
  });

  withServer('with a server', () => {
    it('is 1 on a stock one, and 0 for what is in order there', async () => {
      expect((await run(['audit', at(stock), '-q'])).exit).toBe(1);
      expect((await run(['audit', at(stock), '--check', 'NET-001', '-q'])).exit).toBe(0);
    });

    it('is 4 where our own credentials are refused, and 3 where they are missing', async () => {
      const refused = await run(['audit', at(closed), '--password-file', join(dir, 'wrong'), '-q']);
      expect(refused.exit).toBe(4);
      expect(refused.out).toContain('E603');
      const missing = await run(['audit', at(closed), '-q']);
      expect(missing.exit).toBe(3);
      expect(missing.out).toContain('E601');
      const doctor = await run(['doctor', at(closed), '--password-file', join(dir, 'wrong')]);
      expect(doctor.exit).toBe(4);
      const init = await run([
        'init',
        '--from',
        at(closed),
        '--password-file',
        join(dir, 'wrong'),
        '--out',
        '-',
      ]);
      expect(init.exit).toBe(4);
    });

    it('is 1 rather than 3 where one server has findings and another is away', async () => {
      const answer = await run(['audit', at(stock), `redis://127.0.0.1:${nothing}`, '-q']);
      expect(answer.exit).toBe(1);
      expect(answer.out).toContain('E611');
    });

    it('is the same as a process', async () => {
      expect((await spawnWardis(['--version'])).exit).toBe(0);
      expect((await spawnWardis(['audit', at(stock), '-q'])).exit).toBe(1);
      expect((await spawnWardis(['audit', '--nope'])).exit).toBe(2);
      expect((await spawnWardis(['audit', `127.0.0.1:${nothing}`, '-q'])).exit).toBe(3);
      expect(
        (await spawnWardis(['audit', at(closed), '--password-file', '-', '-q'], { input: 'wrong\n' })).exit,
      ).toBe(4);
    });
  });

  it('is 130 when interrupted', async () => {
    const answer = await spawnWardis(['audit', `127.0.0.1:${hangingPort}`, '-q'], {
      meanwhile: (child) => hanging.once('connection', () => child.kill('SIGINT')),
    });
    expect(answer.exit).toBe(130);
    expect(answer.err).not.toContain('    at ');
  });
});
