import { describe, expect, it } from 'vitest';
import { parseTarget, snapshotLive, type Snapshot } from '../../src/fleet/index.ts';
import { forEachServer, SERVER_IDS, startSentinel, startServer, talk } from '../servers/index.ts';

async function take(url: string): Promise<Snapshot> {
  const { target } = parseTarget(url);
  if (target === undefined) throw new Error('bad target');
  return snapshotLive(target);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it never came');
}

describe('who stands beside a server', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('is told by a primary and by its replica', async () => {
      const primary = await startServer({ server, conf: 'repl-diskless-sync-delay 0\n' });
      const replica = await startServer({ server, conf: `replicaof 127.0.0.1 ${primary.port}\n` });
      await until(async () =>
        JSON.stringify((await talk(replica.port, [['ROLE']]))[0]).includes('"connected"'),
      );
      await until(async () =>
        JSON.stringify((await talk(primary.port, [['ROLE']]))[0]).includes(String(replica.port)),
      );
      expect((await take(`127.0.0.1:${replica.port}`)).role).toMatchObject({
        value: { kind: 'replica', primary: `127.0.0.1:${primary.port}`, linkUp: true },
      });
      expect((await take(`127.0.0.1:${primary.port}`)).role).toMatchObject({
        value: { kind: 'primary', replicas: [{ address: `127.0.0.1:${replica.port}` }] },
      });
      await replica.stop();
      await primary.stop();
    });

    it('is told by a Sentinel, which has no settings to show', async () => {
      const primary = await startServer({ server });
      const sentinel = await startSentinel({
        server,
        conf: `sentinel monitor main 127.0.0.1 ${primary.port} 2\n`,
      });
      const snapshot = await take(`127.0.0.1:${sentinel.port}`);
      expect(snapshot.mode).toMatchObject({ value: 'sentinel' });
      expect(snapshot.role).toMatchObject({ value: { kind: 'sentinel', primaries: ['main'] } });
      expect(snapshot.sentinel).toMatchObject({
        value: { primaries: [{ name: 'main', quorum: 2, authenticates: undefined }] },
      });
      expect(snapshot.settings.get('bind')).toMatchObject({ known: false, reason: 'missing' });
      expect(snapshot.managed).toBeUndefined();
      expect(snapshot.listeners).toMatchObject({ value: [{ answer: 'open' }] });
      await sentinel.stop();
      await primary.stop();
    });

    it('matters not to commands that were renamed away', async () => {
      const { port, stop } = await startServer({
        server,
        conf: 'rename-command CONFIG ""\nrename-command FLUSHALL gone\nuser app on nopass ~* +@all -config -flushall\n',
      });
      const snapshot = await take(`127.0.0.1:${port}`);
      expect(snapshot.settings.get('bind')).toMatchObject({ known: false, reason: 'missing' });
      expect(snapshot.users.known && snapshot.users.value.map(({ user }) => user.name).toSorted()).toEqual([
        'app',
        'default',
      ]);
      expect(snapshot.commands).toMatchObject({ known: true, from: { kind: 'command' } });
      await stop();
    });
  });
});
