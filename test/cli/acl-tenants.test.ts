import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/acl/index.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardis-tenants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const SERVER = ['--server', 'redis-7.2'];

describe('acl tenants makes users', () => {
  it('who cannot log in until they have a password', async () => {
    const { exit, out, err } = await run(['acl', 'tenants', '--names', 'acme,acme[1]', ...SERVER]);
    expect(exit).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('user default off resetpass resetkeys resetchannels -@all');
    expect(lines[1]).toMatch(/^user acme off resetpass ~acme:\* resetchannels &acme\.\* -@all /);
    expect(lines[2]).toMatch(/^user acme\[1\] off resetpass ~acme\\\[1\\\]:\* /);
    expect(err).toContain('apart: no key, channel or command leads from one tenant to another');
    expect(err).toContain('2 new users are off and have no password');
  });

  it('with passwords in files of their own', async () => {
    const argv = [
      'acl',
      'tenants',
      '--count',
      '3',
      '--prefix',
      'team-',
      '--out',
      at('t.acl'),
      '--secrets-dir',
      at('s'),
    ];
    const { exit, out, err } = await run([...argv, ...SERVER]);
    expect(exit).toBe(0);
    expect(readdirSync(at('s')).sort()).toEqual(['team-1', 'team-2', 'team-3']);
    const secret = readFileSync(join(at('s'), 'team-1'), 'utf8').trimEnd();
    const text = readFileSync(at('t.acl'), 'utf8');
    expect(text).toContain(`user team-1 on #${hashPassword(secret)} ~team-1:*`);
    expect(text + out + err).not.toContain(secret);
    expect(out + err).not.toMatch(/[0-9a-f]{64}/);
    for (const path of [at('t.acl'), join(at('s'), 'team-1')])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await run([...argv, '--force', ...SERVER])).err).toContain('there is a password already');
    expect(readFileSync(join(at('s'), 'team-1'), 'utf8').trimEnd()).toBe(secret);
  });

  it('and writes no hash to standard output', async () => {
    const { exit, out, err } = await run([
      'acl',
      'tenants',
      '--names',
      'a',
      '--secrets-dir',
      at('x'),
      ...SERVER,
    ]);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain('only written to a file of mode 0600');
  });

  it('and writes nothing when tenants would meet', async () => {
    const argv = [
      'acl',
      'tenants',
      '--names',
      'app_a,app_ab',
      '--keys',
      '{tenant}*',
      '--out',
      at('no.acl'),
      ...SERVER,
    ];
    const { exit, out } = await run(argv);
    expect(exit).toBe(1);
    expect(out).toContain('app_a ~app_a*  app_ab ~app_ab*  both: "app_ab"');
    expect(readdirSync(folder)).not.toContain('no.acl');
  });

  it('and names a command that crosses', async () => {
    const argv = ['acl', 'tenants', '--names', 'a,b', '--add', '+scan', ...SERVER];
    const { exit, out } = await run(argv);
    expect([exit, out.includes("show others' key names: SCAN (2 users: a, b)")]).toEqual([1, true]);
    expect((await run([...argv, '--allow', 'scan'])).exit).toBe(0);
  });

  it('into an existing file, whose users and logins stay', async () => {
    const hash = 'ab'.repeat(32);
    writeFileSync(
      at('old.acl'),
      `user default on nopass ~* &* +@all\nuser acme on #${hash} ~old:* +get\nuser ops on +ping\n`,
    );
    const argv = ['acl', 'tenants', '--names', 'acme,beta', '--aclfile', at('old.acl'), ...SERVER];
    expect((await run(argv)).exit).toBe(2);
    const { exit, out } = await run([...argv, '--out', at('merged.acl')]);
    expect(exit).toBe(0);
    expect(out).toContain('default is on without a password');
    const text = readFileSync(at('merged.acl'), 'utf8');
    expect(text).toContain(`user acme on #${hash} ~acme:* `);
    expect(text).toContain('user beta off resetpass ~beta:* ');
    expect(text).toMatch(/^user ops on .*\+ping$/m);
    expect(text).not.toContain('~old:');
  });

  it('and none who meets a user of the file', async () => {
    writeFileSync(
      at('shop.acl'),
      'user default off\nuser shop on nopass %R~shop:* resetchannels -@all +get\nuser ops on nopass ~* &* +@all\n',
    );
    const argv = ['acl', 'tenants', at('shop.acl'), '--names', 'evil', ...SERVER];
    const refused = await run([...argv, '--keys', 'shop*', '--out', at('evil.acl')]);
    expect(refused.exit).toBe(1);
    expect(refused.out).toContain('1 tenant and 1 user who is there already');
    expect(refused.out).toContain('evil ~shop*  shop %R~shop:*  both: "shop:"');
    expect(refused.out).toContain('not apart');
    expect(readdirSync(folder)).not.toContain('evil.acl');
    const accepted = await run([...argv, '--out', at('good.acl')]);
    expect(accepted.exit).toBe(0);
    expect(accepted.out).toContain('not tenants, and reach every key: ops');
    const again = ['acl', 'tenants', at('good.acl'), '--tenant', 'evil', '--tenant', 'shop', ...SERVER];
    expect((await run(again)).exit).toBe(0);
  });

  it('and tells whom they meet who is no tenant', async () => {
    const argv = [
      'acl',
      'tenants',
      at('shop.acl'),
      '--names',
      'evil',
      '--keys',
      'shop*',
      '--tenant',
      'x',
      ...SERVER,
    ];
    const { exit, out } = await run([...argv, '--out', at('told.acl')]);
    expect(exit).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'shop is no tenant and meets them: evil ~shop*, shop %R~shop:*, both "shop:"',
    );
  });

  it.each(
    ['redis-6.0', 'redis-6.2', 'redis-7.2', 'redis-8.0', 'valkey-8.1', 'valkey-9.1'].flatMap((server) =>
      ['read', 'read-write'].map((access) => [server, access] as const),
    ),
  )('in whom acl lint finds nothing: %s, %s', async (server, access) => {
    const made = at(`${server}-${access}.acl`);
    const flags = ['--server', server];
    await run(['acl', 'tenants', '--count', '3', '--access', access, '--out', made, ...flags]);
    const { exit, out } = await run(['acl', 'lint', made, ...flags]);
    expect([exit, out]).toEqual([0, expect.stringContaining('nothing found')]);
  });

  it('from a file of names', async () => {
    writeFileSync(at('names.txt'), 'one\r\ntwo\n\n');
    const { out } = await run(['acl', 'tenants', '--names-file', at('names.txt'), '--users-only', ...SERVER]);
    expect(out.split('\n').map((line) => line.split(' ')[1])).toEqual(['one', 'two', undefined]);
  });

  it.each([
    [['--names', 'a b'], 'the name holds a blank'],
    [['--names', 'a,a'], 'would be made twice'],
    [['--count', '0'], '--count 0 is not a number of tenants'],
    [['--names', 'a', '--count', '2'], 'names are given more than once'],
    [['--names', 'a', '--access', 'all'], '--access "all" is not known'],
    [['--names', 'a', '--databases', '0'], 'the server has no database rules'],
    [['--names', 'a', '--add', '+nosuch'], 'the server refuses these rules'],
    [[], 'neither tenants to make nor users to prove apart'],
  ])('refuses %j', async (argv, message) => {
    const { exit, out, err } = await run(['acl', 'tenants', ...argv, ...SERVER]);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('acl tenants proves users apart', () => {
  it('of a file', async () => {
    writeFileSync(
      at('u.acl'),
      'user default off\nuser a on ~a:* +get\nuser b on ~b:* +get\nuser ops on ~* +@all\n',
    );
    const argv = ['acl', 'tenants', '--aclfile', at('u.acl'), ...SERVER];
    expect((await run(argv)).exit).toBe(1);
    const { exit, out } = await run([...argv, '--tenant', '[ab]']);
    expect(exit).toBe(0);
    expect(out).toContain('2 tenants on redis-7.2.6');
    expect(out).toContain('note: not tenants, and reach every key: ops');
    expect((await run([...argv, '--tenant', 'none'])).err).toContain('no name matches none');
  });

  it('as JSON', async () => {
    const { out } = await run([
      'acl',
      'tenants',
      '--aclfile',
      at('u.acl'),
      '--tenant',
      '?',
      '--json',
      ...SERVER,
    ]);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: '1',
      tenants: 2,
      verdict: 'apart',
      keys: { verdict: 'apart', complete: true },
      crossings: [],
    });
  });
});
