import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { executeRun, undoRun, type HostAccess, type StepAction } from '../../src/change/index.ts';
import { openLocalAccess } from '../../src/change/host/local-access.ts';
import { secret, type Secret } from '../../src/conf/index.ts';
import { makePorts, makeRun, memoryJournal, type SceneNode } from '../change/run-scene.ts';
import {
  forEachServer,
  openConnection,
  startSentinel,
  startServer,
  talk,
  type Reply,
  type RunningServer,
} from '../servers/index.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const ADMIN = 'admin-pw-canary';
const ACLFILE = [
  'user default off',
  `user wardis on #${sha(ADMIN)} ~* &* +@all`,
  `user app on #${sha('app-1')} ~app:* &app.* -@all +get +set +ping`,
  '',
].join('\n');

describe('each kind of step', () => {
  forEachServer(['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-9.1'], (server) => {
    const isOld = server.id === 'redis-6.0';
    const channels = isOld ? '' : 'resetchannels ';
    let running: RunningServer;
    let node: SceneNode;

    const aclfileText = (): string => (isOld ? ACLFILE.replaceAll(/ &\S+/g, '') : ACLFILE);
    beforeEach(async () => {
      running = await startServer({ server, aclfile: aclfileText(), conf: 'save ""' });
      node = { port: running.port, user: 'wardis', password: ADMIN };
    });
    afterEach(() => running.stop());

    const ask = async (...argv: readonly string[]): Promise<Reply> =>
      (await talk(running.port, [['AUTH', 'wardis', ADMIN], argv]))[1] ?? null;
    const login = async (user: string, password: string): Promise<Reply> =>
      (await talk(running.port, [['AUTH', user, password]]))[0] ?? null;
    const lineOf = async (user: string): Promise<string | undefined> =>
      ((await ask('ACL', 'LIST')) as readonly string[]).find((line) => line.startsWith(`user ${user} `));
    const imageOf = async (user: string): Promise<Secret> =>
      secret(String(await lineOf(user)).slice(`user ${user} `.length));

    /** Executes the actions and answers what became of each, then undoes and answers again. */
    const conduct = async (
      actions: readonly StepAction[],
      more: { readonly local?: boolean; readonly between?: () => Promise<void> } = {},
    ): Promise<{ forth: readonly string[]; back: readonly string[]; text: string }> => {
      const run = makeRun({ only: [[node, actions]] });
      const journal = memoryJournal(run);
      const { ports } = makePorts(
        [node],
        journal,
        more.local === true ? { host: () => openLocalAccess() } : {},
      );
      const forth = await executeRun(run, ports);
      await more.between?.();
      const back = await undoRun(run, ports);
      return {
        forth: forth.steps.map(({ state }) => state),
        back: back.steps.map(({ state }) => state),
        text: JSON.stringify(journal.entries),
      };
    };

    it('adds a user that works, and takes it away again', async () => {
      const image = secret(`on #${sha('new-1')} ~new:* ${channels}-@all +get +@hash`);
      const { forth, back } = await conduct(
        [
          { kind: 'set-user', user: 'new', before: undefined, after: image },
          { kind: 'prove-login', user: 'new', password: secret('new-1'), expect: 'accepted' },
          { kind: 'prove-login', user: 'new', password: secret('wrong'), expect: 'refused' },
        ],
        { between: async () => expect(await login('new', 'new-1')).toBe('OK') },
      );
      expect(forth).toEqual(['done', 'done', 'done']);
      expect(back).toEqual(['undone', 'done', 'done']);
      expect(await lineOf('new')).toBeUndefined();
    });

    it('changes a user as a whole and gives it back its rights', async () => {
      const before = await imageOf('app');
      const after = secret(`on #${sha('app-2')} ~app:* ~cart:* ${channels}-@all +@read -keys`);
      const { forth, back } = await conduct([{ kind: 'set-user', user: 'app', before, after }], {
        between: async () => {
          expect(await login('app', 'app-2')).toBe('OK');
          expect(await login('app', 'app-1')).toHaveProperty('error');
        },
      });
      expect([forth, back]).toEqual([['done'], ['undone']]);
      // Redis 6.0 shows commands in the order of a hash table, which is another in each process.
      const words = (image: Secret) =>
        image
          .reveal()
          .split(' ')
          .filter((word) => word !== 'sanitize-payload')
          .toSorted();
      expect(words(await imageOf('app'))).toEqual(words(before));
    });

    it('says that a user which is as wanted already is unneeded, and leaves it at undo', async () => {
      const now = await imageOf('app');
      const { forth, back } = await conduct([
        { kind: 'set-user', user: 'app', before: secret('off'), after: now },
      ]);
      expect([forth, back]).toEqual([['unneeded'], ['unneeded']]);
      expect((await imageOf('app')).reveal()).toBe(now.reveal());
    });

    it('refuses to touch a user that somebody else changed', async () => {
      const before = await imageOf('app');
      await ask('ACL', 'SETUSER', 'app', '+del');
      const run = makeRun({
        only: [[node, [{ kind: 'set-user', user: 'app', before, after: secret('on nopass') }]]],
      });
      const { ports } = makePorts([node], memoryJournal(run));
      const report = await executeRun(run, ports);
      expect(report.outcome).toBe('stopped');
      expect(report.steps[0]).toMatchObject({
        state: 'failed',
        detail: 'changed by somebody else: user app is not as it was: 1 right more',
      });
      expect(await lineOf('app')).toContain('+del');
    });

    it('removes a user with its sessions, and brings the user back', async () => {
      const before = await imageOf('app');
      const session = await openConnection(running.port);
      expect(await session.send(['AUTH', 'app', 'app-1'])).toBe('OK');
      const { forth, back } = await conduct([{ kind: 'remove-user', user: 'app', before }], {
        between: async () => {
          expect(await lineOf('app')).toBeUndefined();
          await expect(session.send(['PING'])).rejects.toThrow('closed');
        },
      });
      expect([forth, back]).toEqual([['done'], ['undone']]);
      expect(await login('app', 'app-1')).toBe('OK');
    });

    it('adds one password and takes another away, nothing else', async () => {
      const { forth, back } = await conduct(
        [
          { kind: 'add-password', user: 'app', hash: secret(sha('app-2')) },
          { kind: 'remove-password', user: 'app', hash: secret(sha('app-1')) },
        ],
        {
          between: async () => {
            expect(await login('app', 'app-2')).toBe('OK');
            expect(await login('app', 'app-1')).toHaveProperty('error');
          },
        },
      );
      expect(forth).toEqual(['done', 'done']);
      expect(back).toEqual(['undone', 'undone']);
      expect(await login('app', 'app-1')).toBe('OK');
      expect(await login('app', 'app-2')).toHaveProperty('error');
    });

    it('does not add a password to a user that takes any', async () => {
      await ask('ACL', 'SETUSER', 'app', 'nopass');
      const { forth } = await conduct([{ kind: 'add-password', user: 'app', hash: secret(sha('x')) }]);
      expect(forth).toEqual(['failed']);
      expect(await login('app', 'anything')).toBe('OK');
    });

    it('ends the sessions of a user, paced, and leaves ours and those of others', async () => {
      const sessions = await Promise.all([1, 2, 3, 4].map(() => openConnection(running.port)));
      for (const session of sessions) await session.send(['AUTH', 'app', 'app-1']);
      const other = await openConnection(running.port);
      await other.send(['AUTH', 'wardis', ADMIN]);
      const { forth } = await conduct([
        { kind: 'end-sessions', user: 'app', perSecond: 40 },
        { kind: 'end-sessions', user: 'app' },
        { kind: 'end-sessions', user: 'nobody' },
      ]);
      expect(forth).toEqual(['done', 'unneeded', 'unneeded']);
      for (const session of sessions) await expect(session.send(['PING'])).rejects.toThrow('closed');
      expect(await other.send(['PING'])).toBe('PONG');
      other.close();
    });

    it('ends all sessions of a user at once, or only those that were named', async () => {
      const [first, second] = await Promise.all([1, 2].map(() => openConnection(running.port)));
      if (first === undefined || second === undefined) throw new Error('no sessions');
      await first.send(['AUTH', 'wardis', ADMIN]);
      const id = JSON.stringify(await first.send(['CLIENT', 'ID']));
      await second.send(['AUTH', 'wardis', ADMIN]);
      const { forth } = await conduct([{ kind: 'end-sessions', user: 'wardis', ids: [id] }]);
      expect(forth).toEqual(['done']);
      await expect(first.send(['PING'])).rejects.toThrow('closed');
      expect(await second.send(['PING'])).toBe('PONG');
      const all = await conduct([{ kind: 'end-sessions', user: 'wardis' }]);
      expect(all.forth).toEqual(['done']);
      await expect(second.send(['PING'])).rejects.toThrow('closed');
    });

    it('sets several settings, secrets among them, and sets them back', async () => {
      const { forth, back, text } = await conduct(
        [
          {
            kind: 'set-config',
            settings: [
              { name: 'maxmemory', before: '0', after: '1gb' },
              { name: 'masterauth', before: secret(''), after: secret('link-canary-1') },
              { name: 'acllog-max-len', before: '128', after: '256' },
            ],
          },
        ],
        {
          between: async () => {
            expect(await ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '1073741824']);
            expect(await ask('CONFIG', 'GET', 'masterauth')).toEqual(['masterauth', 'link-canary-1']);
          },
        },
      );
      expect([forth, back]).toEqual([['done'], ['undone']]);
      expect(text).not.toContain('canary');
      expect(await ask('CONFIG', 'GET', 'acllog-max-len')).toEqual(['acllog-max-len', '128']);
      expect(await ask('CONFIG', 'GET', 'masterauth')).toEqual(['masterauth', '']);
    });

    it('sets all settings or none', async () => {
      const { forth, text } = await conduct([
        {
          kind: 'set-config',
          settings: [
            { name: 'acllog-max-len', before: '128', after: '256' },
            { name: 'maxmemory-policy', before: 'noeviction', after: 'not-a-policy' },
          ],
        },
      ]);
      expect(forth).toEqual(['failed']);
      expect(text).toContain('CONFIG SET');
      expect(await ask('CONFIG', 'GET', 'acllog-max-len')).toEqual(['acllog-max-len', '128']);
    });

    it('saves the users, and sees that the file holds what memory holds', async () => {
      const after = secret(`on #${sha('new-1')} ~new:* ${channels}-@all +get`);
      const { forth, back, text } = await conduct(
        [
          { kind: 'set-user', user: 'new', before: undefined, after },
          { kind: 'persist', by: 'acl-save' },
        ],
        {
          local: true,
          between: async () => {
            expect(readFileSync(`${running.dir}/users.acl`, 'utf8')).toContain('user new ');
            await Promise.resolve();
          },
        },
      );
      expect(forth).toEqual(['done', 'done']);
      expect(back).toEqual(['undone', 'undone']);
      expect(text).toContain('holds the 4 users in memory');
      expect(readFileSync(`${running.dir}/users.acl`, 'utf8')).not.toContain('user new ');
    });

    it('fails where the users cannot be saved, and sees that the old file is as it was', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'wardis-save-'));
      // The server's temporary name beside it is longer than a name may be.
      const path = join(dir, `${'u'.repeat(248)}.acl`);
      writeFileSync(path, aclfileText());
      const full = await startServer({ server, dir, conf: `save ""\naclfile ${path}`, keep: ['aclfile'] });
      const at: SceneNode = { port: full.port, user: 'wardis', password: ADMIN };
      const run = makeRun({ only: [[at, [{ kind: 'persist', by: 'acl-save' }]]] });
      const { ports } = makePorts([at], memoryJournal(run), { host: () => readerOf(path) });
      const report = await executeRun(run, ports);
      await full.stop();
      expect(report.steps[0]?.state).toBe('failed');
      expect(report.steps[0]?.detail).toContain('ACL SAVE was refused');
      expect(report.steps[0]?.detail).toContain('is as it was');
      expect(readFileSync(path, 'utf8')).toBe(aclfileText());
      rmSync(dir, { recursive: true });
    });

    it('tells a wrong proof from a right one', async () => {
      const accepted = await conduct([
        { kind: 'prove-login', user: 'app', password: secret('wrong-canary'), expect: 'accepted' },
      ]);
      expect(accepted.forth).toEqual(['failed']);
      expect(accepted.text).not.toContain('canary');
      const refused = await conduct([
        { kind: 'prove-login', user: 'app', password: secret('app-1'), expect: 'refused' },
      ]);
      expect(refused.forth).toEqual(['failed']);
      const [entry] = (await ask('ACL', 'LOG')) as readonly (readonly string[])[];
      expect(entry?.join(' ')).toContain('name=wardis-probe');
    });

    it('hides hashes in what the server says about a rule', async () => {
      const { forth, text } = await conduct([
        { kind: 'set-user', user: 'bad', before: undefined, after: secret(`on #${'A'.repeat(64)} +get`) },
      ]);
      expect(forth).toEqual(['failed']);
      expect(text).toContain('ACL SETUSER bad was refused');
      expect(text).not.toContain('AAAA');
      expect(await lineOf('bad')).toBeUndefined();
    });
  });
});

