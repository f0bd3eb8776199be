/** The roles as a real client library meets them: ioredis logs in as each, and does its holder's work. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionAtLeast } from '../../src/conf/index.ts';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import type { PolicyDocument } from '../../src/policy/index.ts';
import {
  makeCertificates,
  passwordOf,
  startCompiled,
  type Certificates,
  type CompiledServer,
} from '../policy/compiled-server.ts';
import { forEachServer, SERVER_IDS } from '../servers/index.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});

function readPolicy(): PolicyDocument {
  const parsed = parsePolicy(`version: 1
security_level: standard
network_exposure: localhost
users:
  - { name: admin, role: admin }
  - { name: app, role: readwrite, keys: ["app:*"], channels: ["app.*"] }
  - { name: reports, role: readonly, keys: ["app:*"] }
  - { name: ingest, role: writeonly, keys: ["app:*"] }
  - { name: bus, role: pubsub, channels: ["news.*"] }
  - { name: exporter, role: monitor }
  - { name: backup, role: backup }
  - { name: worker, role: readwrite, keys: ["bull:*"], commands: [+info, +eval, +evalsha] }
`);
  if (!parsed.ok) throw new Error('refused');
  return parsed.policy;
}

describe('ioredis as', () => {
  forEachServer(SERVER_IDS, (server) => {
    let started: CompiledServer;
    const clients: Redis[] = [];
    beforeAll(async () => {
      started = await startCompiled(readPolicy(), server, certificates);
    });
    afterAll(async () => {
      for (const client of clients) client.disconnect();
      await started.stop();
    });

    /** As most programs make it; the ready check asks INFO, which only observers may. */
    async function connect(username: string): Promise<Redis> {
      const client = new Redis({
        port: started.port,
        host: '127.0.0.1',
        username,
        password: passwordOf(username),
        connectionName: 'live',
        db: 0,
        enableReadyCheck: username === 'exporter' || username === 'worker',
        disableClientInfo: !versionAtLeast(server, { redis: '7.2', valkey: '7.2' }),
        lazyConnect: true,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      clients.push(client);
      await client.connect();
      return client;
    }

    async function denials(): Promise<readonly unknown[]> {
      const admin = await started.login('admin');
      const log = await admin.send(['ACL', 'LOG', '128']);
      await admin.send(['ACL', 'LOG', 'RESET']);
      admin.close();
      return log as readonly unknown[];
    }

    it('readwrite: strings, hashes, queues, transactions, its channels, and no denial', async () => {
      const app = await connect('app');
      const subscriber = await connect('app');
      const heard = new Promise((resolve) =>
        subscriber.once('message', (channel, text) => resolve([channel, text])),
      );
      await subscriber.subscribe('app.events');
      await app.set('app:1', 'v', 'EX', 100);
      expect(await app.get('app:1')).toBe('v');
      await app.hset('app:h', { a: '1' });
      await app.lpush('app:l', 'x');
      expect(await app.brpop('app:l', 1)).toEqual(['app:l', 'x']);
      expect(await app.multi().incr('app:n').expire('app:n', 9).exec()).toEqual([
        [null, 1],
        [null, 1],
      ]);
      expect(await app.pipeline().set('app:2', 'w').get('app:2').exec()).toEqual([
        [null, 'OK'],
        [null, 'w'],
      ]);
      await app.xadd('app:x', '*', 'f', 'v');
      await app.xgroup('CREATE', 'app:x', 'g', '0');
      expect(await app.xreadgroup('GROUP', 'g', 'c', 'STREAMS', 'app:x', '>')).toHaveLength(1);
      await app.publish('app.events', 'hello');
      expect(await heard).toEqual(['app.events', 'hello']);
      expect(await denials()).toEqual([]);
      await expect(app.get('other')).rejects.toThrow(/NOPERM/);
      await expect(app.keys('*')).rejects.toThrow(/NOPERM/);
      await expect(app.scan('0')).rejects.toThrow(/NOPERM/);
      await expect(app.flushdb()).rejects.toThrow(/NOPERM/);
      await expect(app.eval('return 1', 0)).rejects.toThrow(/NOPERM/);
      expect((await denials()).length).toBeGreaterThanOrEqual(5);
    });

    it('readonly: reads, and cannot write', async () => {
      const reports = await connect('reports');
      expect(await reports.get('app:1')).toBe('v');
      expect(await reports.hgetall('app:h')).toEqual({ a: '1' });
      expect(await reports.ttl('app:1')).toBeGreaterThan(0);
      expect(await denials()).toEqual([]);
      await expect(reports.set('app:1', 'w')).rejects.toThrow(/NOPERM/);
      await expect(reports.del('app:1')).rejects.toThrow(/NOPERM/);
      await denials();
    });

    it('writeonly: writes, and cannot read back', async () => {
      const ingest = await connect('ingest');
      await ingest.setex('app:i', 9, 'v');
      await ingest.rpush('app:il', 'v');
      await ingest.xadd('app:ix', '*', 'f', 'v');
      expect(await denials()).toEqual([]);
      await expect(ingest.get('app:i')).rejects.toThrow(/NOPERM/);
      await expect(ingest.lpop('app:il')).rejects.toThrow(/NOPERM/);
      if (versionAtLeast(server, { redis: '6.2', valkey: '7.2' })) {
        await expect(ingest.set('app:i', 'w', 'GET')).rejects.toThrow(/NOPERM/);
      }
      await denials();
    });

    it('pubsub: its channels, and no other where the version can tell', async () => {
      const bus = await connect('bus');
      await bus.publish('news.1', 'x');
      await bus.psubscribe('news.*');
      expect(await denials()).toEqual([]);
      if (versionAtLeast(server, { redis: '6.2', valkey: '7.2' })) {
        await expect(bus.subscribe('__keyspace@0__:app:1')).rejects.toThrow(/NOPERM/);
      }
      await denials();
    });

    it('monitor: the numbers, with the ready check, and no denial', async () => {
      const exporter = await connect('exporter');
      expect(await exporter.info()).toContain('connected_clients');
      expect(await exporter.call('SLOWLOG', 'LEN')).toBeTypeOf('number');
      expect(await exporter.call('LATENCY', 'LATEST')).toEqual([]);
      expect(await denials()).toEqual([]);
      await expect(exporter.call('SLOWLOG', 'GET')).rejects.toThrow(/NOPERM/);
      await expect(exporter.call('CONFIG', 'GET', '*')).rejects.toThrow(/NOPERM/);
      await denials();
    });

    it('backup: a whole copy streams out', async () => {
      const connection = await started.login('backup');
      await connection.send(['REPLCONF', 'rdb-only', '1']);
      expect(await connection.send(['PSYNC', '?', '-1'])).toMatch(/^FULLRESYNC /);
      connection.close();
      expect(await denials()).toEqual([]);
    });

    it('readwrite with additions: a queue that needs INFO and scripts', async () => {
      const worker = await connect('worker');
      expect(
        await worker.eval(
          "redis.call('ZADD', KEYS[1], 1, 'job') return redis.call('ZCARD', KEYS[1])",
          1,
          'bull:z',
        ),
      ).toBe(1);
      await expect(worker.eval("return redis.call('GET', 'app:1')", 0)).rejects.toThrow();
    });
  });
});
