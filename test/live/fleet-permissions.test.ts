import { describe, expect, it } from 'vitest';
import { auditPermissions, parseTarget, snapshotLive, type Snapshot } from '../../src/fleet/index.ts';
import {
  forEachServer,
  openConnection,
  SERVER_IDS,
  startSentinel,
  startServer,
  talk,
} from '../servers/index.ts';

/** Facts that stay unknown for another reason than a denial. */
function denied(snapshot: Snapshot): readonly string[] {
  const facts = Object.entries(snapshot).filter(
    ([, fact]) => typeof fact === 'object' && fact !== null && 'reason' in fact && fact.reason === 'denied',
  );
  const settings = [...snapshot.settings].filter(([, fact]) => !fact.known && fact.reason === 'denied');
  return [...facts, ...settings].map(([name]) => name);
}

async function audit(url: string): Promise<Snapshot> {
  const { target } = parseTarget(url);
  if (target === undefined) throw new Error('bad target');
  return snapshotLive(target);
}

describe('the user that help permissions prints', () => {
  forEachServer(SERVER_IDS, (server) => {
    it('audits without a denial, and can do nothing else', async () => {
      const { port, stop } = await startServer({ server });
      const rules = auditPermissions(server);
      const [made] = await talk(port, [
        ['ACL', 'SETUSER', 'wardis', ...rules, '>pw'],
        ['SET', 'k', 'v'],
      ]);
      expect(made).toBe('OK');
      const snapshot = await audit(`redis://wardis:pw@127.0.0.1:${port}`);
      expect(denied(snapshot)).toEqual([]);
      expect(snapshot.login).toMatchObject({ value: { user: 'wardis', how: 'password' } });
      expect(snapshot.commands).toMatchObject({ from: { kind: 'command' } });
      expect((await talk(port, [['ACL', 'LOG', '128']]))[0]).toEqual([]);
      const wardis = await openConnection(port);
      await wardis.send(['AUTH', 'wardis', 'pw']);
      for (const command of [
        ['GET', 'k'],
        ['SET', 'k', 'w'],
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'dir', '/tmp'],
        ['ACL', 'SETUSER', 'wardis', '+@all'],
        ['CLIENT', 'KILL', 'TYPE', 'normal'],
        ['EVAL', 'return 1', '0'],
        ['KEYS', '*'],
      ]) {
        expect(JSON.stringify(await wardis.send(command)), command.join(' ')).toContain('NOPERM');
      }
      wardis.close();
      await stop();
    });

    it('leaves no denial where strangers may do almost nothing either', async () => {
      const { port, stop } = await startServer({ server });
      await talk(port, [
        ['ACL', 'SETUSER', 'wardis', ...auditPermissions(server), '>pw'],
        ['ACL', 'SETUSER', 'admin', 'on', '>admin', '~*', '+@all'],
        ['ACL', 'SETUSER', 'default', 'resetkeys', '-@all', '+ping'],
      ]);
      const snapshot = await audit(`redis://wardis:pw@127.0.0.1:${port}`);
      expect(snapshot.listeners).toMatchObject({ value: [{ answer: 'open' }] });
      const admin = await openConnection(port);
      await admin.send(['AUTH', 'admin', 'admin']);
      expect(await admin.send(['ACL', 'LOG', '128'])).toEqual([]);
      admin.close();
      await stop();
    });

    it('needs every one of its rules', async () => {
      const { port, stop } = await startServer({ server });
      for (const left of auditPermissions(server).filter((rule) => rule.startsWith('+'))) {
        const rules = auditPermissions(server).filter((rule) => rule !== left);
        await talk(port, [['ACL', 'SETUSER', 'wardis', 'reset', ...rules, '>pw']]);
        const snapshot = await audit(`redis://wardis:pw@127.0.0.1:${port}`);
        const gone = denied(snapshot);
        // Without COMMAND the bundled table stands in, and says so by its provenance.
        const bundled = snapshot.commands.known && snapshot.commands.from.kind === 'default';
        expect(gone.length > 0 || bundled, left).toBe(true);
      }
      await stop();
    });

    it('audits a cluster node', async () => {
      const { port, stop } = await startServer({ server, conf: 'cluster-enabled yes\n' });
      await talk(port, [['ACL', 'SETUSER', 'wardis', ...auditPermissions(server, 'cluster'), '>pw']]);
      const snapshot = await audit(`redis://wardis:pw@127.0.0.1:${port}`);
      expect(denied(snapshot)).toEqual([]);
      expect(snapshot.mode).toMatchObject({ value: 'cluster' });
      expect(snapshot.cluster).toMatchObject({
        value: { state: 'fail', nodes: [{ flags: ['myself', 'master'] }] },
      });
      expect((await talk(port, [['ACL', 'LOG', '128']]))[0]).toEqual([]);
      expect(snapshot.effort?.roundTrips).toBeLessThanOrEqual(3);
      await stop();
    });

    it.skipIf(server.version.startsWith('6.0'))('audits a Sentinel', async () => {
      const primary = await startServer({ server });
      const { port, stop } = await startSentinel({
        server,
        conf: `sentinel monitor main 127.0.0.1 ${primary.port} 2\n`,
      });
      const [made] = await talk(port, [
        ['ACL', 'SETUSER', 'wardis', ...auditPermissions(server, 'sentinel'), '>pw'],
      ]);
      expect(made).toBe('OK');
      const snapshot = await audit(`redis://wardis:pw@127.0.0.1:${port}`);
      expect(denied(snapshot)).toEqual([]);
      expect(snapshot.mode).toMatchObject({ value: 'sentinel' });
      expect(snapshot.sentinel).toMatchObject({
        value: { primaries: [{ name: 'main', address: `127.0.0.1:${primary.port}`, quorum: 2 }] },
      });
      expect((await talk(port, [['ACL', 'LOG', '128']]))[0]).toEqual([]);
      await stop();
      await primary.stop();
    });
  });

  it('has no channel rule on 6.0', () => {
    expect(auditPermissions({ product: 'redis', version: '6.0.16' })).not.toContain('resetchannels');
    expect(auditPermissions({ product: 'valkey', version: '8.1.1' }).join(' ')).toBe(
      'on resetkeys resetchannels -@all +time +info +config|get +acl|list +acl|whoami +acl|log +command +client|list +module|list +role',
    );
  });
});
