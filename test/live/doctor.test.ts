/** Every fault that the doctor names, caused on real servers; each is told by its code, and by nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { runProgram } from '../../src/cli/program.ts';
import { createAuthority, issueCertificate, type CertificateRequest } from '../../src/tls/index.ts';
import {
  findFreePort,
  forEachServer,
  openConnection,
  SERVER_IDS,
  startServer,
  talk,
  type Reply,
  type RunningServer,
  type Server,
} from '../servers/index.ts';

const CANARY = 'canary-7f3b91d2-password';
const CANARY_VALUE = 'canary-55aa02c1-value';
const DAY_MS = 86_400_000;

interface Answer {
  readonly exit: number;
  readonly text: string;
  readonly data: {
    readonly diagnosis: {
      readonly outcome: string;
      readonly code: string;
      readonly name: string;
      readonly fault: string;
      readonly certainty: string;
      readonly cause: string;
      readonly proof: readonly string[];
      readonly next: readonly { readonly words: string; readonly command?: string }[];
      readonly notes: readonly string[];
    };
    readonly least?: { readonly rules: readonly string[]; readonly byPrefix?: readonly string[] };
    readonly steps: readonly { readonly name: string; readonly result: string; readonly detail: string }[];
    readonly leftInAclLog: readonly string[];
  };
}

const printed: string[] = [];
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-doctor-'));
  writeFileSync(join(dir, 'password'), CANARY, { mode: 0o600 });
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  expect(printed.length).toBeGreaterThan(0);
  for (const text of printed) {
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(CANARY_VALUE);
  }
});

async function run(argv: readonly string[]): Promise<{ readonly exit: number; readonly out: string }> {
  let out = '';
  let err = '';
  const look = { tty: false, colour: false, unicode: true, columns: 80 };
  const exit = await runProgram(['doctor', ...argv], {
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      outLook: look,
      errLook: look,
      interactive: false,
    },
    environment: {},
    now: () => new Date(),
  });
  printed.push(out, err);
  expect(err).toBe('');
  return { exit, out };
}

/** The doctor's answer as data; the same again as text, where the cause costs no time. */
async function examine(argv: readonly string[]): Promise<Answer> {
  const at = argv.indexOf('--');
  const flags = at < 0 ? argv : argv.slice(0, at);
  const rest = at < 0 ? [] : argv.slice(at);
  const { exit, out } = await run([...flags, '--json', ...rest]);
  return { exit, text: out, data: JSON.parse(out) };
}

const login = (user: string): string[] => ['--user', user, '--password-file', join(dir, 'password')];

/** Commands that the advice gives for a server, as words. */
function advised(answer: Answer, start: string): string[][] {
  return answer.data.diagnosis.next
    .map(({ command }) => command ?? '')
    .filter((command) => command.startsWith(start))
    .map((command) => command.split(' '));
}

async function logLines(port: number): Promise<number> {
  const [, log] = await talk(port, [
    ['AUTH', 'root', CANARY],
    ['ACL', 'LOG', '50'],
  ]);
  return Array.isArray(log) ? log.length : -1;
}

const SIX = /^6\./;

