/** `wardis user rotate` on the command line: what it refuses, where it puts the secret, what it prints and to where. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { availableServers, startServer, talk, type RunningServer } from '../servers/index.ts';
import { run, type Answer } from './run.ts';

const ADMIN = 'admin-canary-1';
const OLD = 'old-canary-1';
const server = availableServers().find(({ id }) => id === 'redis-7.0');

interface Desk {
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly rotate: (user: string, ...argv: readonly string[]) => Promise<Answer>;
}

let running: RunningServer;

function desk(files: Readonly<Record<string, string>> = {}): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-user-rotate-'));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('admin.secret'), `${ADMIN}\n`, { mode: 0o600 });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path(name), text, { mode: 0o600 });
  }
  return {
    folder,
    path,
    rotate: (user, ...argv) =>
      run(
        [
          'user',
          'rotate',
          user,
          `127.0.0.1:${running.port}`,
          '--user',
          'wardis',
          '--password-file',
          path('admin.secret'),
          '--state',
          path('state'),
          '-q',
          ...argv,
        ],
        { environment: { PATH: process.env['PATH'] ?? '' } },
      ),
  };
}

const admin = (...argv: readonly string[]): Promise<unknown> =>
  talk(running.port, [['AUTH', 'wardis', ADMIN], argv]).then((replies) => replies.at(-1));
const login = async (user: string, password: string): Promise<string> => {
  const [reply] = await talk(running.port, [['AUTH', user, password]]);
  return reply === 'OK' ? 'OK' : 'refused';
};
const makeUser = (user: string): Promise<unknown> =>
  admin('ACL', 'SETUSER', user, 'reset', 'on', `>${OLD}`, '~*', '+@all');

describe.skipIf(server === undefined)('wardis user rotate', () => {
  beforeAll(async () => {
    if (server === undefined) return;
    running = await startServer({
      server,
      aclfile: `user default off\nuser wardis on >${ADMIN} ~* &* +@all\n`,
    });
  });
  afterAll(() => running?.stop());

  describe('refuses before anything is changed', () => {
    it.each([
      ['a place that is none', ['--to', 'ftp:x', '--yes'], 'E_USAGE', 'kubernetes:NAMESPACE/SECRET/KEY'],
      ['no place at all', ['--yes'], 'E_USAGE', '--to stdout'],
      ['a deadline that is no time', ['--to', 'stdout', '--deadline', 'soon', '--yes'], 'E_USAGE', '10m'],
      ['a deadline of years', ['--to', 'stdout', '--deadline', '99999h', '--yes'], 'E_USAGE', 'seven days'],
      ['a rate of nothing', ['--to', 'stdout', '--per-second', '0', '--yes'], 'E_USAGE', '--per-second 10'],
      ['two modes', ['--status', '--undo'], 'E_USAGE', 'keep one of them'],
      [
        'both kinds of sessions',
        ['--to', 'stdout', '--keep-sessions', '--end-all-sessions', '--yes'],
        'E_USAGE',
        'contradict',
      ],
      ['nobody to agree', ['--to', 'stdout'], 'E_CONFIRM', '--yes'],
      [
        'an end of sessions at once with a mere yes',
        ['--to', 'stdout', '--deadline', '0', '--yes'],
        'E_CONFIRM',
        '--confirm app',
      ],
      [
        'a file that cannot be written',
        ['--to', 'file:/nowhere/app', '--yes'],
        'E_DELIVERY',
        'the secret was not written',
      ],
      [
        'a program that is not there',
        ['--to', 'exec:no-such-program-7 x', '--yes'],
        'E_DELIVERY',
        'not on this machine',
      ],
      ['nothing to go on with', ['--resume', '--yes'], 'E_ROTATION', 'no rotation of app'],
      ['nothing to take back', ['--undo', '--yes'], 'E_ROTATION', 'no rotation of app'],
    ] as const)('%s', async (_what, argv, code, text) => {
      await makeUser('app');
      const { rotate, path } = desk();
      const before = JSON.stringify(await admin('ACL', 'LIST'));
      const answer = await rotate('app', ...argv);
      expect(answer.exit).toBe(2);
      expect(answer.err).toContain(code);
      expect(answer.err).toContain(text);
      expect(answer.out).toBe('');
      expect(JSON.stringify(await admin('ACL', 'LIST'))).toBe(before);
      expect(existsSync(path('state/runs'))).toBe(false);
    });

    it('a user that nobody has, or that any password opens, with the reason', async () => {
      const { rotate } = desk();
      const ghost = await rotate('ghost', '--to', 'stdout', '--yes');
      expect(ghost.err).toContain('No node has a user ghost');
      await admin('ACL', 'SETUSER', 'open', 'reset', 'on', 'nopass', '~*', '+get');
      const open = await rotate('open', '--to', 'stdout', '--yes');
      expect(open.err).toContain('has no password there');
      expect(await login('open', 'whatever')).toBe('OK');
      await admin('ACL', 'DELUSER', 'open');
    });

    it('an old password that is none, and a new one that is the old one', async () => {
      await makeUser('app');
      const { rotate, path } = desk({ wrong: 'not-it\n', same: `${OLD}\n`, lines: 'a\nb\n' });
      const wrong = await rotate('app', '--to', 'stdout', '--old-password-file', path('wrong'), '--yes');
      expect(wrong.err).toContain('no password of app');
      const same = await rotate('app', '--to', 'stdout', '--new-password-file', path('same'), '--yes');
      expect(same.err).toContain('has this password already');
      const lines = await rotate('app', '--to', 'stdout', '--new-password-file', path('lines'), '--yes');
      expect(lines.err).toContain('more than one line');
      expect(wrong.err + same.err + lines.err).not.toContain(OLD);
    });

    it('a new one that no file of a replica or Sentinel could hold', async () => {
      await makeUser('app');
      const { rotate, path } = desk({ quoted: 'can"ary\n' });
      await admin('CONFIG', 'SET', 'masteruser', 'app');
      await admin('CONFIG', 'SET', 'masterauth', OLD);
      const argv = ['--to', 'stdout', '--new-password-file', path('quoted'), '--yes'];
      const answer = await rotate('app', ...argv);
      await admin('CONFIG', 'SET', 'masterauth', '');
      await admin('CONFIG', 'SET', 'masteruser', '');
      expect(answer.exit).toBe(2);
      expect(answer.err).toContain('the new secret has to stand in a file there');
      expect(answer.err).not.toContain('can"ary');
      expect([await login('app', OLD), existsSync(path('state/runs'))]).toEqual(['OK', false]);
    });

    it('wrong credentials of our own with exit code 4', async () => {
      const { rotate, path } = desk();
      writeFileSync(path('admin.secret'), 'wrong\n');
      expect((await rotate('app', '--status')).exit).toBe(4);
    });
  });

  it('prints the secret alone on standard output where that is its place, and tells the rest elsewhere', async () => {
    await makeUser('app');
    const { rotate } = desk();
    const answer = await rotate('app', '--to', 'stdout', '--yes', '--deadline', '1s');
    expect(answer.exit).toBe(0);
    expect(answer.out).toMatch(/^[\w-]{43}\n$/);
    expect(answer.err).toContain('rotated');
    expect(answer.err).not.toContain(answer.out.trim());
    expect([await login('app', answer.out.trim()), await login('app', OLD)]).toEqual(['OK', 'refused']);
  });

  it('takes a secret that somebody else made, proves the old one gone, and answers as JSON without either', async () => {
    await makeUser('app');
    const { rotate, path } = desk({ next: 'chosen-canary-2\n', old: `${OLD}\n` });
    const argv = [
      '--to',
      `file:${path('out')}`,
      '--new-password-file',
      path('next'),
      '--old-password-file',
      path('old'),
    ];
    const answer = await rotate('app', ...argv, '--yes', '--deadline', '1s', '--json');
    expect([answer.exit, answer.err]).toEqual([0, '']);
    const report = JSON.parse(answer.out) as {
      readonly schemaVersion: string;
      readonly outcome: string;
      readonly runs: readonly string[];
      readonly steps: readonly {
        readonly kind: string;
        readonly state: string;
        readonly detail: string | null;
      }[];
    };
    expect([report.schemaVersion, report.outcome, report.runs.length]).toEqual(['1', 'done', 2]);
    expect(report.steps.map(({ kind }) => kind)).toEqual([
      'add-password',
      'persist',
      'prove-login',
      'remove-password',
      'persist',
      'prove-login',
      'prove-login',
      'prove-replication',
    ]);
    expect(new Set(report.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(answer.out).not.toMatch(/canary|[0-9a-f]{64}/);
    expect(readFileSync(path('out'), 'utf8')).toBe('chosen-canary-2\n');
    expect(await login('app', 'chosen-canary-2')).toBe('OK');
  });

  it('hands it to a program, whose failure leaves both secrets good and can be gone on with', async () => {
    await makeUser('app');
    const { rotate, path, folder } = desk();
    const flag = path('may');
    writeFileSync(
      path('take'),
      `#!/bin/sh\n[ -e "${flag}" ] || { echo closed >&2; exit 5; }\ncat > "${path('taken')}"\n`,
      { mode: 0o755 },
    );
    const failed = await rotate('app', '--to', `exec:${path('take')}`, '--yes', '--deadline', '1s');
    expect(failed.exit).toBe(2);
    expect(failed.err).toContain('E_DELIVERY');
    expect(failed.err).toContain('exit code 5: closed');
    expect(await login('app', OLD)).toBe('OK');
    const status = await rotate('app', '--status', '--json');
    expect(JSON.parse(status.out)).toMatchObject({ phase: 'waiting', user: 'app', deliveredAt: null });
    writeFileSync(flag, '');
    const resumed = await rotate('app', '--resume', '--yes');
    expect(resumed.exit).toBe(0);
    expect(await login('app', readFileSync(path('taken'), 'utf8'))).toBe('OK');
    expect(await login('app', OLD)).toBe('refused');
    expect(existsSync(join(folder, 'state/lock'))).toBe(false);
  });

  it('neither goes on nor is taken back once the user was revoked, and stands in the way of no later one', async () => {
    await makeUser('app');
    const { rotate, path } = desk();
    const failed = await rotate('app', '--to', `exec:${path('take')} x`, '--yes', '--deadline', '1s');
    expect(failed.err).toContain('not on this machine');
    writeFileSync(path('take'), '#!/bin/sh\nexit 5\n', { mode: 0o755 });
    await rotate('app', '--to', `exec:${path('take')}`, '--yes', '--deadline', '1s');
    const target = [`127.0.0.1:${running.port}`, '--state', path('state'), '--user', 'wardis'];
    const password = ['--password-file', path('admin.secret')];
    const revoked = await run(['user', 'revoke', 'app', ...target, ...password, '--yes', '--deadline', '0']);
    expect(revoked.exit, revoked.err).toBe(0);
    for (const way of ['--resume', '--undo']) {
      const answer = await rotate('app', way, '--yes');
      expect([answer.exit, answer.out]).toEqual([2, '']);
      expect(answer.err).toMatch(/app was revoked since this rotation began; nothing was changed/);
      expect(answer.err).toMatch(/revoked on \d{4}-\d\d-\d\dT\S+ by \S+-revoke-\S+:/);
    }
    expect(await admin('ACL', 'GETUSER', 'app')).toBeNull();
    await makeUser('app');
    const later = await rotate('app', '--to', 'stdout', '--yes', '--deadline', '1s');
    expect([later.exit, await login('app', later.out.trim())]).toEqual([0, 'OK']);
    const runs = await run(['apply', '--runs', '--state', path('state')]);
    expect(runs.out).toMatch(/done +rotate app \(add\) by /);
    expect(runs.out).toMatch(/done +rotate app \(finish\) by /);
  });

  describe('with a policy', () => {
    const policy = (password: string): string =>
      `version: 1\nsecurity_level: standard\nusers:\n  - { name: app, role: readwrite, keys: ["*"]${password} }\nfleet:\n  prod:\n    seeds: [127.0.0.1:${running.port}]\n    auth: { user: wardis, password: { file: ./admin.secret } }\n`;

    it('puts the secret where the policy reads it, whatever else is asked for, and writes the day down', async () => {
      await makeUser('app');
      const { rotate, path } = desk({ 'secrets/app': `${OLD}\n` });
      writeFileSync(path('wardis.yaml'), policy(''));
      const answer = await rotate(
        'app',
        '--policy',
        path('wardis.yaml'),
        '--to',
        `file:${path('copy')}`,
        '--yes',
        '--deadline',
        '1s',
      );
      expect([answer.exit, answer.err]).toEqual([0, '']);
      expect(answer.out).toContain('old one refused 1/1');
      const fresh = readFileSync(path('secrets/app'), 'utf8').trim();
      expect(readFileSync(path('copy'), 'utf8').trim()).toBe(fresh);
      expect([await login('app', fresh), await login('app', OLD)]).toEqual(['OK', 'refused']);
      const record = JSON.parse(readFileSync(path('state/credentials.json'), 'utf8')) as {
        readonly credentials: readonly unknown[];
      };
      expect(record.credentials).toEqual([
        { user: 'app', fleet: 'prod', rotatedAt: expect.stringMatching(/^\d{4}-/) as string },
      ]);
    });

    it('warns where only its owner can change the place', async () => {
      await makeUser('app');
      const { rotate, path } = desk();
      writeFileSync(path('wardis.yaml'), policy(', password: { env: APP_SECRET }'));
      const answer = await rotate(
        'app',
        '--policy',
        path('wardis.yaml'),
        '--to',
        `file:${path('out')}`,
        '--dry-run',
      );
      expect(answer.exit).toBe(0);
      expect(answer.err).toContain('environment variable APP_SECRET');
      expect(answer.out).toContain('nothing is changed (--dry-run)');
      expect(existsSync(path('out'))).toBe(false);
    });
  });
});
