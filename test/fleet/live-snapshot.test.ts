import type { Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FleetError,
  parseTarget,
  snapshotAll,
  snapshotLive,
  type Reply,
  type Snapshot,
  type Target,
} from '../../src/fleet/index.ts';
import { AUDIT_COMMANDS } from '../../src/fleet/audit-command.ts';
import { recogniseManagedService } from '../../src/fleet/managed.ts';
import { startRogue, type RogueServer } from './rogue-server.ts';

const FAST = { connectMs: 1000, commandMs: 1000 };
const open: RogueServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed.target === undefined) throw new Error(parsed.problems[0].message);
  return parsed.target;
}

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encode).join('')}`;
  return `-${(reply as { error: string }).error}\r\n`;
}

/** Answers each command by its words; strangers (a lone HELLO) get `stranger`. */
async function puppet(
  answer: (argv: readonly string[]) => Reply,
  stranger: Reply = { error: 'NOAUTH x' },
): Promise<RogueServer> {
  const server = await startRogue((socket: Socket) => {
    socket.on('data', (chunk: Buffer) => {
      const commands = chunk.toString().split(/(?=\*\d+\r\n)/);
      const argvs = commands.map((text) => text.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0));
      const lone = argvs.length === 1 && argvs[0]?.[0] === 'HELLO';
      socket.write(lone ? encode(stranger) : argvs.map((argv) => encode(answer(argv))).join(''));
    });
  });
  open.push(server);
  return server;
}

async function take(server: RogueServer, host = '127.0.0.1'): Promise<Snapshot> {
  return snapshotLive(target(`${host}:${server.port}`), { limits: FAST, scope: 'server' });
}

const INFO = '# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\nos:Linux\r\n';

describe('what a server withholds', () => {
  it('is unknown because our user may not ask', async () => {
    const snapshot = await take(
      await puppet(([word]) =>
        word === 'INFO' ? INFO : { error: `NOPERM User x has no permissions to run '${word}'` },
      ),
    );
    expect(snapshot.users).toMatchObject({
      known: false,
      reason: 'denied',
      look: expect.stringContaining('+acl|list'),
    });
    expect(snapshot.settings.get('bind')).toMatchObject({ known: false, reason: 'denied' });
    expect(snapshot.secrets.get('requirepass')).toMatchObject({ known: false, reason: 'denied' });
    expect(snapshot.commands).toMatchObject({ known: true, from: { kind: 'default' } });
    expect(snapshot.managed).toBeUndefined();
  });

  it('is unknown because a managed service has it not, with the console to look in', async () => {
    const snapshot = await take(
      await puppet(([word]) =>
        word === 'INFO'
          ? INFO.replace('os:Linux', 'os:Amazon ElastiCache')
          : { error: `ERR unknown command '${word}', with args beginning with: ` },
      ),
    );
    expect(snapshot.managed).toBe('elasticache');
    expect(snapshot.settings.get('bind')).toMatchObject({
      reason: 'blocked',
      look: expect.stringContaining('aws elasticache'),
    });
    expect(snapshot.denials).toMatchObject({ reason: 'blocked' });
  });

  it('leaves the version to HELLO when INFO is withheld', async () => {
    const snapshot = await take(
      await puppet(([word]) =>
        word === 'HELLO' ? ['server', 'valkey', 'version', '8.1.1', 'proto', 2] : { error: 'NOPERM no' },
      ),
    );
    expect(snapshot.product).toMatchObject({ value: { product: 'valkey', version: '8.1.1' } });
  });

  it('does not take another product for Redis', async () => {
    const snapshot = await take(
      await puppet(([word]) =>
        word === 'INFO' ? `${INFO}dragonfly_version:df-v1.2\r\n` : { error: 'ERR no' },
      ),
    );
    expect(snapshot.product).toMatchObject({ known: false });
  });

  it('asks each command once', async () => {
    const asked: string[] = [];
    await take(await puppet((argv) => (asked.push(argv.join(' ')), { error: 'NOPERM no' })));
    expect(asked).toEqual(Object.values(AUDIT_COMMANDS).map(({ name }) => name));
  });
});

describe('a server that lies', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'user',
      'user default on nopass ~* &* +@all',
      'user x',
      'id=1 addr= user=',
      'master',
      'slave',
    ),
    fc.constantFrom(
      INFO,
      'redis_version:999999999999.1\r\n',
      'redis_mode:cluster\r\nredis_version:7.0.1\r\n',
    ),
    fc.constantFrom('requirepass', 'port', 'tls-port', 'unixsocket', 'get', 'config|get', '@all', '+@all'),
  );
  const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
    reply: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.integer(),
      fc.constant(null),
      fc.constantFrom(
        { error: 'NOPERM x' },
        { error: 'ERR unknown command' },
        { error: 'LOADING x' },
        { error: '' },
      ),
      fc.array(tie('reply'), { maxLength: 6 }),
    ),
  }));

  it('gives a snapshot of what it said, or a clear error, and never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 16, maxLength: 16 }), async (replies) => {
        let next = 0;
        const server = await puppet(() => replies[next++ % replies.length] ?? null, ['server', 'redis']);
        try {
          const snapshot = await take(server);
          expect(() => JSON.stringify(snapshot)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(FleetError);
        } finally {
          await server.close();
          open.splice(0);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('managed services', () => {
  it.each([
    ['master.x.abc123.euw1.cache.amazonaws.com', 'elasticache'],
    ['clustercfg.x.abc123.memorydb.us-east-1.amazonaws.com', 'memorydb'],
    ['redis-12345.c1.eu-west-1-2.ec2.redns.redis-cloud.com', 'redis-cloud'],
    ['name.redis.cache.windows.net', 'azure'],
    ['name.westeurope.redis.azure.net', 'azure'],
    ['cache.amazonaws.com.evil.example', undefined],
    ['10.0.0.1', undefined],
  ])('%s is %s', (host, id) => {
    const signs = { host, info: new Map(), missing: new Set<string>(), sentinel: 'no' } as const;
    expect(recogniseManagedService(signs)?.id).toBe(id);
  });
});

describe('many servers', () => {
  it('are asked a few at a time, and one failure is one result', async () => {
    let now = 0;
    let most = 0;
    const server = await startRogue((socket) => {
      socket.on('data', (chunk: Buffer) => {
        if (!chunk.includes('INFO')) return void socket.write('-NOAUTH x\r\n');
        now += 1;
        most = Math.max(most, now);
        setTimeout(() => {
          now -= 1;
          socket.write(
            Object.values(AUDIT_COMMANDS)
              .map(() => '-ERR no\r\n')
              .join(''),
          );
        }, 10);
      });
    });
    open.push(server);
    const good = target(`127.0.0.1:${server.port}`);
    const bad = target('127.0.0.1:1');
    const targets = [good, bad, ...Array.from({ length: 18 }, () => good)];
    const progress: number[] = [];
    const results = await snapshotAll(targets, {
      concurrency: 4,
      limits: FAST,
      scope: 'server',
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(most).toBeLessThanOrEqual(4);
    expect(results.map(({ ok }) => ok)).toEqual(targets.map((each) => each === good));
    expect(results[1]).toMatchObject({ ok: false, error: { code: 'refused', node: '127.0.0.1:1' } });
    expect(progress).toHaveLength(20);
    expect(progress.at(-1)).toBe(1);
    expect(await snapshotAll([])).toEqual([]);
  });
});
