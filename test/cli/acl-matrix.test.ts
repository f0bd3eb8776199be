/** `wardis acl matrix`: the same rights as a table, CSV, HTML and JSON. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forEachServer, startServer, talk } from '../servers/index.ts';
import { run, type Answer } from './run.ts';

const USERS = [
  'user default off',
  'user app on >secret ~app:* +get +set +select|0',
  'user reader on >p %R~* +@read',
  'user admin on >p ~* &* +@all',
  '',
].join('\n');

let folder: string;
let aclfile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-matrix-'));
  aclfile = join(folder, 'users.acl');
  writeFileSync(aclfile, USERS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function matrix(...argv: readonly string[]): Promise<Answer> {
  return run(['acl', 'matrix', '--server', 'redis-7.2', '--aclfile', aclfile, ...argv]);
}

async function json(...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse((await matrix('--json', ...argv)).out) as Readonly<Record<string, unknown>>;
}

/** Cells by user of one matrix. */
function cellsOf(
  data: Readonly<Record<string, unknown>>,
  kind: string,
): Readonly<Record<string, readonly unknown[]>> {
  const { users } = data[kind] as {
    readonly users: readonly { readonly user: string; readonly cells: readonly unknown[] }[];
  };
  return Object.fromEntries(users.map(({ user, cells }) => [user, cells]));
}

describe('the numbers', () => {
  it('are commands granted of each category', async () => {
    const data = await json('--categories');
    const { columns } = data['categories'] as {
      readonly columns: readonly { readonly name: string; readonly total: number }[];
    };
    const cells = cellsOf(data, 'categories');
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    expect(columns).toHaveLength(21);
    expect(cells['admin']).toEqual(columns.map(({ total }) => total));
    expect(cells['reader']?.[at('read')]).toBe(columns[at('read')]?.total);
    expect([cells['app']?.[at('read')], cells['app']?.[at('write')]]).toEqual([1, 1]);
    expect(cells['default']?.[at('read')]).toBe(0);
  });

  it('are reading and writing under each prefix', async () => {
    const cells = cellsOf(await json('--prefix', 'app:', '--prefix', 'app', '--prefix', 'x'), 'prefixes');
    const cell = (read: string, write: string): object => ({ read, write });
    expect(cells).toEqual({
      default: [cell('none', 'none'), cell('none', 'none'), cell('none', 'none')],
      app: [cell('all', 'all'), cell('some', 'some'), cell('none', 'none')],
      reader: [cell('all', 'none'), cell('all', 'none'), cell('all', 'none')],
      admin: [cell('all', 'all'), cell('all', 'all'), cell('all', 'all')],
    });
  });

  it('are commands by name or star, with first arguments apart', async () => {
    const data = await json('--command', 'GET', '--command', 'select', '--command', 'config|*');
    expect((data['commands'] as { readonly columns: unknown }).columns).toEqual([
      'config|get',
      'config|help',
      'config|resetstat',
      'config|rewrite',
      'config|set',
      'get',
      'select',
    ]);
    expect(cellsOf(data, 'commands')).toMatchObject({
      app: ['no', 'no', 'no', 'no', 'no', 'yes', 'first-arg'],
      admin: Array<string>(7).fill('yes'),
    });
    const all = (await json('--commands'))['commands'] as { readonly columns: readonly string[] };
    expect(all.columns.length).toBeGreaterThan(350);
  });

  it('are of one user with --as', async () => {
    expect(Object.keys(cellsOf(await json('--as', 'app', '--categories'), 'categories'))).toEqual(['app']);
  });
});