/** Reads one file, whatever its name. */
function readerOf(path: string): HostAccess {
  return {
    ...openLocalAccess(),
    read: () => {
      const text = readFileSync(path, 'utf8');
      const rest = { sha256: sha(text), bytes: text.length, mode: 0o600, uid: 0, gid: 0 };
      return Promise.resolve({ path, content: secret(text), ...rest });
    },
  };
}

describe('steps at a Sentinel', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    it('sets shown and hidden options, saves users, and sets back', async () => {
      const primary = await startServer({ server, conf: 'save ""' });
      const conf = `sentinel monitor main 127.0.0.1 ${primary.port} 2\n`;
      const sentinel = await startSentinel({ server, conf });
      const node: SceneNode = { port: sentinel.port, role: 'sentinel' };
      const run = makeRun({
        only: [
          [
            node,
            [
              {
                kind: 'set-user',
                user: 'observer',
                before: undefined,
                after: secret(`on #${sha('obs')} resetchannels -@all +ping +info`),
              },
              {
                kind: 'set-sentinel',
                group: 'main',
                settings: [
                  { name: 'quorum', before: '2', after: '1' },
                  { name: 'auth-user', before: '', after: 'sentinel' },
                  { name: 'auth-pass', before: secret(''), after: secret('sentinel-canary') },
                ],
              },
              { kind: 'persist', by: 'config-rewrite' },
              { kind: 'prove-replication' },
            ],
          ],
        ],
      });
      const journal = memoryJournal(run);
      const { ports } = makePorts([node], journal, { host: () => openLocalAccess() });
      const forth = await executeRun(run, ports);
      expect(forth.steps.map(({ state, detail }) => `${state} ${detail ?? ''}`.trim())).toEqual([
        'done',
        'done',
        expect.stringContaining('done'),
        'done replication is up',
      ]);
      const file = readFileSync(sentinel.confPath, 'utf8');
      expect(file).toContain('sentinel auth-pass main');
      expect(file).toContain('user observer');
      const back = await undoRun(run, ports);
      expect(back.outcome).toBe('undone');
      expect(readFileSync(sentinel.confPath, 'utf8')).not.toContain('user observer');
      expect(JSON.stringify(journal.entries)).not.toContain('canary');
      await Promise.all([sentinel.stop(), primary.stop()]);
    });
  });
});

