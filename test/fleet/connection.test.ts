import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FleetError,
  openConnection,
  parseTarget,
  snapshotLive,
  type FleetErrorCode,
  type Target,
} from '../../src/fleet/index.ts';
import { AUDIT_COMMANDS } from '../../src/fleet/audit-command.ts';
import { startRogue, type RogueServer } from './rogue-server.ts';

const CANARY = 'canary-77aa10-password';
const FAST = { connectMs: 400, commandMs: 400 };
const open: RogueServer[] = [];

async function rogue(answer: (socket: Socket, connection: number) => void): Promise<RogueServer> {
  const server = await startRogue(answer);
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed.target === undefined) throw new Error(parsed.problems[0].message);
  return parsed.target;
}

async function failure(promise: Promise<unknown>): Promise<FleetError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('it worked');
}

/** Connects with a password and sends one command to a server that answers `bytes` to AUTH and then nothing. */
async function ask(answer: (socket: Socket) => void, url = '127.0.0.1'): Promise<FleetError> {
  const server = await rogue(answer);
  return failure(
    (async () => {
      const connection = await openConnection(target(`${url}:${server.port}`), FAST);
      await connection.send([['PING'], ['PING']]);
      await connection.send([['PING']]);
    })(),
  );
}

describe('what a connection sends', () => {
  it('is what it is told, and nothing on its own', async () => {
    const server = await rogue((socket) => socket.on('data', () => socket.write('+PONG\r\n')));
    const connection = await openConnection(target(`127.0.0.1:${server.port}`), FAST);
    expect(await connection.send([['PING']])).toEqual(['PONG']);
    connection.close();
    expect(server.received()).toBe('*1\r\n$4\r\nPING\r\n');
  });

  it('is AUTH alone first, and the rest only once AUTH is answered', async () => {
    const seen: string[] = [];
    const server = await rogue((socket) => {
      socket.on('data', (chunk: Buffer) => {
        seen.push(chunk.toString());
        setTimeout(() => socket.write('+OK\r\n'), 30);
      });
    });
    const connection = await openConnection(target(`redis://ann:${CANARY}@127.0.0.1:${server.port}`), FAST);
    await connection.send([['TIME']]);
    connection.close();
    expect(seen).toEqual([
      `*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$${CANARY.length}\r\n${CANARY}\r\n`,
      '*1\r\n$4\r\nTIME\r\n',
    ]);
    expect(connection.roundTrips()).toBe(2);
  });

  it('is AUTH with one argument when only a password is known', async () => {
    const server = await rogue((socket) => socket.on('data', () => socket.write('+OK\r\n')));
    const connection = await openConnection(target(`redis://pw@127.0.0.1:${server.port}`), FAST);
    connection.close();
    expect(server.received()).toBe('*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n');
  });
});