describe('the table', () => {
  it('has categories and the prefixes of the users, without being asked', async () => {
    const { exit, out, err } = await matrix();
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain(`${aclfile}   redis-7.2.6, 4 users`);
    expect(out).toMatch(/^user +keyspace +read +write/m);
    expect(out).toMatch(/^reader +\d+\/\d+ +all +· /m);
    expect(out).toMatch(/^user +app:$/m);
    expect(out).toMatch(/^app +RW$/m);
    expect(out).toMatch(/^default \(off\) +·$/m);
  });

  it('is never wider than the terminal: it is turned, or cut into blocks', async () => {
    for (const columns of [40, 60, 80, 100, 132]) {
      const { out } = await run(['acl', 'matrix', '--aclfile', aclfile, '--command', 'config|*'], {
        look: { columns },
      });
      for (const line of out.split('\n').slice(1)) expect(line.length, line).toBeLessThanOrEqual(columns);
    }
    const turned = await run(['acl', 'matrix', '--aclfile', aclfile, '--categories'], {
      look: { columns: 80 },
    });
    expect(turned.out).toMatch(/^category +default \(off\) +app +reader +admin$/m);
    const blocks = await run(['acl', 'matrix', '--aclfile', aclfile, '--categories'], {
      look: { columns: 40 },
    });
    expect(blocks.out.match(/^user /gm)?.length).toBeGreaterThan(3);
  });

  it('can do without Unicode and with colour', async () => {
    const plain = await run(['acl', 'matrix', '--aclfile', aclfile], { look: { unicode: false } });
    // oxlint-disable-next-line no-control-regex
    expect(plain.out).toMatch(/^[\x00-\x7f]*$/);
    const coloured = await run(['acl', 'matrix', '--aclfile', aclfile], { look: { colour: true } });
    expect(coloured.out).toMatch(/\u001b\[1m +all/);
  });

  it('says when more prefixes are in the rules than are shown', async () => {
    const many = join(folder, 'many.acl');
    writeFileSync(many, Array.from({ length: 40 }, (_, i) => `user u${i} on ~p${i}:* +get\n`).join(''));
    const { out } = await run(['acl', 'matrix', '--server', 'redis-7.2', '--aclfile', many]);
    expect(out).toContain('note: 16 more prefixes are in the rules; name those that matter with --prefix');
  });
});

describe('CSV', () => {
  it('has plain numbers and the totals', async () => {
    const { out } = await matrix('-o', 'csv', '--categories');
    const rows = out
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(rows[0]?.slice(0, 4)).toEqual(['user', 'state', 'keyspace', 'read']);
    expect(rows[1]?.[0]).toBe('(all commands)');
    expect(rows.map(([user, state]) => `${user} ${state}`).slice(2)).toEqual([
      'default off',
      'app on',
      'reader on',
      'admin on',
    ]);
    expect(rows.every((row) => row.length === rows[0]?.length)).toBe(true);
  });

  it('runs nothing in a spreadsheet', async () => {
    const path = join(folder, 'evil.acl');
    writeFileSync(path, 'user =HYPERLINK("http://x") on ~* +get\nuser @x,"y on\nuser \u001b[31mred on\n');
    const { out } = await run([
      'acl',
      'matrix',
      '--server',
      'redis-7.2',
      '--aclfile',
      path,
      '-o',
      'csv',
      '--prefix',
      '+1',
    ]);
    expect(out.split('\r\n')).toEqual([
      "user,state,'+1",
      `"'=HYPERLINK(""http://x"")",on,R`,
      `"'@x,""y",on,none`,
      '\\x1b[31mred,on,none',
      'default,on,RW',
      '',
    ]);
  });

  it('is one matrix', async () => {
    const answer = await matrix('-o', 'csv', '--categories', '--prefix', 'x');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_USAGE');
  });
});

describe('HTML', () => {
  it('is one page that loads and runs nothing, with every name escaped', async () => {
    const path = join(folder, 'evil.acl');
    writeFileSync(path, 'user <script>alert(1)</script> on ~"<b>&* +get\n');
    const page = join(folder, 'm.html');
    const answer = await run(
      [
        'acl',
        'matrix',
        '--server',
        'redis-7.2',
        '--aclfile',
        path,
        '-o',
        `html=${page}`,
        '-o',
        'table',
        '--prefix',
        '"<b>&',
        '--commands',
      ],
      { now: new Date('2026-01-02T03:04:05Z') },
    );
    const text = readFileSync(page, 'utf8');
    expect(answer.exit).toBe(0);
    expect(answer.out).toContain('Keys that begin with a prefix');
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).not.toMatch(/<script|<b>&|https?:|src=|url\(|@import/);
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(text).toContain('2026-01-02 03:04 UTC');
    expect(text).toContain("default-src 'none'");
    expect(text).toContain('prefers-color-scheme: dark');
    for (const tag of ['table', 'tbody', 'tr', 'td', 'th', 'div', 'main'])
      expect(text.match(new RegExp(`<${tag}[ >]`, 'g'))?.length, tag).toBe(
        text.match(new RegExp(`</${tag}>`, 'g'))?.length,
      );
  });

  it('says how many users it leaves out', async () => {
    const path = join(folder, 'crowd.acl');
    writeFileSync(path, Array.from({ length: 700 }, (_, i) => `user u${i} on +get\n`).join(''));
    const { out } = await run([
      'acl',
      'matrix',
      '--server',
      'redis-7.2',
      '--aclfile',
      path,
      '-o',
      'html',
      '--commands',
    ]);
    const left = Number(/(\d+) more users are left out/.exec(out)?.[1]);
    expect(left).toBeGreaterThan(100);
    expect(out.match(/<tr>/g)).toHaveLength(701 - left + 1);
  });
});

it('a command that nobody knows is named', async () => {
  const answer = await matrix('--command', 'nosuch');
  expect(answer).toMatchObject({ exit: 2, out: '' });
  expect(answer.err).toContain('no command is called nosuch');
});

it('nothing shows a password or a hash', async () => {
  for (const format of ['table', 'csv', 'html', 'json']) {
    const { out } = await matrix('-o', format, '--prefix', 'x');
    expect(out).not.toMatch(/secret|[0-9a-f]{64}/);
  }
});

forEachServer(['redis-7.0', 'valkey-9.1'], (server) => {
  it('is drawn of the users of a live server', async () => {
    const running = await startServer({ server });
    await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>x', '~app:*', '+get', '(~log:* +append)']]);
    const { out } = await run(['acl', 'matrix', `127.0.0.1:${running.port}`, '--json']);
    const data = JSON.parse(out) as Readonly<Record<string, unknown>>;
    expect(cellsOf(data, 'prefixes')).toMatchObject({
      app: [
        { read: 'all', write: 'none' },
        { read: 'none', write: 'all' },
      ],
      default: [
        { read: 'all', write: 'all' },
        { read: 'all', write: 'all' },
      ],
    });
    await running.stop();
  });
});