forEachServer(SERVER_IDS, (server) => {
  const six = SIX.test(server.version);
  const channels = six ? '' : ' &*';
  const own = six ? '+acl' : '+acl|dryrun +acl|getuser';
  const users = [
    'user default off resetpass',
    `user root on >${CANARY} ~*${channels} +@all`,
    `user app on >${CANARY} ~app:* -@all +get +set +ping +publish`,
    `user self on >${CANARY} ~app:* -@all +@read +@write +ping +publish ${own}`,
    `user bare on >${CANARY} -@all`,
    `user gone off >${CANARY} ~* +@all`,
    'user mute on ~* +@all',
    '',
  ].join('\n');

  describe('with named users', () => {
    let running: RunningServer;
    let url: string;

    beforeAll(async () => {
      running = await startServer({ server, aclfile: users });
      url = `redis://127.0.0.1:${running.port}`;
    });
    afterEach(async () => {
      await talk(running.port, [
        ['AUTH', 'root', CANARY],
        ['ACL', 'LOG', 'RESET'],
      ]);
    });

    it('is content with a user who gets in, and leaves ACL LOG empty', async () => {
      const answer = await examine([url, ...login('app')]);
      expect(answer).toMatchObject({
        exit: 0,
        data: { diagnosis: { outcome: 'healthy', code: 'OK' }, leftInAclLog: [] },
      });
      expect(await logLines(running.port)).toBe(0);
    });

    it('says what a user without PING leaves in ACL LOG', async () => {
      const answer = await examine([url, ...login('bare')]);
      expect(answer).toMatchObject({
        exit: 0,
        data: { diagnosis: { code: 'OK' }, leftInAclLog: ['denied PING'] },
      });
      expect(await logLines(running.port)).toBe(1);
    });

    it('names E601 where no login was given, and leaves nothing', async () => {
      const answer = await examine([url]);
      expect(answer).toMatchObject({
        exit: 1,
        data: { diagnosis: { code: 'E601', fault: 'login-missing' } },
      });
      expect(await logLines(running.port)).toBe(0);
    });

    it('names E603, says that the server does not tell which, and what AUTH leaves behind', async () => {
      for (const user of ['nobody', 'gone', 'mute']) {
        const answer = await examine([url, ...login(user)]);
        expect(answer).toMatchObject({
          exit: 4,
          data: {
            diagnosis: { code: 'E603', fault: 'wrong-or-off' },
            leftInAclLog: [`failed AUTH as ${user}`],
          },
        });
        expect(answer.data.diagnosis.cause).toContain('does not tell which');
      }
      expect(await logLines(running.port)).toBe(3);
    });

    it('says that a password alone was tried for default', async () => {
      const answer = await examine([url, '--password-file', join(dir, 'password')]);
      expect(answer).toMatchObject({ exit: 4, data: { diagnosis: { code: 'E603' } } });
      expect(answer.data.diagnosis.cause).toContain('tried for the user default');
    });

    it('reads a name alone in a URL as the password that it is, and says so', async () => {
      const { exit, out } = await run([
        `redis://app@127.0.0.1:${running.port}`,
        '--no-auth-warning',
        '--user',
        'root',
      ]);
      expect(exit).toBe(4);
      expect(out).toContain('is read as a password');
      expect(out).toContain('AUTH root PASSWORD');
    });

    it('takes what follows -- as the command, wherever the place comes from', async () => {
      const place = ['-h', '127.0.0.1', '-p', String(running.port)];
      const answer = await examine([...place, ...login('self'), '--', 'GET', 'other:1']);
      expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E602', fault: 'key-denied' } } });
    });

    it('sees a line break at the end of the password', async () => {
      writeFileSync(join(dir, 'two-ends'), `${CANARY}\n\n`);
      const answer = await examine([url, '--user', 'app', '--password-file', join(dir, 'two-ends')]);
      expect(answer.data.diagnosis.code).toBe('E603');
      expect(answer.data.diagnosis.notes.join()).toContain('line break');
    });

    it('names the denied key; its advice lets that key through and no more', async () => {
      const answer = await examine([url, ...login('self'), '--', 'SET', 'other:1', CANARY_VALUE]);
      expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E602', fault: 'key-denied' } } });
      expect(answer.data.diagnosis.cause).toContain('other:1');
      expect(answer.data.least?.rules).toEqual([six ? '~other:1' : '%W~other:1']);
      expect(answer.data.least?.byPrefix).toEqual([six ? '~other:*' : '%W~other:*']);
      const [advice = []] = advised(answer, 'ACL SETUSER');
      const replies = await onceWith(running, advice, 'self', [
        ['SET', 'other:1', 'x'],
        ['SET', 'other:2', 'x'],
      ]);
      expect(replies[0]).toBe('OK');
      expect(replies[1]).toHaveProperty('error', expect.stringMatching(/^NOPERM/));
    });

    it('names the denied subcommand; its advice is that subcommand only', async () => {
      const answer = await examine([url, ...login('self'), '--', 'CONFIG', 'GET', 'dir']);
      expect(answer).toMatchObject({
        exit: 1,
        data: { diagnosis: { code: 'E602', fault: 'command-denied' } },
      });
      expect(answer.data.least).toEqual({ rules: ['+config|get'] });
      expect(answer.text).not.toContain('+@all');
      const [advice = []] = advised(answer, 'ACL SETUSER');
      const replies = await onceWith(running, advice, 'self', [
        ['CONFIG', 'GET', 'dir'],
        ['CONFIG', 'SET', 'timeout', '0'],
      ]);
      expect(Array.isArray(replies[0])).toBe(true);
      expect(replies[1]).toHaveProperty('error', expect.stringMatching(/^NOPERM/));
    });

    it('never runs the command, though the user may run it', async () => {
      const answer = await examine([url, ...login('self'), '--', 'SET', 'app:1', CANARY_VALUE]);
      expect(answer).toMatchObject({ exit: 0, data: { diagnosis: { code: 'OK' } } });
      const [, value] = await talk(running.port, [
        ['AUTH', 'root', CANARY],
        ['GET', 'app:1'],
      ]);
      expect(value).toBeNull();
    });

    it('admits that it may not look, counts what that left, and names the commands for an administrator', async () => {
      const answer = await examine([url, ...login('app'), '--', 'DEL', 'app:1']);
      expect(answer).toMatchObject({
        exit: 3,
        data: { diagnosis: { outcome: 'undetermined', code: 'E602', fault: 'rules-hidden' } },
      });
      const commands = answer.data.diagnosis.next.map(({ command }) => command);
      expect(commands).toContain('ACL DRYRUN app DEL app:1');
      expect(commands).toContain('ACL GETUSER app');
      expect(answer.data.leftInAclLog).toEqual(
        six ? ['denied ACL GETUSER'] : ['denied ACL DRYRUN', 'denied ACL GETUSER'],
      );
      expect(await logLines(running.port)).toBe(answer.data.leftInAclLog.length);
    });

    it('tells a command that the server does not know from one that is denied', async () => {
      const answer = await examine([url, ...login('root'), '--', 'JSON.GET', 'app:1']);
      expect(answer).toMatchObject({
        exit: 1,
        data: { diagnosis: { code: 'E623', fault: 'unknown-command' } },
      });
    });

    if (!six) {
      it('names the denied channel', async () => {
        const answer = await examine([url, ...login('self'), '--', 'PUBLISH', 'news.today', CANARY_VALUE]);
        expect(answer).toMatchObject({
          exit: 1,
          data: { diagnosis: { code: 'E602', fault: 'channel-denied' } },
        });
        expect(answer.data.least).toEqual({ rules: ['&news.today'], byPrefix: ['&news.*'] });
      });
    }

    it('prints the same for people, in 80 columns, commands aside', async () => {
      const { out, exit } = await run([url, ...login('self'), '--', 'GET', 'other:1']);
      expect(exit).toBe(1);
      expect(out).toContain('E602 NOPERM');
      expect(out).toContain('wardis explain E602');
      const prose = out
        .split('\n')
        .filter((line) => !line.startsWith(' '.repeat(13)) || line.startsWith(' '.repeat(14)));
      for (const line of prose) expect(line.length).toBeLessThanOrEqual(80);
    });
  });

  it('looks why a login fails where the server is open', async () => {
    const running = await startServer({ server });
    const url = `redis://127.0.0.1:${running.port}`;
    await talk(running.port, [
      ['ACL', 'SETUSER', 'gone', 'off', `>${CANARY}`],
      ['ACL', 'SETUSER', 'mute', 'on'],
      ['ACL', 'SETUSER', 'other', 'on', '>something-else'],
    ]);
    const faults: Record<string, string> = {};
    for (const user of ['nobody', 'gone', 'mute', 'other']) {
      const answer = await examine([url, ...login(user)]);
      expect(answer).toMatchObject({ exit: 4, data: { diagnosis: { code: 'E603' } } });
      faults[user] = answer.data.diagnosis.fault;
    }
    expect(faults).toEqual({
      nobody: 'no-such-user',
      gone: 'user-off',
      mute: 'no-password-set',
      other: 'wrong-password',
    });
    const ignored = await examine([url, '--password-file', join(dir, 'password')]);
    expect(ignored).toMatchObject({ exit: 0, data: { diagnosis: { code: 'OK' } } });
    expect(ignored.data.diagnosis.notes.join()).toContain('ignored yours');
  });

  it('knows a default user who is off and still has no password', async () => {
    const running = await startServer({
      server,
      aclfile: `user default off nopass ~*${channels} +@all\nuser app on >${CANARY} ~* +@all\n`,
    });
    const answer = await examine([
      `redis://127.0.0.1:${running.port}`,
      '--password-file',
      join(dir, 'password'),
    ]);
    expect(answer).toMatchObject({
      exit: 1,
      data: { diagnosis: { code: 'E601', fault: 'default-off-without-password' } },
    });
  });

  it('names protected mode, from an address that is not loopback', async (test) => {
    const address = ownAddress();
    if (address === undefined) return test.skip('this machine has no address but loopback');
    // 6.x forgets protected mode as soon as any bind is written.
    const running = await startServer({ server, conf: six ? '' : 'bind 0.0.0.0\n', keep: ['bind'] });
    const answer = await examine([`redis://${address}:${running.port}`, ...login('app')]);
    expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E605', certainty: 'proved' } } });
  });

  it('names maxclients', async () => {
    const running = await startServer({ server, conf: 'maxclients 1\n' });
    await expectSoon(async () => {
      const holder = await openConnection(running.port);
      try {
        if ((await holder.send(['PING'])) !== 'PONG') return false;
        const answer = await examine([`redis://127.0.0.1:${running.port}`]);
        expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E616', name: 'MAXCLIENTS' } } });
        return true;
      } finally {
        holder.close();
      }
    });
  });

  it('names a replica that has lost its primary', async () => {
    const running = await startServer({
      server,
      conf: `replicaof 127.0.0.1 ${await findFreePort()}\nreplica-serve-stale-data no\n`,
    });
    const answer = await examine([`redis://127.0.0.1:${running.port}`]);
    // PING is answered all the same by some versions.
    const [ping] = await talk(running.port, [['PING']]);
    expect(answer.data.diagnosis.code).toBe(ping === 'PONG' ? 'OK' : 'E621');
    if (six) expect(ping).toBe('PONG');
    const write = await examine([`redis://127.0.0.1:${running.port}`, '--', 'SET', 'k', CANARY_VALUE]);
    if (ping === 'PONG' && !six) expect(write.data.diagnosis.notes.join()).toContain('READONLY');
  });

  it('names a server that is still loading its data', async () => {
    const home = mkdtempSync(join(tmpdir(), 'wardis-loading-'));
    try {
      const first = await startServer({ server, dir: home, conf: 'rdbcompression no\nsave ""\n' });
      const fill = "for i = 1, 4000 do redis.call('set', 'key:' .. i, string.rep('x', 5000)) end return 1";
      expect(await talk(first.port, [['EVAL', fill, '0'], ['SAVE']])).toEqual([1, 'OK']);
      await first.stop();
      const port = await findFreePort();
      // Some 2 s for 4000 keys; commands are heard in between.
      const args = ['--port', String(port), '--key-load-delay', '500'];
      const starting = startServer({ server, dir: home, conf: 'save ""\n', args, timeoutMs: 25_000 });
      await expectSoon(async () => {
        const answer = await examine([`redis://127.0.0.1:${port}`]);
        expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E620', fault: 'loading' } } });
        return true;
      });
      await (await starting).stop();
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('names a server that is busy with a script', async () => {
    const running = await startServer({ server, conf: 'lua-time-limit 20\n' });
    const busy = await openConnection(running.port);
    busy.write('*3\r\n$4\r\nEVAL\r\n$17\r\nwhile true do end\r\n$1\r\n0\r\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const answer = await examine([`redis://127.0.0.1:${running.port}`]);
    expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E622', fault: 'busy' } } });
    await talk(running.port, [['SCRIPT', 'KILL']]);
    busy.close();
  });

  describe('with TLS', () => {
    let running: RunningServer;
    let url: string;
    const file = (name: string): string => join(dir, name);
    const good = (): string[] => [
      '--cacert',
      file('ca.crt'),
      '--cert',
      file('client.crt'),
      '--key',
      file('client.key'),
    ];
    const as = (name: string): string[] => [
      '--cacert',
      file('ca.crt'),
      '--cert',
      file(`${name}.crt`),
      '--key',
      file(`${name}.key`),
    ];

    beforeAll(async () => {
      await writeMaterial();
      running = await startTls(server, 'server');
      url = `rediss://127.0.0.1:${running.tlsPort}`;
    });

    const expectFault = async (argv: readonly string[], code: string, fault: string): Promise<Answer> => {
      const answer = await examine(argv);
      expect(answer.data.diagnosis).toMatchObject({ code, fault, outcome: 'found' });
      expect(answer.exit).toBe(1);
      expect(answer.data.diagnosis.next.length).toBeGreaterThan(0);
      return answer;
    };

    it('is content with a good client', async () => {
      expect(await examine([url, ...good()])).toMatchObject({ exit: 0, data: { diagnosis: { code: 'OK' } } });
    });

    it('names every fault of the handshake', async () => {
      await expectFault([url, '--cacert', file('ca.crt')], 'E604', 'client-certificate-required');
      await expectFault([url, ...as('foreign')], 'E604', 'client-certificate-unknown-ca');
      const old = await expectFault([url, ...as('old')], 'E604', 'client-certificate-expired');
      expect(old.data.diagnosis.proof.join('\n')).toContain("server's clock");
      await expectFault([url, ...as('early')], 'E604', 'client-certificate-not-yet-valid');
      await expectFault([url, ...as('wrong-use')], 'E604', 'client-certificate-unsuitable');
      await expectFault([url, ...good().with(1, file('stranger.crt'))], 'E604', 'server-untrusted');
      const name = await expectFault([url, ...good(), '--sni', 'other.test'], 'E604', 'name-mismatch');
      expect(name.data.diagnosis.next[0]?.command).toMatch(/--sni redis\.test$/);
    });

    it('forgives what --insecure forgives, and says so', async () => {
      const answer = await examine([url, ...good().slice(2), '--insecure']);
      expect(answer).toMatchObject({ exit: 0, data: { diagnosis: { code: 'OK' } } });
      expect(answer.data.diagnosis.notes.join()).toContain('--insecure hides a fault');
    });

    it('reads the clock of a server that lets us in without a certificate', async () => {
      const optional = await startTls(server, 'server', 'tls-auth-clients optional');
      const target = `rediss://127.0.0.1:${optional.tlsPort}`;
      const answer = await expectFault([target, ...as('early')], 'E604', 'client-certificate-not-yet-valid');
      expect(answer.data.steps).toContainEqual(expect.objectContaining({ name: 'clock', result: 'ok' }));
      expect(answer.data.diagnosis.certainty).toBe('proved');
      await optional.stop();
    });

    it('names a server certificate out of its time', async () => {
      for (const [name, fault] of [
        ['server-old', 'server-expired'],
        ['server-early', 'server-not-yet-valid'],
      ] as const) {
        const bad = await startTls(server, name);
        await expectFault([`rediss://127.0.0.1:${bad.tlsPort}`, ...good()], 'E604', fault);
        await bad.stop();
      }
    });

    it('names a server that allows only what we do not speak', async () => {
      const old = await startTls(server, 'server', 'tls-protocols "TLSv1.1"\ntls-ciphers ALL:@SECLEVEL=0');
      await expectFault([`rediss://127.0.0.1:${old.tlsPort}`, ...good()], 'E604', 'protocol-mismatch');
      await old.stop();
    });

    it('names a server without a cipher that we have', async () => {
      const odd = await startTls(server, 'server', 'tls-protocols "TLSv1.2"\ntls-ciphers AES128-GCM-SHA256');
      // The key is EC: an RSA-only list fits no certificate of the server.
      await expectFault([`rediss://127.0.0.1:${odd.tlsPort}`, ...good()], 'E604', 'no-shared-cipher');
      await odd.stop();
    });

    it('tells plaintext on the TLS port from TLS on the plaintext port', async () => {
      const plain = await expectFault([`redis://127.0.0.1:${running.tlsPort}`], 'E606', 'plaintext-to-tls');
      expect(plain.data.diagnosis.next[0]?.command).toMatch(/^wardis doctor rediss:.*--cert/);
      const target = `rediss://127.0.0.1:${running.port}`;
      await expectFault([target, ...good(), '--connect-timeout', '0.5'], 'E607', 'tls-to-plaintext');
    });

    it('stops at files of ours that cannot work', async () => {
      const pair = (cert: string, key: string): string[] => [
        url,
        '--cacert',
        file('ca.crt'),
        '--cert',
        file(cert),
        '--key',
        file(key),
      ];
      await expectFault(pair('client.crt', 'old.key'), 'E617', 'file-mismatch');
      await expectFault(pair('client.key', 'client.crt'), 'E617', 'file-swapped');
      await expectFault(pair('nowhere.crt', 'client.key'), 'E617', 'file-missing');
      await expectFault([url, '--cacert', file('password')], 'E617', 'file-no-certificate');
      await expectFault(
        [url, '--cacert', file('ca.crt'), '--cert', file('client.crt')],
        'E617',
        'file-half-a-pair',
      );
    });
  });
});

describe('without any server', () => {
  const open: { readonly server: NetServer; readonly sockets: Set<Socket> }[] = [];

  afterEach(() => {
    for (const { server, sockets } of open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  async function listen(onConnection: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    open.push({ server, sockets });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it('names a port that nobody listens on, in plaintext and TLS', async () => {
    const port = await findFreePort();
    for (const scheme of ['redis', 'rediss']) {
      const answer = await examine([`${scheme}://127.0.0.1:${port}`]);
      expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E611', fault: 'refused' } } });
    }
  });

  it('names a socket that is not there', async () => {
    const answer = await examine([`unix://${dir}/no.sock`]);
    expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E611', fault: 'no-socket' } } });
  });

  it('names a name that does not resolve', async () => {
    const answer = await examine(['redis://no-such-host.invalid:6379']);
    expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E614' } } });
  });

  it('names a listener that never answers, in bounded time', async () => {
    const port = await listen(() => undefined);
    const began = performance.now();
    const limits = ['--connect-timeout', '0.3', '--command-timeout', '0.3'];
    const plain = await examine([`redis://127.0.0.1:${port}`, ...limits]);
    expect(plain).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E612', fault: 'silent' } } });
    const tls = await examine([`rediss://127.0.0.1:${port}`, ...limits]);
    expect(tls).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E612', fault: 'silent' } } });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('names a listener that hangs up at once', async () => {
    const port = await listen((socket) => socket.resetAndDestroy());
    const answer = await examine([`redis://127.0.0.1:${port}`]);
    expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E613', fault: 'cut' } } });
  });

  it('names a listener that speaks HTTP, by either way, and prints nothing that it could do harm with', async () => {
    const port = await listen((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 400 \u001b[31mBad\u0007 Request\r\n\r\n')),
    );
    for (const scheme of ['redis', 'rediss']) {
      const answer = await examine([`${scheme}://127.0.0.1:${port}`]);
      expect(answer).toMatchObject({ exit: 1, data: { diagnosis: { code: 'E618', fault: 'not-redis' } } });
      const { out } = await run([`${scheme}://127.0.0.1:${port}`]);
      expect(out).not.toContain('\u001b');
      expect(out).not.toContain('\u0007');
    }
  });

  it('keeps a password to itself that a proxy repeats', async () => {
    const port = await listen((socket) =>
      socket.on('data', (bytes: Buffer) => {
        const words = bytes
          .toString()
          .split('\r\n')
          .filter((word) => word !== '' && !/^[*$]/.test(word));
        socket.write(
          words[0] === 'HELLO'
            ? '-NOAUTH Authentication required.\r\n'
            : `-ERR unknown command '${words[0]}' or bad: ${words.slice(1).join(' ')}, with args beginning with: '${words[1]}'\r\n`,
        );
      }),
    );
    const answer = await examine([`redis://127.0.0.1:${port}`, ...login('app')]);
    expect(answer.data.diagnosis.code).toBe('E603');
    expect(answer.text).not.toContain(CANARY);
  });
});

/** Follows advice as an administrator, tries as the user, and takes it back. */
async function onceWith(
  running: RunningServer,
  advice: readonly string[],
  user: string,
  commands: readonly (readonly string[])[],
): Promise<readonly Reply[]> {
  expect(advice.length).toBeGreaterThan(3);
  const before = ['ACL', 'LOAD'];
  const [, done] = await talk(running.port, [['AUTH', 'root', CANARY], advice]);
  expect(done).toBe('OK');
  const replies = await talk(running.port, [['AUTH', user, CANARY], ...commands]);
  await talk(running.port, [['AUTH', 'root', CANARY], before]);
  return replies.slice(1);
}

function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** Connections of the start still count for a moment. */
async function expectSoon(attempt: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    const done = await attempt().catch((error: unknown) => {
      if (i === 39) throw error;
      return false;
    });
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the attempt never came about');
}

let material: Promise<void> | undefined;

function writeMaterial(): Promise<void> {
  material ??= issueAll();
  return material;
}

async function issueAll(): Promise<void> {
  const at = new Date(Date.now() - 5 * DAY_MS);
  const ca = await createAuthority({ name: 'Test CA', days: 30, at });
  const stranger = await createAuthority({ name: 'Stranger CA', days: 30, at });
  const write = (name: string, pair: { readonly certPem: string; readonly keyPem: string }): void => {
    writeFileSync(join(dir, `${name}.crt`), pair.certPem);
    writeFileSync(join(dir, `${name}.key`), pair.keyPem, { mode: 0o600 });
  };
  write('ca', ca);
  write('stranger', stranger);
  const client: CertificateRequest = { commonName: 'app', usage: 'client', days: 10 };
  const node: CertificateRequest = {
    commonName: 'server',
    ipAddresses: ['127.0.0.1'],
    dnsNames: ['redis.test'],
    usage: 'server',
    days: 10,
  };
  const past = { days: 1, at: new Date(Date.now() - 2 * DAY_MS) };
  const future = { days: 1, at: new Date(Date.now() + DAY_MS) };
  write('client', await issueCertificate(ca, client));
  write('old', await issueCertificate(ca, { ...client, ...past }));
  write('early', await issueCertificate(ca, { ...client, ...future }));
  write('wrong-use', await issueCertificate(ca, { ...client, usage: 'server' }));
  write('foreign', await issueCertificate(stranger, client));
  write('server', await issueCertificate(ca, node));
  write('server-old', await issueCertificate(ca, { ...node, ...past }));
  write('server-early', await issueCertificate(ca, { ...node, ...future }));
}

function startTls(server: Server, name: string, extra = ''): Promise<RunningServer> {
  return startServer({
    server,
    conf: [
      'tls-port 1',
      `tls-cert-file ${dir}/${name}.crt`,
      `tls-key-file ${dir}/${name}.key`,
      `tls-ca-cert-file ${dir}/ca.crt`,
      extra,
      '',
    ].join('\n'),
  });
}
