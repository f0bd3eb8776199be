import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAclFile, serverNamed, tableFor } from '../../src/acl/index.ts';
import { parseServerName, secret } from '../../src/conf/index.ts';
import { checkAclFile, checkConfFile } from '../../src/change/host/content-check.ts';
import { printHandItems } from '../../src/change/host/hand-access.ts';
import { openLocalAccess } from '../../src/change/host/local-access.ts';
import { openHostAccess } from '../../src/change/host/open.ts';
import { findUnshownSettings, findUnshownUsers } from '../../src/change/host/shown.ts';
import { openSshSession } from '../../src/change/host/ssh-session.ts';
import { quoteShell } from '../../src/change/host/ssh-script.ts';
import { hashOf, mountTrouble, placementOf, reasonOf, testHostAccess } from './host-behaviour.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardis-host-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const named = serverNamed('redis-7.2');
const server = parseServerName('redis-7.2');
if (named === undefined || server === undefined) throw new Error('redis-7.2 is known');
const table = tableFor(named);

describe('files of this machine', () => {
  mountTrouble(() => folder);
  const access = openLocalAccess();
  testHostAccess(
    () => access,
    () => folder,
  );
});

describe('files that a person places', () => {
  const files = { via: 'none', user: undefined, port: undefined, identity: undefined } as const;
  const access = openHostAccess({ host: '10.0.0.5', files, handFolder: join(folder, 'by-hand') });

  it('are collected for us alone, with all that the person needs, and never written to a host', async () => {
    const placement = { ...placementOf('/etc/redis/users.acl', 'old\n', 'user default off\n'), mode: 0o600 };
    const placed = await access.place(placement);
    if (placed.outcome !== 'by-hand') throw new Error(placed.outcome);
    const { source } = placed.item;
    expect(placed.item).toEqual({
      host: '10.0.0.5',
      path: '/etc/redis/users.acl',
      mode: 0o600,
      sha256: hashOf('user default off\n'),
      bytes: 17,
      source: join(folder, 'by-hand/10.0.0.5/etc/redis/users.acl'),
    });
    expect(readFileSync(source, 'utf8')).toBe('user default off\n');
    expect(statSync(source).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'by-hand')).mode & 0o777).toBe(0o700);
    expect(printHandItems([placed.item])[0]).toContain(`/etc/redis/users.acl   17 bytes, mode 0600, sha256`);
    await access.place({ ...placement, content: secret('user default on nopass\n') });
    expect(readdirSync(join(source, '..'))).toEqual(['users.acl']);
  });

  it('cannot be read or put back', async () => {
    expect(await reasonOf(access.read('/etc/redis/users.acl'))).toBe('failed');
    const back = { path: '/a', runId: 'r', beforeSha256: 'absent', placedSha256: hashOf('x') };
    expect(await reasonOf(access.restore(back))).toBe('failed');
  });

  it('count as placed once the server shows the same users, by rights and passwords', () => {
    const file = `user default off\nuser a on #${hashOf('p')} ~a:* +@all -@dangerous\n`;
    const shown = (text: string) => parseAclFile(text, table).users.map(({ user }) => user);
    const same = `user a on #${hashOf('p')} ~a:* resetchannels +@all -@dangerous\nuser default off\n`;
    expect(findUnshownUsers(file, shown(same), table)).toEqual([]);
    expect(findUnshownUsers(file, shown(same.replace('~a:*', '~b:*')), table)).toEqual([
      { name: 'a', how: 'different' },
    ]);
    expect(findUnshownUsers(file, shown(same.replace(hashOf('p'), hashOf('q'))), table)).toEqual([
      { name: 'a', how: 'different' },
    ]);
    expect(findUnshownUsers(file, shown('user default off\nuser b on nopass\n'), table)).toEqual([
      { name: 'a', how: 'missing' },
      { name: 'b', how: 'extra' },
    ]);
  });

  it('count as placed once the server shows the same settings', () => {
    const conf = { path: 'redis.conf', text: 'maxmemory 2gb\nprotected-mode yes\nrequirepass geheim\n' };
    const shown = new Map([
      ['maxmemory', '2147483648'],
      ['protected-mode', 'no'],
    ]);
    expect(findUnshownSettings(conf, shown, server)).toEqual([{ name: 'protected-mode', how: 'different' }]);
  });
});

describe('what is placed', () => {
  it('must be what the server reads', () => {
    const check = checkAclFile(table);
    expect(check('user default off\nuser a on nopass ~* +get\n')).toEqual([]);
    expect(check('# comment\nuser a on +nosuch\n')).toHaveLength(2);
    const conf = checkConfFile('/etc/redis/redis.conf', server);
    expect(conf('port 6379\ninclude /etc/redis/secrets.conf\n')).toEqual([]);
    expect(conf('port 6379\nno-such-thing yes\n')).toEqual([expect.stringContaining('line 2: ')]);
  });

  it('is not named when it is wrong', () => {
    const problems = checkAclFile(table)(`user a on #${hashOf('p')}zz ~* +get >hunter2 +nosuch\n`).join();
    expect(problems).not.toBe('');
    expect(problems).not.toContain(hashOf('p'));
    expect(problems).not.toContain('hunter2');
  });
});

describe('names for ssh', () => {
  it('are never read as options or commands', () => {
    for (const host of ['-oProxyCommand=id', 'a b', 'a;id', '$(id)', '', 'a\nb', 'u@h']) {
      expect(() => openSshSession({ host }), host).toThrow(/the host of ssh cannot be used/);
    }
    for (const user of ['-l', 'a b', '$(id)', '']) {
      expect(() => openSshSession({ host: 'h', user }), user).toThrow(/the user of ssh cannot be used/);
    }
    expect(() => openSshSession({ host: 'h', port: 0 })).toThrow(/the port of ssh/);
    expect(() => openSshSession({ host: 'h', identity: '-x' })).toThrow(/a file of ssh/);
  });

  it('are one word for a shell', () => {
    expect(quoteShell("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  });
});
