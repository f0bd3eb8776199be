import { describe, expect, it } from 'vitest';
import { parseTarget, snapshotLive, type Snapshot, type Target } from '../../src/fleet/index.ts';
import { FleetError } from '../../src/fleet/index.ts';
import { forEachServer, SERVER_IDS, startServer, talk } from '../servers/index.ts';

const CANARY = 'canary-4f1c9e-password';

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (parsed.target === undefined) throw new Error(parsed.problems[0].message);
  return parsed.target;
}

function valueOf(snapshot: Snapshot, name: string): string | undefined {
  const fact = snapshot.settings.get(name);
  return fact?.known === true ? fact.value : undefined;
}

describe('a snapshot of a live server', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('knows product, settings, users, commands and who gets in', async () => {
      const { port, stop } = await startServer({ server });
      const snapshot = await snapshotLive(target(`127.0.0.1:${port}`));
      expect(snapshot.product).toMatchObject({
        known: true,
        value: { product: server.product, version: server.version },
      });
      expect(snapshot.mode).toMatchObject({ value: 'standalone' });
      expect(snapshot.role).toMatchObject({ value: { kind: 'primary', replicas: [] } });
      expect(valueOf(snapshot, 'port')).toBe(String(port));
      expect(valueOf(snapshot, 'replica-read-only')).toBe('yes');
      expect([...snapshot.settings.keys()].filter((name) => name.includes('slave'))).toEqual([]);
      expect([...snapshot.settings].filter(([, fact]) => !fact.known)).toEqual([]);
      expect(
        snapshot.users.known && snapshot.users.value.map(({ user }) => [user.name, user.nopass]),
      ).toEqual([['default', true]]);
      expect(snapshot.commands).toMatchObject({ known: true, value: { exact: true } });
      expect(snapshot.commands.known && snapshot.commands.value.commands.has('get')).toBe(true);
      expect(snapshot.login).toMatchObject({
        value: { user: 'default', how: 'none', transport: 'plaintext' },
      });
      expect(snapshot.listeners).toMatchObject({
        value: [
          { address: `127.0.0.1:${port}`, transport: 'plaintext', vantage: 'loopback', answer: 'open' },
        ],
      });
      expect(snapshot.clients.known && snapshot.clients.value.length).toBeGreaterThanOrEqual(1);
      expect(snapshot.modules.known).toBe(true);
      expect(snapshot.denials).toMatchObject({ value: { entries: [] } });
      const clock = snapshot.clock.known ? snapshot.clock.value : undefined;
      expect(Math.abs((clock?.serverMs ?? 0) - (clock?.localMs ?? 0))).toBeLessThan(5000);
      expect(clock?.roundTripMs).toBeGreaterThanOrEqual(0);
      expect(snapshot.effort?.roundTrips).toBeLessThanOrEqual(3);
      await stop();
    });

    it('leaves no trace: no write, no denial, no changed setting, no setting reply counted as a write', async () => {
      const { port, stop } = await startServer({ server });
      await talk(port, [
        ['SET', 'k1', 'v'],
        ['SET', 'k2', 'v'],
        ['CONFIG', 'RESETSTAT'],
      ]);
      const [before] = await talk(port, [['CONFIG', 'GET', '*']]);
      await talk(port, [['CONFIG', 'RESETSTAT']]);
      await snapshotLive(target(`127.0.0.1:${port}`));
      const [stats, after, size, log] = await talk(port, [
        ['INFO', 'commandstats'],
        ['CONFIG', 'GET', '*'],
        ['DBSIZE'],
        ['ACL', 'LOG', '128'],
      ]);
      expect(after).toEqual(before);
      expect(size).toBe(2);
      expect(log).toEqual([]);
      const ran = [
        ...JSON.stringify(stats)
          .replaceAll('\\r\\n', '\n')
          .matchAll(/^cmdstat_([^:]+):/gm),
      ].map(([, name]) => name);
      const allowed = /^(?:acl|client|cluster|command|config|hello|info|module|ping|quit|role|time)(?:\||$)/;
      expect(ran.filter((name) => !allowed.test(name ?? ''))).toEqual([]);
      expect(ran.some((name) => /config\|set|acl\|setuser/.test(name ?? ''))).toBe(false);
      await stop();
    });

    it('keeps passwords out of everything that can be printed', async () => {
      const users = server.version.startsWith('6.0') ? '~*' : '~* &*';
      const { port, stop } = await startServer({
        server,
        conf: `requirepass ${CANARY}\nmasterauth ${CANARY}-2\nuser app on >${CANARY}-3 ${users} +@all\n`,
      });
      const snapshot = await snapshotLive(target(`redis://:${CANARY}@127.0.0.1:${port}`));
      const { inspect } = await import('node:util');
      for (const text of [JSON.stringify(snapshot), inspect(snapshot, { depth: 20 }), inspect([snapshot])]) {
        expect(text).not.toContain('canary-4f1c9e');
      }
      const hash = (await import('node:crypto')).createHash('sha256').update(CANARY).digest('hex');
      expect(JSON.stringify(snapshot)).not.toContain(hash);
      const secret = snapshot.secrets.get('requirepass');
      expect(secret?.known === true && secret.value.reveal()).toBe(CANARY);
      expect(snapshot.login).toMatchObject({ value: { how: 'password' } });
      expect(snapshot.listeners).toMatchObject({ value: [{ answer: 'authentication-required' }] });
      expect(snapshot.effort?.roundTrips).toBeLessThanOrEqual(3);
      await stop();
    });

    it('says wrongpass and noauth in a word, without the password', async () => {
      const { port, stop } = await startServer({ server, conf: 'requirepass right\n' });
      const wrong = await failure(snapshotLive(target(`redis://:${CANARY}@127.0.0.1:${port}`)));
      expect(wrong).toMatchObject({ code: 'wrongpass', node: `127.0.0.1:${port}` });
      expect(`${wrong.message} ${wrong.stack} ${JSON.stringify(wrong)}`).not.toContain(CANARY);
      expect(await failure(snapshotLive(target(`127.0.0.1:${port}`)))).toMatchObject({ code: 'noauth' });
      // One failed AUTH, not one per retry.
      const [, log] = await talk(port, [
        ['AUTH', 'right'],
        ['ACL', 'LOG', '10'],
      ]);
      expect(Array.isArray(log) && log.length).toBe(1);
      expect(JSON.stringify(log)).toContain('"count",1');
      await stop();
    });

    it('goes in although a password was given that the server does not want', async () => {
      const { port, stop } = await startServer({ server });
      const snapshot = await snapshotLive(target(`redis://:whatever@127.0.0.1:${port}`));
      expect(snapshot.login).toMatchObject({ value: { user: 'default', how: 'none' } });
      await stop();
    });

    it('reads the host when the server is local', async () => {
      const { port, confPath, dir, pid, stop } = await startServer({
        server,
        conf: 'requirepass x1\n# a comment\n',
      });
      const snapshot = await snapshotLive(target(`redis://x1@127.0.0.1:${port}`));
      expect(snapshot.conf).toMatchObject({ known: true, value: { root: confPath } });
      expect(snapshot.paths.get(confPath)).toMatchObject({ value: { kind: 'file', mode: 0o600 } });
      expect(snapshot.paths.get(dir)).toMatchObject({ value: { kind: 'directory' } });
      expect(snapshot.process).toMatchObject({ value: { pid, secretInCommandLine: false } });
      expect(snapshot.volume.known).toBe(true);
      await stop();
    });

    it('talks over a unix socket and still knocks at the port', async () => {
      const { port, socketPath, stop } = await startServer({ server, conf: 'unixsocket x\n' });
      const snapshot = await snapshotLive(target(`unix://${socketPath ?? ''}`));
      expect(snapshot.login).toMatchObject({ value: { transport: 'unix' } });
      expect(snapshot.listeners).toMatchObject({
        value: [
          { address: socketPath, transport: 'unix', answer: 'open' },
          { address: `127.0.0.1:${port}`, answer: 'open' },
        ],
      });
      await stop();
    });
  });
});

async function failure(promise: Promise<unknown>): Promise<FleetError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
  throw new Error('it worked');
}
