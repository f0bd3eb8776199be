import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wardis-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const before = file(
  'before.acl',
  'user default off\nuser app on >one ~app:* +get +set\nuser old on >x ~o:* +get\nuser same on ~s +get +set\n',
);
const after = file(
  'after.acl',
  'user default off\nuser app off >two ~app:* ~shared:* +get +flushall\nuser new on >x ~n:* +@list\nuser same on +set ~s +get\n',
);
const SERVER = ['--server', 'redis-7.2'];

describe('acl diff', () => {
  it('compares users of two files by name', async () => {
    const { exit, out } = await run(['acl', 'diff', before, after, ...SERVER]);
    expect(exit).toBe(0);
    expect(out).toContain('~ app\n');
    expect(out).toContain('on → off');
    expect(out).toContain('passwords 1 added, 1 removed');
    expect(out).toMatch(/\+ commands +FLUSHALL\n +for example: FLUSHALL/);
    expect(out).toMatch(/\+ keys +~shared:\* \(read\): GET\n +for example: GET shared:/);
    expect(out).toMatch(
      /- commands +SET on ~app:\*\n +for example: SET app: app:|- commands +SET on ~app:\*/,
    );
    expect(out).toMatch(/^- old {2}on · ~o:\* · \d+ commands$/m);
    expect(out).toMatch(/^\+ new {2}on · ~n:\*/m);
    expect(out).toContain('1 changed, 1 added, 1 removed, 2 same');
    expect(out).not.toContain('same on');
  });

  it('shows the access of key patterns, and counts only commands that need a right', async () => {
    const path = file('reader.acl', 'user default off\nuser r on %R~* %W~w +get\n');
    const { out } = await run(['acl', 'diff', file('none.acl', 'user default off\n'), path, ...SERVER]);
    expect(out).toMatch(/^\+ r {2}on · %R~\* %W~w · 1 commands?$/m);
  });

  it('exits 1 under --check, and under --fail-on only for that change', async () => {
    const rules = ['--user-rules', '~a +get', '--user-rules', '~a +get +set', ...SERVER];
    expect((await run(['acl', 'diff', ...rules])).exit).toBe(0);
    expect((await run(['acl', 'diff', ...rules, '--check'])).exit).toBe(1);
    expect((await run(['acl', 'diff', ...rules, '--fail-on', 'gained'])).exit).toBe(1);
    expect((await run(['acl', 'diff', ...rules, '--fail-on', 'lost'])).exit).toBe(0);
    expect((await run(['acl', 'diff', before, before, '--check', ...SERVER])).exit).toBe(0);
  });

  it('tells what an upgrade does', async () => {
    const path = file(
      'old.acl',
      'user default off\nuser app on ~app:* +@all -@admin\nuser ch on ~c +publish\n',
    );
    const { out, exit } = await run([
      'acl',
      'diff',
      path,
      '--server',
      'redis-6.2',
      '--to',
      'redis-7.0',
      '--check',
    ]);
    expect(exit).toBe(1);
    expect(out).toContain('redis-6.2.16 → redis-7.0.15');
    expect(out).toMatch(/new in TO/);
    expect(out).toMatch(/~ ch\n(?: .*\n)* {2}- commands +PUBLISH/);
  });

  it('says which rules the new version refuses', async () => {
    const path = file('new.acl', 'user app on %R~app:* +get\n');
    const { out, exit } = await run([
      'acl',
      'diff',
      path,
      '--server',
      'redis-7.0',
      '--to',
      'redis-6.2',
      '--check',
    ]);
    expect(exit).toBe(1);
    expect(out).toContain("ERR Error in ACL SETUSER modifier '%R~app:*': Syntax error");
  });

  it('says which rights the default of channels takes away in an upgrade', async () => {
    const upgraded = file(
      'channels.acl',
      'user default off\nuser app on >x ~app:* +@all\nuser set on >x ~a resetchannels &a +publish\nuser none on >x ~a +get\n',
    );
    const upgrade = (from: string, to: string) =>
      run(['acl', 'diff', upgraded, '--server', from, '--to', to, '--wide'], { look: { columns: 4096 } });
    const { out } = await upgrade('redis-6.2', 'redis-8.0');
    expect(out).toMatch(/note: users without channel rules .* acl-pubsub-default .*\(app cannot PUBLISH/);
    expect(out).toMatch(/not in TO +STRALGO$/m);
    expect(out).not.toMatch(/HOST:|POST/);
    expect((await upgrade('redis-7.0', 'redis-8.0')).out).not.toContain('acl-pubsub-default');
  });

  it('does not take a word for a host alone', async () => {
    const { exit, err } = await run(['acl', 'diff', before, 'nofile.invalid', ...SERVER]);
    expect(exit).not.toBe(0);
    expect(err).toContain('no such file, and no host of that name');
    const named = await run(['acl', 'diff', before, 'nofile.invalid:6379', ...SERVER]);
    expect(named.err).not.toContain('no such file');
  });

  it('compares two users of one file', async () => {
    const { out } = await run(['acl', 'diff', after, '--as', 'app', '--as', 'new', ...SERVER]);
    expect(out).toContain('~ app → new');
    expect((await run(['acl', 'diff', after, '--as', 'app', '--as', 'none', ...SERVER])).exit).toBe(2);
  });

  it('gives everything as JSON, and no secret', async () => {
    const { out } = await run(['acl', 'diff', before, after, '--json', ...SERVER]);
    const answer = JSON.parse(out) as { schemaVersion: string; users: { name: string; change: string }[] };
    expect(answer.schemaVersion).toBe('1');
    expect(answer.users.map(({ name, change }) => `${name} ${change}`)).toEqual([
      'default same',
      'app changed',
      'old removed',
      'same same',
      'new added',
    ]);
    expect(out).not.toMatch(/[0-9a-f]{64}/);
    expect((await run(['acl', 'diff', before, after, '-o', 'markdown', ...SERVER])).out).toContain(
      '| app | + |',
    );
  });

  it('asks for two sides', async () => {
    for (const argv of [
      [],
      [before],
      [before, after, '--to', 'redis-8.0'],
      [before, after, '--user-rules', '+get'],
    ]) {
      const { exit, err } = await run(['acl', 'diff', ...argv, ...SERVER]);
      expect([exit, err.split('\n')[0]]).toEqual([2, 'E_USAGE  acl diff compares two sides']);
    }
    expect((await run(['acl', 'diff', before, after, '--fail-on', 'x', ...SERVER])).exit).toBe(2);
  });

  it('keeps to ASCII and to the width where a terminal asks for it', async () => {
    const { out } = await run(['acl', 'diff', before, after, ...SERVER], {
      look: { unicode: false, columns: 60 },
    });
    expect(out).not.toMatch(/[^\n -~]/);
    for (const line of out.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(60);
  });
});
