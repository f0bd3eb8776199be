/** `wardis acl fmt`: what it prints, lists, shows and writes; and real servers that load what it wrote. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatAclFile, tableFor } from '../../src/acl/index.ts';
import { randomRules } from '../acl/random-rules.ts';
import { forEachServer, openConnection, SERVER_IDS, startServer } from '../servers/index.ts';
import { run, spawnWardis, type Answer } from './run.ts';

const MESSY = 'user default off\n\n\nuser app +get ON >secret ~app:* -@all +SET (+get ~x)\n';
const NEAT = 'user default off\n\nuser app on >secret ~app:* +get -@all +set (~x +get)\n';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'wardis-fmt-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function fmt(...argv: readonly string[]): Promise<Answer> {
  return run(['acl', 'fmt', '--server', 'redis-7.2', ...argv]);
}

describe('without options', () => {
  it('prints the formatted file and leaves it alone', async () => {
    const path = file('users.acl', MESSY);
    expect(await fmt(path)).toEqual({ exit: 0, out: NEAT, err: '' });
    expect(readFileSync(path, 'utf8')).toBe(MESSY);
  });

  it('reads standard input', async () => {
    const answer = await spawnWardis(['acl', 'fmt', '-', '--server', 'redis-7.2'], { input: MESSY });
    expect(answer).toEqual({ exit: 0, out: NEAT, err: '' });
  });

  it('reads files under the acl-pubsub-default of their server', async () => {
    const path = file('pubsub.acl', 'user a &x on\n');
    expect(await fmt(path)).toMatchObject({ exit: 0, out: 'user a on &x\n' });
    expect((await fmt(path, '--pubsub-default', 'allchannels')).err).toContain('E_RULES');
    expect((await fmt(path, '--pubsub-default', 'none')).err).toContain('E_USAGE');
  });

  it('takes one file only', async () => {
    const path = file('users.acl', MESSY);
    expect((await fmt(path, path)).err).toContain('only one file can go to standard output');
  });

  it('refuses what the server refuses, and what standard output would spoil', async () => {
    const refused = await fmt(file('bad.acl', 'user a ping\nuser b pong\n'));
    expect(refused).toMatchObject({ exit: 2, out: '' });
    expect(refused.err).toContain('E_RULES');
    expect(refused.err).toContain('bad.acl:1: Syntax error. (and 1 more)');
    const bytes = await fmt(file('bytes.acl', Buffer.from('user a ~\xff on\n', 'latin1')));
    expect(bytes).toMatchObject({ exit: 2, out: '' });
    expect(bytes.err).toContain('E_UNSUPPORTED');
    expect((await fmt(join(folder, 'none'))).err).toContain('E_READ');
  });
});

describe('--check', () => {
  it('is exit 1 when something would change, 0 when nothing would, 2 when a file is refused', async () => {
    const messy = file('messy.acl', MESSY);
    const neat = file('neat.acl', NEAT);
    const bad = file('bad.acl', 'user a ping\n');
    const some = await fmt('--check', messy, neat);
    expect(some.exit).toBe(1);
    expect(some.out).toBe(
      `would change  ${messy}  2 users keep the same rights on redis-7.2\nunchanged     ${neat}\n`,
    );
    expect(some.err).toBe(`next: wardis acl fmt --write --server redis-7.2 ${messy}\n`);
    expect(await fmt('--check', neat)).toMatchObject({ exit: 0, err: '' });
    expect(await fmt('--check', messy, bad)).toMatchObject({ exit: 2 });
    expect(readFileSync(messy, 'utf8')).toBe(MESSY);
  });
});

describe('--diff', () => {
  it('shows the lines that change, and no password', async () => {
    const path = file('users.acl', MESSY);
    const { exit, out } = await fmt('--diff', path, '--hash-passwords');
    expect(exit).toBe(0);
    expect(out).toBe(
      [
        `--- ${path}`,
        `+++ ${path} (formatted)`,
        '@@ -3,2 +3 @@',
        '-',
        '-user app +get ON >… ~app:* -@all +SET (+get ~x)',
        '+user app on #… ~app:* +get -@all +set (~x +get)',
        '',
      ].join('\n'),
    );
  });

  it('shows nothing where nothing changes', async () => {
    expect(await fmt('--diff', file('users.acl', NEAT))).toEqual({ exit: 0, out: '', err: '' });
  });

  it('is a patch: applied by line numbers it gives the formatted file', async () => {
    const line = fc.constantFrom('', '', ' ', 'user a on', 'user b +get on', 'user c on\t', 'user d  off');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(line, { maxLength: 9, selector: (text) => text || Math.random() }),
        async (lines) => {
          const text = lines.join('\n');
          const path = file('any.acl', text);
          const { out } = await fmt('--diff', path);
          expect(patch(text, out)).toBe((await fmt(path)).out);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A unified diff without context, applied. */