describe('a server that misbehaves', () => {
  const cases: readonly (readonly [string, FleetErrorCode, (socket: Socket) => void])[] = [
    ['hangs', 'timeout', () => undefined],
    ['answers half and hangs', 'timeout', (socket) => socket.write('+PONG\r\n')],
    ['closes at once', 'closed', (socket) => socket.end()],
    ['closes after half an answer', 'closed', (socket) => socket.end('+PONG\r\n$100\r\nabc')],
    ['resets', 'reset', (socket) => socket.on('data', () => socket.resetAndDestroy())],
    ['speaks HTTP', 'protocol', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends a TLS alert', 'plaintext-to-tls', (socket) => socket.write(Buffer.from([21, 3, 3, 0, 2, 2, 70]))],
    ['sends noise', 'protocol', (socket) => socket.write(Buffer.alloc(1000, 0xff))],
    ['announces 1 GB', 'too-large', (socket) => socket.write('$1073741824\r\n')],
    ['announces a billion elements', 'too-large', (socket) => socket.write('*1000000000\r\n')],
    ['nests arrays in 88 bytes', 'too-large', (socket) => socket.write('*33554431\r\n'.repeat(8))],
    ['nests arrays deeply', 'protocol', (socket) => socket.write('*1\r\n'.repeat(100_000))],
    ['sends a number that is none', 'protocol', (socket) => socket.write(':12x\r\n')],
    ['sends a length that is none', 'protocol', (socket) => socket.write('$-2\r\n')],
    ['ends a string wrongly', 'protocol', (socket) => socket.write('$3\r\nabcXY+OK\r\n')],
    ['sends a line without an end', 'protocol', (socket) => socket.write(`+${'x'.repeat(100_000)}`)],
    ['sends more replies than asked', 'protocol', (socket) => socket.write('+a\r\n+b\r\n+c\r\n')],
    [
      'is in protected mode',
      'protected-mode',
      (socket) => socket.end('-DENIED Redis is running in protected mode\r\n'),
    ],
    ['is full', 'max-clients', (socket) => socket.end('-ERR max number of clients reached\r\n')],
  ];
  for (const [what, code, answer] of cases) {
    it(`${what}: ${code}`, async () => {
      const error = await ask((socket) => {
        // Wait for the first command, so that the connection is up on both sides.
        if (what === 'closes at once' || what === 'resets') return answer(socket);
        socket.once('data', () => answer(socket));
      });
      expect(error.code).toBe(code);
      expect(error.message).toContain('127.0.0.1:');
    });
  }

  it('sends 1 GB: the memory stays bounded and the connection ends', async () => {
    const before = process.memoryUsage().rss;
    const error = await ask((socket) => {
      socket.once('data', () => {
        socket.write('*1000000\r\n');
        const chunk = Buffer.from(`$65536\r\n${'x'.repeat(65_536)}\r\n`);
        const pump = (): void => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', pump);
        pump();
      });
    });
    expect(['too-large', 'timeout']).toContain(error.code);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('drips one byte at a time: the time stays bounded', async () => {
    const started = Date.now();
    const error = await ask((socket) => {
      socket.once('data', () => {
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer));
        socket.write('$1000\r\n');
      });
    });
    expect(error.code).toBe('timeout');
    expect(Date.now() - started).toBeLessThan(3000);
  });

  it('never makes an error tell the password', async () => {
    for (const [, , answer] of cases) {
      const server = await rogue((socket) => socket.once('data', () => answer(socket)));
      const error = await failure(
        (async () => {
          const url = `redis://ann:${CANARY}@127.0.0.1:${server.port}`;
          const connection = await openConnection(target(url), FAST);
          await connection.send([['PING']]);
          await connection.send([['PING']]);
        })(),
      ).catch(() => undefined);
      const { inspect } = await import('node:util');
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(CANARY);
    }
  });
});

describe('addresses that lead nowhere', () => {
  it('are refused, unknown, or not a socket', async () => {
    const server = await rogue(() => undefined);
    await server.close();
    expect((await failure(openConnection(target(`127.0.0.1:${server.port}`), FAST))).code).toBe('refused');
    expect((await failure(openConnection(target('unix:///nowhere/there.sock'), FAST))).code).toBe('refused');
    expect((await failure(openConnection(target('nowhere.invalid:6379'), { connectMs: 5000 }))).code).toBe(
      'dns',
    );
  });

  it('name the certificate file that cannot be read', async () => {
    const server = await rogue(() => undefined);
    const at = { ...target(`rediss://127.0.0.1:${server.port}`), tls: { caFile: '/nowhere/ca.crt' } };
    const error = await failure(openConnection(at, FAST));
    expect(error).toMatchObject({ code: 'local-material' });
    expect(error.message).toContain('/nowhere/ca.crt');
    const here = fileURLToPath(import.meta.url);
    const nonsense = { ...at, tls: { certFile: here, keyFile: here } };
    expect(await failure(openConnection(nonsense, FAST))).toMatchObject({ code: 'local-material' });
  });
});

describe('trying again', () => {
  it('happens after a reset, twice, after one second and two', async () => {
    const server = await rogue((socket) => socket.on('data', () => socket.resetAndDestroy()));
    const slept: number[] = [];
    const error = await failure(
      snapshotLive(target(`127.0.0.1:${server.port}`), {
        limits: FAST,
        sleep: (ms) => (slept.push(ms), Promise.resolve()),
      }),
    );
    expect(error.code).toBe('reset');
    expect(slept).toEqual([1000, 2000]);
  });

  it('never happens after a refused credential', async () => {
    let auths = 0;
    const server = await rogue((socket) => {
      socket.on('data', (chunk: Buffer) => {
        if (!chunk.includes('AUTH')) return;
        auths += 1;
        socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
      });
    });
    const error = await failure(
      snapshotLive(target(`redis://ann:x@127.0.0.1:${server.port}`), {
        limits: FAST,
        sleep: () => Promise.reject(new Error('slept')),
      }),
    );
    expect(error.code).toBe('wrongpass');
    expect(auths).toBe(1);
  });
});

describe('a server that repeats the password it refuses', () => {
  it.each([
    ['-WRONGPASS no such login: ', 'refused the credentials: WRONGPASS'],
    ['-ERR odd: ', 'answered AUTH: ERR'],
    ['-', 'answered AUTH: an error'],
  ])('is quoted without it: %s', async (words, shown) => {
    const server = await rogue((socket) =>
      socket.on('data', () => socket.write(`${words}AUTH ann ${CANARY.toUpperCase()} ${CANARY}\r\n`)),
    );
    const error = await failure(
      openConnection(target(`redis://ann:${CANARY}@127.0.0.1:${server.port}`), FAST),
    );
    expect(error.code).toBe('wrongpass');
    expect(error.message.toLowerCase()).not.toContain(CANARY);
    expect(error.message.endsWith(shown)).toBe(true);
  });
});

describe('a conversation cut at any byte', () => {
  const HASH = 'a'.repeat(64);
  const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  const list = (...items: readonly string[]): string => `*${items.length}\r\n${items.join('')}`;
  /** What a small server would say to the audit, in the order of its commands. */
  const REPLIES: Readonly<Record<keyof typeof AUDIT_COMMANDS, string>> = {
    time: list(bulk('1795300000'), bulk('5')),
    hello: list(bulk('server'), bulk('redis'), bulk('version'), bulk('7.0.15')),
    info: bulk('# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n'),
    config: list(bulk('port'), bulk('0'), bulk('requirepass'), bulk(CANARY)),
    users: list(bulk(`user default on #${HASH} ~* &* +@all`)),
    whoami: bulk('default'),
    denials: '*0\r\n',
    commands: '-ERR nothing\r\n',
    clients: bulk('id=3 addr=127.0.0.1:5 user=default cmd=info\n'),
    modules: '*0\r\n',
    role: list(bulk('master'), ':0\r\n', '*0\r\n'),
  };
  const first = Object.keys(AUDIT_COMMANDS)
    .map((name) => REPLIES[name as keyof typeof AUDIT_COMMANDS])
    .join('');
  const talkTo = async (cut: number): Promise<'whole' | FleetError> => {
    const server = await rogue((socket) => {
      let told = 0;
      socket.on('data', (chunk: Buffer) => {
        // The stranger that knocks, and the follow-up.
        const text = chunk.includes('INFO') ? first : chunk.includes('HELLO') ? '-NOAUTH x\r\n' : '*0\r\n';
        if (text !== first) return void socket.write(text);
        const part = Buffer.from(text).subarray(0, cut - told);
        if (part.length === text.length) socket.write(part);
        else socket.end(part);
        told += text.length;
      });
    });
    try {
      await snapshotLive(target(`127.0.0.1:${server.port}`), { limits: FAST, scope: 'server' });
      return 'whole';
    } catch (error) {
      if (error instanceof FleetError) return error;
      throw error;
    } finally {
      await server.close();
      open.splice(0);
    }
  };

  it('gives a clear error and never half a snapshot', async () => {
    expect(await talkTo(first.length)).toBe('whole');
    for (let cut = 0; cut < first.length; cut += 1) {
      const outcome = await talkTo(cut);
      if (outcome === 'whole') throw new Error(`a snapshot from ${cut} of ${first.length} bytes`);
      expect(['closed', 'reset', 'timeout'], `cut at ${cut}`).toContain(outcome.code);
      expect(JSON.stringify(outcome) + outcome.message).not.toContain(CANARY);
    }
  });
});