describe('the proof of a replication link', () => {
  forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
    it('waits for a primary that is away, and fails where a primary that answers refuses the link', async () => {
      const primary = await startServer({ server, conf: 'save ""' });
      const replica = await startServer({ server, conf: `save ""\nreplicaof 127.0.0.1 ${primary.port}\n` });
      const node: SceneNode = { port: replica.port, role: 'replica' };
      const run = makeRun({ only: [[node, [{ kind: 'prove-replication' }]]] });
      const prove = async () => {
        let clock = 0;
        const { ports } = makePorts([node], memoryJournal(run), {
          now: () => new Date(clock),
          sleep: async (ms) => {
            clock += ms;
            await new Promise((resolve) => setTimeout(resolve, ms / 20));
          },
        });
        const { outcome, steps } = await executeRun(run, ports);
        return [outcome, steps[0]?.state, steps[0]?.detail];
      };
      await expect.poll(prove, { timeout: 10_000 }).toEqual(['done', 'done', 'replication is up']);
      await talk(primary.port, [['CONFIG', 'SET', 'requirepass', 'not-the-replicas']]);
      await talk(replica.port, [
        ['REPLICAOF', '127.0.0.1', '1'],
        ['REPLICAOF', '127.0.0.1', String(primary.port)],
      ]);
      expect(await prove()).toEqual(['stopped', 'failed', 'the replication link is down after 15 s']);
      await primary.stop();
      expect(await prove()).toEqual([
        'pending',
        'pending',
        `waits for step 1: the replication link is down after 15 s, and its primary 127.0.0.1:${primary.port} does not answer`,
      ]);
      await replica.stop();
    });
  });
});