function patch(text: string, diff: string): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let shift = 0;
  for (const [, at = '', count = '1', body = ''] of diff.matchAll(
    /^@@ -(\d+)(?:,(\d+))? \+\S+ @@\n((?:[-+].*\n)*)/gm,
  )) {
    const come = [...body.matchAll(/^\+(.*)$/gm)].map(([, line = '']) => line);
    const from = Number(at) - (count === '0' ? 0 : 1) + shift;
    const gone = lines.splice(from, Number(count), ...come);
    const shown = [...body.matchAll(/^-(.*)$/gm)].map(([, line = '']) => line.replaceAll('\\x09', '\t'));
    expect(gone).toEqual(shown);
    shift += come.length - gone.length;
  }
  return lines.map((line) => `${line}\n`).join('');
}

describe('--write', () => {
  it('rewrites the file, follows a link, and keeps the mode', async () => {
    const path = file('users.acl', MESSY);
    chmodSync(path, 0o660);
    const link = join(folder, 'link.acl');
    symlinkSync('users.acl', link);
    const answer = await fmt('--write', link);
    expect(answer).toEqual({
      exit: 0,
      out: `rewritten     ${link}  2 users keep the same rights on redis-7.2\n`,
      err: '',
    });
    expect(readFileSync(path, 'utf8')).toBe(NEAT);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect((await fmt('--write', link)).out).toBe(`unchanged     ${link}\n`);
  });

  it.skipIf(process.getuid?.() !== 0)('keeps the owner', async () => {
    const path = file('users.acl', MESSY);
    const { chownSync } = await import('node:fs');
    chownSync(path, 1234, 2345);
    await fmt('--write', path);
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it('keeps bytes that are not UTF-8', async () => {
    const path = file('users.acl', Buffer.from('user \xfe ~\xff* on\n', 'latin1'));
    await fmt('--write', path);
    expect(readFileSync(path, 'latin1')).toBe('user \xfe on ~\xff*\n');
  });

  it('leaves a file alone that the server refuses, and goes on with the others', async () => {
    const bad = file('bad.acl', 'user a ping\n');
    const path = file('users.acl', MESSY);
    expect((await fmt('--write', bad, path)).exit).toBe(2);
    expect(readFileSync(bad, 'utf8')).toBe('user a ping\n');
    expect(readFileSync(path, 'utf8')).toBe(NEAT);
  });

  it('does not go with --check or standard input', async () => {
    expect((await fmt('--write', '--check', 'x')).err).toContain('E_USAGE');
    expect((await fmt('--write', '-')).err).toContain('E_USAGE');
  });
});

const FILES_PER_SERVER = 60;
const SEED = 20_261_122;

forEachServer(SERVER_IDS, (server) => {
  it('loads formatted files, and shows the same users as before', async () => {
    const table = tableFor({ product: server.product, version: server.version });
    const running = await startServer({ server, aclfile: 'user default on nopass ~* +@all\n' });
    const connection = await openConnection(running.port);
    const aclfile = join(running.dir, 'users.acl');
    const load = async (text: string): Promise<readonly string[]> => {
      writeFileSync(aclfile, `user default on nopass ~* +@all\n${text}`);
      expect(await connection.send(['ACL', 'LOAD']), text).toBe('OK');
      return ((await connection.send(['ACL', 'LIST'])) as readonly string[]).map(wordsOf).sort();
    };
    let loaded = 0;
    for (const rules of fc.sample(randomRules(table), { seed: SEED, numRuns: FILES_PER_SERVER * 3 })) {
      const text = `user u ${rules.join(' ')}\n`;
      const { text: plain } = formatAclFile(text, table);
      const { text: simple } = formatAclFile(text, table, { rules: 'effective', passwords: 'hashed' });
      // A file that the server refuses, or would crash at, is not formatted.
      if (plain === undefined || simple === undefined || hasHazard(text) || loaded >= FILES_PER_SERVER)
        continue;
      loaded++;
      const before = await load(text);
      expect(await load(plain), text).toEqual(before);
      // What has no effect is shown by 7.2 and later all the same: only that it loads is asked.
      await load(simple);
    }
    expect(loaded).toBeGreaterThan(20);
    connection.close();
    await running.stop();
  });
});

/**
 * A server lists rules in the order that they were given in: words are compared as a set. First arguments match in any
 * case, and 6.x and 7.0 show them as they were given.
 */
function wordsOf(line: string): string {
  const words = line.split(/[ ()]/).map((word) => (word.startsWith('+') ? word.toLowerCase() : word));
  return words.sort().join(' ');
}

/** First arguments with a blank end the server when users are listed. */
function hasHazard(text: string): boolean {
  return /\|[^ ]*["']/.test(text) || /%(?:~| |$)/.test(text);
}
