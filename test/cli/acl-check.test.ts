/** `wardis acl check`: offline answers, and live servers whose own ACL DRYRUN is asked beside them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareAnswers } from '../../src/cli/acl/check-live.ts';
import { splitWords } from '../../src/cli/acl/check-words.ts';
import { forEachServer, SERVER_IDS, startServer, talk, type RunningServer } from '../servers/index.ts';
import { run, type Answer } from './run.ts';

let folder: string;
let aclfile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-check-'));
  aclfile = join(folder, 'users.acl');
  writeFileSync(
    aclfile,
    'user default off\nuser app on >secret ~app:* +get +set (~x +get)\nuser gone off ~app:* +get\nuser sorter on >p ~a* ~by +sort\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(...argv: readonly string[]): Promise<Answer> {
  return run(['acl', 'check', '--server', 'redis-7.2', ...argv]);
}

describe('one user', () => {
  it('that may is exit 0, that may not is exit 1, and what is no command is exit 2', async () => {
    const ok = await check('--user-rules', 'on ~app:* +get', '--', 'GET', 'app:1');
    expect(ok).toEqual({
      exit: 0,
      out: [
        '✓ allowed  user: GET app:1   --user-rules, redis-7.2.6',
        '  command  +get gives GET',
        '  key      ~app:* gives key "app:1" (read)',
        '',
      ].join('\n'),
      err: '',
    });
    const denied = await check('--user-rules', 'on ~app:* +get', '--', 'GET', 'other');
    expect(denied.exit).toBe(1);
    expect(denied.out).toContain("says     User user has no permissions to access the 'other' key");
    expect(denied.out).toContain('when run NOPERM No permissions to access a key');
    const error = await check('--user-rules', 'on ~app:* +get', '--', 'GETX', 'other');
    expect(error.exit).toBe(2);
    expect(error.out).toContain('? error    user: GETX other');
    expect(error.out).toContain("says     ERR Command 'GETX' not found");
  });

  it('is named by --as, or by a whole line of ACL LIST', async () => {
    expect((await check('--aclfile', aclfile, '--as', 'app', '--', 'GET', 'x')).out).toMatch(
      /^✓ allowed {2}app: GET x/,
    );
    expect((await check('--user-rules', 'user bob on +get', 'GET', 'x')).out).toContain(
      'User bob has no permissions',
    );
    expect((await check('--user-rules', 'on +get', '--as', 'eve', 'GET', 'x')).out).toContain(
      'User eve has no permissions',
    );
  });

  it('names the selector that allows, when there are several', async () => {
    const { out } = await check('--aclfile', aclfile, '--as', 'app', '--', 'GET', 'x');
    expect(out).toContain(
      '  selector (~x +get)\n  command  +get gives GET\n  key      ~x gives key "x" (read)\n',
    );
  });

  it('hears of each selector what it lacks', async () => {
    const { out } = await check('--aclfile', aclfile, '--as', 'app', '--', 'SET', 'x', '1');
    expect(out).toContain('  rules    key "x" matches none of the patterns');
    expect(out).toContain('  selector (~x +get): no rule gives SET');
  });

  it('is refused where ACL DRYRUN says OK and running it does not', async () => {
    const { exit, out } = await check('--aclfile', aclfile, '--as', 'sorter', '--', 'SORT', 'a1', 'BY', 'w*');
    expect(exit).toBe(1);
    expect(out).toMatch(/^✗ denied {3}sorter: SORT a1 BY 'w\*'/);
    expect(out).toContain('ACL DRYRUN says OK, but running it is refused');
  });

  it('is allowed with a warning where this build looks at the wrong key', async () => {
    const argv = [
      '--aclfile',
      aclfile,
      '--as',
      'sorter',
      '--',
      'SORT',
      'a1',
      'STORE',
      'by',
      'STORE',
      'victim',
    ];
    const { exit, out } = await check(...argv);
    expect(exit).toBe(0);
    expect(out).toContain('warning  The command writes "victim"');
    const fixed = await run(['acl', 'check', '--server', 'redis-7.2.16', ...argv]);
    expect(fixed.exit).toBe(1);
    expect(fixed.out).toContain("access the 'victim' key");
  });

  it('is asked for in a database, which Valkey 9.1 decides by', async () => {
    const argv = ['--server', 'valkey-9.1', '--user-rules', 'on ~* +get db=0', '--', 'GET', 'x'];
    expect((await run(['acl', 'check', ...argv])).exit).toBe(0);
    expect((await run(['acl', 'check', '-n', '3', ...argv])).exit).toBe(1);
    expect((await run(['acl', 'check', '--db', 'x', ...argv])).exit).toBe(2);
  });

  it('is silent when asked to be', async () => {
    expect(await check('-q', '--user-rules', '+get', '--', 'SET', 'a', 'b')).toEqual({
      exit: 1,
      out: '',
      err: '',
    });
  });

  it('as JSON has both answers', async () => {
    const { out } = await check('--json', '--user-rules', '+get', '--', 'GET', 'a b');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: '1',
      server: 'redis-7.2.6',
      exact: true,
      command: ['GET', 'a b'],
      db: 0,
      answers: [
        {
          user: 'user',
          verdict: 'denied',
          dryRun: {
            denied: 'key',
            object: 'a b',
            message: "User user has no permissions to access the 'a b' key",
          },
          executionMessage: 'NOPERM No permissions to access a key',
        },
      ],
    });
  });
});

describe('several users', () => {
  it('are listed, and the exit code is 0', async () => {
    const { exit, out } = await check('--aclfile', aclfile, '--', 'GET', 'app:1');
    expect(exit).toBe(0);
    expect(out).toBe(
      [
        `GET app:1   ${aclfile}, redis-7.2.6`,
        '✗ denied   default  command "get"',
        '✓ allowed  app',
        '✓ allowed  gone     user off',
        '✗ denied   sorter   command "get"',
        '2 allowed, 2 denied   --as USER says why',
        '',
      ].join('\n'),
    );
  });

  it('hear once what is no command', async () => {
    const { exit, out } = await check('--aclfile', aclfile, '--', 'GET');
    expect(exit).toBe(2);
    expect(out.split('\n').slice(1)).toEqual([
      "? error    ERR wrong number of arguments for 'get' command",
      '',
    ]);
  });

  it('never show a password or a hash', async () => {
    const { out, err } = await check('--aclfile', aclfile, '--json', '--', 'GET', 'app:1');
    expect(out + err).not.toMatch(/secret|[0-9a-f]{64}/);
  });
});

describe('the words', () => {
  const flags = { connectTimeout: '5', commandTimeout: '10' };
  const split = (line: string, more = {}): unknown => {
    const raw = line.split(' ');
    return splitWords(
      raw.filter((word) => word !== '--' || raw.indexOf('--') !== raw.lastIndexOf('--')),
      raw,
      { ...flags, ...more },
    );
  };

  it.each([
    ['GET a', {}, { targets: [], argv: ['GET', 'a'] }],
    ['-- GET a', {}, { targets: [], argv: ['GET', 'a'] }],
    ['h:6379 -- GET a', {}, { targets: ['h:6379'], argv: ['GET', 'a'] }],
    ['h:6379 GET a', {}, { targets: ['h:6379'], argv: ['GET', 'a'] }],
    ['localhost -- GET a', {}, { targets: ['localhost'], argv: ['GET', 'a'] }],
    ['redis://h GET a', {}, { targets: ['redis://h'], argv: ['GET', 'a'] }],
    ['+get -- GET a', {}, { targets: [], rules: '+get', argv: ['GET', 'a'] }],
    ['+get GET a', {}, { targets: [], rules: '+get', argv: ['GET', 'a'] }],
    ['h:1 GET a', { userRules: 'x' }, { targets: [], argv: ['h:1', 'GET', 'a'] }],
  ])('%s %o', (line, more, expected) => expect(split(line, more)).toEqual(expected));

  it('must hold a command', async () => {
    for (const argv of [[], ['--'], ['h:6379'], ['--user-rules', '+get']]) {
      const answer = await check(...argv);
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain('no command to ask about');
    }
  });
});

describe('wrong usage', () => {
  it.each([
    [['--user-rules', '+get', '--aclfile', 'x', '--', 'GET', 'a'], 'E_USAGE'],
    [['--user-rules', '+get ping', '--', 'GET', 'a'], 'E_RULES'],
    [['--user-rules', '+get "', '--', 'GET', 'a'], 'E_USAGE'],
    [['--user-rules', '+get', '--verify', '--', 'GET', 'a'], 'E_USAGE'],
    [['--aclfile', '/nonexistent/acl', '--', 'GET', 'a'], 'E_READ'],
    [['--server', 'redis', '--user-rules', '+get', '--', 'GET', 'a'], 'E_USAGE'],
  ])('%o: %s', async (argv, code) => {
    const answer = await check(...argv);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain(code);
  });
});

describe('the answer of a server', () => {
  const denied = { allowed: false, denied: 'key', object: 'k', message: 'no' } as const;

  it('agrees word for word, disagrees, or is not given', () => {
    const kind = (...args: Parameters<typeof compareAnswers>): string => compareAnswers(...args).kind;
    expect(kind({ allowed: true, selector: 0 }, 'OK')).toBe('agrees');
    expect(kind({ allowed: true, selector: 0 }, 'no')).toBe('disagrees');
    expect(kind(denied, 'no')).toBe('agrees');
    expect(kind(denied, 'No')).toBe('disagrees');
    expect(kind(denied, 'OK')).toBe('disagrees');
    expect(kind(denied, { error: 'no' })).toBe('agrees');
    expect(kind(denied, { error: 'NOPERM this user has no permissions' })).toBe('unasked');
  });
});

const QUESTIONS = [
  ['GET', 'app:1'],
  ['GET', 'other'],
  ['SET', 'app:1', 'x'],
  ['get'],
  ['NOSUCH', 'a'],
  ['CONFIG', 'GET', 'x'],
  ['MSET', 'app:1', 'a', 'app:2', 'b'],
  ['PUBLISH', 'c', 'm'],
  ['PING'],
];

forEachServer(
  SERVER_IDS.filter((id) => id !== 'redis-6.0'),
  (server) => {
    let running: RunningServer;
    const target = () => `127.0.0.1:${running.port}`;

    beforeAll(async () => {
      running = await startServer({ server, conf: 'rename-command CONFIG conf\nrename-command KEYS ""\n' });
      await talk(running.port, [
        ['ACL', 'SETUSER', 'app', 'on', '>secret', '~app:*', '+get', '+mset', '&*', '+config|get'],
        ['ACL', 'SETUSER', 'rw', 'off', '(%R~app:* +get)', '(%W~app:* +set)'],
        [
          'ACL',
          'SETUSER',
          'asker',
          'on',
          '>ask',
          'resetkeys',
          'resetchannels',
          '-@all',
          '+acl|list',
          '+acl|dryrun',
          '+command',
          '+info',
        ],
        ['ACL', 'LOG', 'RESET'],
      ]);
    });
    afterAll(() => running.stop());

    it.each(QUESTIONS)('ACL DRYRUN says the same for every user: %s %s %s', async (...argv) => {
      const words = argv.filter((word) => word !== undefined);
      const { out } = await run(['acl', 'check', target(), '--verify', '--json', '--', ...words]);
      const { answers } = JSON.parse(out) as { readonly answers: readonly { readonly server: unknown }[] };
      expect(answers).toHaveLength(4);
      for (const answer of answers) expect(answer.server, out).toMatchObject({ kind: 'agrees' });
    });

    it('knows the names that rename-command gave', async () => {
      const ask = (...argv: readonly string[]) =>
        run(['acl', 'check', target(), '--as', 'app', '--verify', '--json', '--', ...argv]);
      expect(JSON.parse((await ask('conf', 'GET', 'x')).out)).toMatchObject({
        answers: [{ verdict: 'allowed', server: { kind: 'agrees' } }],
      });
      for (const name of ['CONFIG', 'KEYS'])
        expect(JSON.parse((await ask(name, 'GET')).out)).toMatchObject({
          answers: [
            { verdict: 'error', server: { kind: 'agrees', text: `ERR Command '${name}' not found` } },
          ],
        });
    });

    it('asks as a user with three rights, and leaves nothing in ACL LOG', async () => {
      await talk(running.port, [['ACL', 'LOG', 'RESET']]);
      const environment = { REDISCLI_AUTH: 'ask' };
      const login = ['--user', 'asker'];
      const ok = await run(
        ['acl', 'check', target(), ...login, '--as', 'app', '--verify', '--', 'GET', 'app:1'],
        {
          environment,
        },
      );
      expect(ok).toMatchObject({ exit: 0, err: '' });
      expect(ok.out).toContain('server   ACL DRYRUN says the same: OK');
      expect(await talk(running.port, [['ACL', 'LOG']])).toEqual([[]]);
    });

    it('says who is not there, and what a user without rights may not ask', async () => {
      const nobody = await run(['acl', 'check', target(), '--as', 'nobody', '--', 'GET', 'x']);
      expect(nobody).toMatchObject({ exit: 2, out: '' });
      expect(nobody.err).toContain('there is no user "nobody"');
      expect(nobody.err).toContain('default, ');
      const refused = await run(
        ['acl', 'check', target(), '--user', 'app', '--as', 'app', '--', 'GET', 'x'],
        {
          environment: { REDISCLI_AUTH: 'secret' },
        },
      );
      expect(refused).toMatchObject({ exit: 2, out: '' });
      expect(refused.err).toContain('E_USERS');
      expect(refused.err).toContain('NOPERM');
    });

    it('reads one user by ACL GETUSER where ACL LIST is refused', async () => {
      await talk(running.port, [
        ['ACL', 'SETUSER', 'viewer', 'on', '>see', '-@all', '+acl|getuser', '+command', '+info'],
      ]);
      const answer = await run(
        ['acl', 'check', target(), '--user', 'viewer', '--as', 'rw', '--json', '--', 'SET', 'app:1', 'x'],
        { environment: { REDISCLI_AUTH: 'see' } },
      );
      expect(JSON.parse(answer.out)).toMatchObject({
        answers: [{ user: 'rw', verdict: 'allowed', dryRun: { selector: 2 } }],
      });
    });

    it('needs a login where the server wants one', async () => {
      await talk(running.port, [['CONF', 'SET', 'requirepass', 'x']]);
      const answer = await run(['acl', 'check', target(), '--', 'GET', 'x']);
      await talk(running.port, [
        ['AUTH', 'x'],
        ['CONF', 'SET', 'requirepass', ''],
      ]);
      expect(answer).toMatchObject({ exit: 3, out: '' });
      expect(answer.err).toContain('E601');
    });
  },
);

forEachServer(['redis-6.0'], (server) => {
  it('is asked for its users, and has no ACL DRYRUN to verify by', async () => {
    const running = await startServer({ server });
    const target = `127.0.0.1:${running.port}`;
    await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>x', '~app:*', '+get']]);
    const answer = await run(['acl', 'check', target, '--as', 'app', '--', 'GET', 'other']);
    expect(answer.exit).toBe(1);
    expect(answer.out).toContain('NOPERM this user has no permissions to access one of the keys');
    const verify = await run(['acl', 'check', target, '--as', 'app', '--verify', '--', 'GET', 'other']);
    expect(verify).toMatchObject({ exit: 2, out: '' });
    expect(verify.err).toContain('E_UNSUPPORTED');
    await running.stop();
  });
});

describe('what would allow it', () => {
  const would = async (...argv: readonly string[]): Promise<string | undefined> =>
    / {2}would {4}(.*)$/m.exec((await check('--user-rules', 'on ~app:* +get', '--', ...argv)).out)?.[1];

  it('is the least, and for keys also by prefix', async () => {
    expect(await would('PUBLISH', 'foo', 'x')).toBe('+publish &foo');
    expect(await would('CONFIG', 'GET', 'x')).toBe('+config|get');
    expect(await would('GET', 'db:1')).toBe('%R~db:1, or for the prefix: %R~db:*');
    // No pattern holds a blank.
    expect(await would('SET', 'two words', 'x')).toBeUndefined();
  });

  it('works, and is not said of what is allowed', async () => {
    const answer = await check('--user-rules', 'on ~app:* +get +publish &foo', '--', 'PUBLISH', 'foo', 'x');
    expect(answer.exit).toBe(0);
    expect(answer.out).not.toContain('  would ');
    const { out } = await check('--user-rules', 'on +get', '--json', '--', 'GET', 'a:1');
    expect(JSON.parse(out)).toMatchObject({
      answers: [{ would: { rules: ['%R~a:1'], byPrefix: ['%R~a:*'] } }],
    });
  });
});

forEachServer(['redis-6.0'], (server) => {
  it('is judged as another version would, when --server names one', async () => {
    const running = await startServer({ server });
    const target = `127.0.0.1:${running.port}`;
    try {
      await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>x', '~app:*', '+publish', '+get']]);
      const ask = (...flags: readonly string[]) =>
        run(['acl', 'check', target, '--as', 'app', ...flags, '--', 'PUBLISH', 'news', 'x']);
      const own = await ask();
      expect([own.exit, own.out.includes('what if')]).toEqual([0, false]);
      const other = await ask('--server', 'redis-7.2');
      expect(other.exit).toBe(1);
      expect(other.out).toContain('redis-7.2.6');
      expect(other.out.replaceAll(/\s+/g, ' ')).toMatch(
        /what if: the users of .*, which is redis-6\.0\.\d+, as redis-7/,
      );
      const same = await ask('--server', 'redis-6.0');
      expect([same.exit, same.out.includes('what if')]).toEqual([0, false]);
      const verify = await ask('--server', 'redis-7.2', '--verify');
      expect([verify.exit, verify.err.includes('leave out --server')]).toEqual([2, true]);
      const explained = await run([
        'acl',
        'explain',
        target,
        '--as',
        'app',
        '--server',
        'redis-7.2',
        '--',
        'PUBLISH',
        'n',
        'x',
      ]);
      expect(explained.out).toContain('denied');
      expect(explained.out).toContain('what if');
    } finally {
      await running.stop();
    }
  });
});
