/** The program as a process that is interrupted, or killed outright, while it changes a server. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MAIN, spawnProgram, type Answer, type SpawnOptions } from '../cli/run.ts';
import { forEachServer, startServer, talk, type RunningServer } from '../servers/index.ts';

const USERS = 30;
/** Another build than that of the tree. */
const PROGRAM = process.env['WARDIS_MAIN'] ?? MAIN;

describe('an apply', () => {
  forEachServer(['redis-7.0'], (server) => {
    let running: RunningServer;
    let folder: string;
    beforeAll(async () => {
      const aclfile = 'user default off\nuser wardis on >operator-secret ~* &* +@all\n';
      running = await startServer({ server, aclfile, conf: 'save ""\nprotected-mode yes' });
    });
    afterAll(() => running.stop());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'wardis-signal-'));
      mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
      writeFileSync(join(folder, 'secrets', 'wardis'), 'operator-secret\n', { mode: 0o600 });
      const names = Array.from({ length: USERS }, (_, at) => `app-${at}`);
      for (const name of names)
        writeFileSync(join(folder, 'secrets', name), `${name}-canary\n`, { mode: 0o600 });
      const text = [
        'version: 1',
        'security_level: basic',
        'network_exposure: localhost',
        `server: { product: redis, version: '${server.version}' }`,
        `fleet: { one: { seeds: ['127.0.0.1:${running.port}'], auth: { user: wardis, password: { file: ./secrets/wardis } } } }`,
        'users:',
        '  - { name: wardis, role: admin }',
        ...names.map((name) => `  - { name: ${name}, role: readonly, keys: ["${name}:*"] }`),
        '',
      ];
      writeFileSync(join(folder, 'wardis.yaml'), text.join('\n'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const wardis = (argv: readonly string[], options: SpawnOptions = {}): Promise<Answer> =>
      spawnProgram(process.execPath, [PROGRAM, ...argv], { cwd: folder, ...options });
    const usersNow = async (): Promise<readonly string[]> => {
      const [, users] = await talk(running.port, [
        ['AUTH', 'wardis', 'operator-secret'],
        ['ACL', 'USERS'],
      ]);
      return (users as readonly string[]).filter((name) => name.startsWith('app-'));
    };
    /** Sends the signal once some steps are done. */
    const hitBy = (signal: NodeJS.Signals): Promise<Answer> =>
      wardis(['apply', '--yes'], {
        meanwhile: (child) => {
          const timer = setInterval(() => {
            try {
              const [id = ''] = readdirSync(join(folder, '.wardis', 'runs'));
              const journal = readFileSync(join(folder, '.wardis', 'runs', id, 'journal.jsonl'), 'utf8');
              if (journal.split('"done"').length < 5) return;
            } catch {
              return;
            }
            clearInterval(timer);
            child.kill(signal);
          }, 1);
          child.once('close', () => clearInterval(timer));
        },
      });

    it('that is interrupted says how to go on, leaves nothing begun, and can be taken back', async () => {
      const answer = await hitBy('SIGINT');
      expect([answer.exit, answer.err]).toEqual([130, expect.stringContaining('interrupted:')]);
      expect(answer.out).toMatch(/next: wardis apply --resume \S+, or take it back: wardis apply --undo/);
      const made = (await usersNow()).length;
      expect(made).toBeGreaterThan(3);
      expect(made).toBeLessThan(USERS);
      const undone = await wardis(['apply', '--undo', '--yes']);
      expect([undone.exit, await usersNow()]).toEqual([0, []]);
    });

    it('that is killed holds no lock, and is finished by resuming', async () => {
      const answer = await hitBy('SIGKILL');
      expect(answer.exit).toBe(137);
      expect((await wardis(['apply', '--runs'])).out).toContain('cut short');
      const resumed = await wardis(['apply', '--resume', '--yes']);
      expect([resumed.exit, resumed.err]).toEqual([0, expect.not.stringContaining('E_')]);
      expect(await usersNow()).toHaveLength(USERS);
      expect((await wardis(['plan', '--check'])).exit).toBe(0);
      expect((await wardis(['apply', '--undo', '--yes'])).exit).toBe(0);
      expect(await usersNow()).toEqual([]);
      expect(answer.out + answer.err + resumed.out + resumed.err).not.toContain('canary');
    });
  });
});
