/** `wardis acl explain`: users in full, many users, decisions; offline and of live servers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRulesArgument, splitExplainWords } from '../../src/cli/acl/rules-argument.ts';
import { forEachServer, startServer, talk } from '../servers/index.ts';
import { run, type Answer } from './run.ts';

const HASH = '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8';
let folder: string;
let aclfile: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-explain-'));
  aclfile = join(folder, 'users.acl');
  writeFileSync(
    aclfile,
    [
      'user default off resetpass',
      `user app on >canary-secret #${HASH} ~app:* resetchannels -@all +@read +@write -@dangerous`,
      'user trap on >p ~* -@dangerous +@all',
      'user two on >p ~a* +get (~b* +set) (%W~c* +get)',
      '',
    ].join('\n'),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function explain(...argv: readonly string[]): Promise<Answer> {
  return run(['acl', 'explain', '--server', 'redis-7.2', ...argv]);
}
const one = (name: string, ...more: readonly string[]): Promise<Answer> =>
  explain('--aclfile', aclfile, '--as', name, ...more);

describe('one user', () => {
  it('has its rules in a table, and what they add up to below', async () => {
    const { exit, out, err } = await explain('on >s +get +set ~* -@all +@write');
    expect([exit, err]).toEqual([0, '']);
    const [head, , ...lines] = out.split('\n');
    expect(head).toBe('user  on, 1 password · redis-7.2.6 · --user-rules');
    expect(lines.slice(0, 6)).toEqual([
      'rule       effect',
      'on         can log in',
      '>…         a password',
      '+get +set  none: -@all further right takes it away',
      '~*         every key, read and write',
      '-@all      takes away GET',
    ]);
    expect(out).toMatch(/\+@write {4}108 commands: .*FLUSHALL[\s\S]*which ignore key\s+patterns/);
    expect(out).toMatch(/^commands {8}108 of \d+: all of @write/m);
    expect(out).toMatch(/^may not {9}GET, PING, SELECT/m);
    expect(out).toMatch(/^always {10}AUTH HELLO QUIT RESET need no right$/m);
    expect(out).toContain('could become    ');
    expect(out).toMatch(/^probably meant {2}on >… -@all \+get \+set ~\* \+@write \(gives GET besides\)$/m);
  });

  it('comes from a file, with its line, and shows holes and commands without keys', async () => {
    const { out } = await one('app');
    expect(out.split('\n')[0]).toBe(`app  on, 2 passwords · redis-7.2.6 · ${aclfile}:2`);
    expect(out).toMatch(/^resetchannels -@all {2}a new user is like that$/m);
    expect(out).toMatch(/^\+@read {15}87 commands, -@dangerous takes 2 of them$/m);
    expect(out).toMatch(
      /^ignore keys {5}SCAN RANDOMKEY DBSIZE: show names or numbers of keys of\n {16}everybody$/m,
    );
    expect(out).toMatch(/^hole {12}GEORADIUS with two STORE options/m);
  });

  it('shows each selector on its own', async () => {
    const { out } = await one('two');
    expect(out).toContain('\n(~b* +set)    rights of their own:\n  ~b*         reads and writes keys b*\n');
    expect(out).toContain('\noutside parentheses\ncommands        1 of');
    expect(out).toContain('\n(%W~c* +get)\n');
    expect(out).toContain('never run       GET: no key pattern reads\n');
  });

  it('knows the order that was meant, and what it takes away', async () => {
    const { out } = await one('trap');
    expect(out).toContain('-@dangerous  none: +@all further right gives what it was to deny');
    expect(out).toMatch(/probably meant {2}on >… ~\* \+@all -@dangerous \(takes ACL DELUSER/);
    // The file says that the user default is off: no way leads over it.
    expect(out).not.toContain('user default');
  });

  it('fits a narrow terminal', async () => {
    const { out } = await run(
      [
        'acl',
        'explain',
        '--server',
        'redis-7.2',
        'on >s ~app:* +@all -@dangerous (~a-rather-long-prefix:* ~another:* +get +set +del +mget)',
      ],
      {
        look: { columns: 60, tty: true },
      },
    );
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
  });

  it('is plain without colour and Unicode, and coloured with', async () => {
    const argv = ['acl', 'explain', '--server', 'redis-7.2', 'on >s +get -@all'];
    const plain = (await run(argv, { look: { unicode: false } })).out;
    expect(plain.replaceAll('…', '').replaceAll('→', '')).toMatch(/^[\x20-\x7e\n]*$/);
    const coloured = (await run(argv, { look: { colour: true } })).out;
    expect(coloured).toContain('\u001b[33mnone: -@all further right takes it away\u001b[0m');
  });

  it('is data with --json, without a secret', async () => {
    const { out } = await one('app', '--json');
    const data = JSON.parse(out) as Record<string, unknown>;
    expect(data).toMatchObject({
      schemaVersion: '1',
      kind: 'user',
      server: 'redis-7.2.6',
      user: 'app',
      line: 2,
      login: { passwords: 2, open: 'password' },
      alwaysAllowed: ['auth', 'hello', 'quit', 'reset'],
      holes: [{ code: 'georadius-double-store' }],
    });
    expect(data['rules']).toContainEqual({
      token: '~app:*',
      index: 3,
      last: 3,
      status: 'effective',
      by: [],
      keys: { given: ['~app:*'], taken: [], standing: ['~app:*'], stillTaken: [] },
      lostTo: [],
      sentence: 'reads and writes keys app:*',
    });
    const texts = [out, (await one('app')).out, (await explain('--aclfile', aclfile)).out];
    expect(texts.join('')).not.toMatch(/canary|5e884898/);
  });

  it('names every command with --wide', async () => {
    const { out } = await explain('on ~a +@write', '--wide');
    expect(out).toContain('ZUNIONSTORE');
    expect(out).not.toContain('more, and');
  });
});

describe('several users', () => {
  it('are a line each', async () => {
    const { exit, out } = await explain('--aclfile', aclfile);
    expect(exit).toBe(0);
    expect(out.split('\n').slice(0, 8)).toEqual([
      `4 users of ${aclfile}, redis-7.2`,
      '',
      'default  off: nobody can log in; 0 commands',
      'app      on, 2 passwords; 185 commands, reads and writes app:*; some ignore key',
      '         patterns',
      'trap     on, 1 password; every command, every key',
      'two      on, 1 password; 1 command, reads and writes a*; or 1 command, reads and',
      '         writes b*; or 1 command, writes c*',
    ]);
    const data = JSON.parse((await explain('--aclfile', aclfile, '--json')).out) as {
      readonly kind: string;
      readonly users: readonly { readonly user: string }[];
    };
    expect([data.kind, data.users.map(({ user }) => user)]).toEqual([
      'users',
      ['default', 'app', 'trap', 'two'],
    ]);
  });
});

describe('a decision', () => {
  it('is led by the rules that decide it', async () => {
    const { exit, out } = await explain('on ~app:* +@all -@dangerous', '--', 'KEYS', '*');
    expect(exit).toBe(0);
    expect(out).toBe(
      [
        '✗ denied   user: KEYS *   redis-7.2.6, --user-rules',
        '',
        "dry run         User user has no permissions to run the 'keys' command",
        'refused         -@dangerous takes away KEYS, which +@all gave (rules 3, 4)',
        '',
      ].join('\n'),
    );
    expect((await explain('on ~app:* +get', '--', 'GET', 'app:1')).out).toContain(
      'given           ~app:* gives key "app:1" (read) (rule 2)',
    );
  });

  it('tells why the other selectors refuse, and what running it adds', async () => {
    const { out } = await one('two', '--', 'SET', 'b1', 'x');
    expect(out).toContain('✓ allowed  two: SET b1 x');
    expect(out).toContain('given           +set gives SET (rule 5.2)');
    expect(out).toContain('besides         outside parentheses: no rule gives SET');
    const sort = (await explain('on ~a +sort', '--', 'SORT', 'a', 'BY', 'w_*')).out;
    expect(sort).toContain('✗ denied');
    expect(sort).toContain('when run        ERR BY option of SORT denied');
  });

  it('of several users is a line each, and data with --json', async () => {
    const { out } = await explain('--aclfile', aclfile, '--', 'GET', 'app:1');
    expect(out.split('\n').slice(2, 6)).toEqual([
      '✗ denied   default  no rule gives GET',
      '✓ allowed  app      +@read gives GET, ~app:* gives key "app:1" (read)',
      '✓ allowed  trap     +@all gives GET, ~* gives every key',
      '✓ allowed  two      +get gives GET, ~a* gives key "app:1" (read)',
    ]);
    const data: unknown = JSON.parse((await one('two', '--json', '--', 'GET', 'x')).out);
    expect(data).toMatchObject({
      kind: 'decision',
      command: ['GET', 'x'],
      decisions: [
        { user: 'two', decision: { denied: 'key' }, executionMessage: expect.any(String) as string },
      ],
    });
  });

  it('looks at the database that is named', async () => {
    const ask = (...more: readonly string[]): Promise<Answer> =>
      run(['acl', 'explain', '--server', 'valkey-9.1', 'on ~* +@all db=1', ...more, '--', 'GET', 'a']);
    expect((await ask()).out).toContain('the command touches database 0; given is db=1 (rule 4)');
    expect((await ask('--db', '1')).out).toMatch(/^✓ allowed/);
  });

  it('keeps long command lines short', async () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `app:${i}`);
    const { out } = await explain('on ~app:* +mget', '--', 'MGET', ...keys, 'other');
    expect(out.split('\n')[0]?.length).toBeLessThan(300);
    expect(out).toContain('key "other" matches none of the patterns that give read: ~app:*');
  });

  it('of what is no command is an error in words', async () => {
    const { out } = await explain('on ~a +get', '--', 'GETX', 'a');
    expect(out).toContain('? error    user: GETX a');
    expect(out).toContain("dry run         ERR Command 'GETX' not found");
  });
});

describe('the words of the command line', () => {
  it.each([
    'on >s +get',
    '+get',
    '~app:*',
    '-@all',
    'nopass',
    '%R~a',
    '(+get)',
    'allkeys',
    '&x',
    '@all',
    'reset',
  ])('takes %s as rules', (word) => expect(isRulesArgument(word)).toBe(true));

  it.each([
    '127.0.0.1:6379',
    'redis://h:1',
    'redis://h/%20 x',
    'online.example.com',
    'localhost',
    'onyx:6379',
    'all-in-one',
  ])('takes %s as a server', (word) => expect(isRulesArgument(word)).toBe(false));

  it('parts the command at --', () => {
    const split = (...words: readonly string[]): unknown =>
      splitExplainWords(
        words.filter((word) => word !== '--'),
        ['node', 'wardis', ...words],
      );
    expect(split('h:1', '--', 'GET', 'a')).toEqual({ targets: ['h:1'], argv: ['GET', 'a'] });
    expect(split('--', 'GET')).toEqual({ targets: [], argv: ['GET'] });
    expect(split('+get')).toEqual({ targets: [], rules: '+get' });
    expect(split()).toEqual({ targets: [] });
  });

  it('says what is wrong with them', async () => {
    expect((await explain('a', 'b')).err).toContain('E_USAGE  one server, or rules in one argument');
    expect((await explain('+get', '--')).err).toContain('no command stands behind --');
    expect((await explain('+get', '--user-rules', '+set')).err).toContain('rules are given twice');
    expect((await explain('on +nosuch')).err).toContain(
      'E_RULES  --user-rules: the server refuses these rules',
    );
    expect((await explain('on', '--db', 'x', '--', 'GET', 'a')).err).toContain('no database number');
    expect((await one('nobody')).err).toContain('there is no user "nobody"');
  });
});

forEachServer(['redis-6.0', 'redis-8.0', 'valkey-9.1'], (server) => {
  it('explains the users of a live server', async () => {
    const running = await startServer({ server });
    await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>canary', '~app:*', '+@read', '-keys']]);
    const target = `127.0.0.1:${running.port}`;
    const full = await run(['acl', 'explain', target, '--as', 'app']);
    expect([full.exit, full.err]).toEqual([0, '']);
    expect(full.out).toMatch(/^app {2}on, 1 password · /);
    expect(full.out).toContain('reads and writes keys app:*');
    expect(full.out).not.toMatch(/canary|[0-9a-f]{64}/);
    // What an escalation over the user default leads to depends on that user, whom the server shows too.
    expect(full.out).toContain('acts as default → full control');
    await talk(running.port, [['ACL', 'SETUSER', 'admin', 'on', 'nopass', '~*', '+@all']]);
    await talk(running.port, [
      ['AUTH', 'admin', 'x'],
      ['ACL', 'SETUSER', 'default', 'off'],
    ]);
    const closed = await run(['acl', 'explain', '--as', 'app', '-u', `redis://admin:x@${target}`]);
    expect(closed.out).not.toContain('default →');
    await talk(running.port, [
      ['AUTH', 'admin', 'x'],
      ['ACL', 'SETUSER', 'default', 'on'],
      ['ACL', 'DELUSER', 'admin'],
    ]);
    const all = await run(['acl', 'explain', target]);
    expect(all.out).toContain(`2 users of ${target}`);
    const decision = await run(['acl', 'explain', target, '--as', 'app', '--', 'KEYS', '*']);
    expect(decision.out).toContain('✗ denied   app: KEYS *');
    expect(decision.out).toMatch(/KEYS/);
  });
});
