import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { afterAll, describe, expect, it } from 'vitest';
import { LINT_RULES } from '../../src/acl/index.ts';
import { detectKind } from '../../src/cli/acl/lint-source.ts';
import { FIXTURES, listFixtures } from '../acl/lint-fixtures.ts';
import { run } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'wardis-lint-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Report {
  readonly schemaVersion: string;
  readonly files: readonly {
    readonly path: string;
    readonly server: string;
    readonly version: string;
    readonly unjudged?: readonly string[];
    readonly starts?: boolean;
    readonly refusal?: string;
    readonly crash?: boolean;
    readonly findings: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly line?: number;
      readonly column?: number;
      readonly message: string;
      readonly evidence?: string;
      readonly fix?: { readonly words: string; readonly edits: readonly { readonly text: string }[] };
    }[];
  }[];
  readonly summary: { readonly notStarting: number; readonly bySeverity: Readonly<Record<string, number>> };
}

async function report(...argv: readonly string[]): Promise<Report & { readonly exit: number }> {
  const answer = await run(['acl', 'lint', ...argv, '--json']);
  return { ...(JSON.parse(answer.out) as Report), exit: answer.exit };
}

function write(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const GOOD = `user default off\nuser admin on #${'1f'.repeat(32)} ~* &* +@all\n`;

describe('wardis acl lint', () => {
  it('says for each server whether it starts, in its own words', async () => {
    const path = join(FIXTURES, 'percent-read.acl');
    const { files, summary, exit } = await report(path, '--server', 'redis-6.2', '--server', 'valkey-9.1');
    expect(files.map(({ server, starts }) => [server, starts])).toEqual([
      ['redis-6.2', false],
      ['valkey-9.1', true],
    ]);
    expect(files[0]?.refusal).toBe(`${path}:2: Syntax error.`);
    expect(files[0]?.findings.map(({ rule }) => rule)).toContain('needs-newer-server');
    expect(summary.notStarting).toBe(1);
    expect(exit).toBe(1);
  });

  it('tells a crash from a refusal', async () => {
    const { files } = await report(join(FIXTURES, 'unmatched-parenthesis.acl'), '--server', 'redis-7.2');
    expect(files[0]).toMatchObject({ starts: false, crash: true });
    expect(files[0]?.refusal).toBeUndefined();
  });

  it('judges several files, of several kinds', async () => {
    const { files } = await report(
      join(FIXTURES, 'user-lines-and-aclfile.conf'),
      join(FIXTURES, 'comment-lines.acl'),
      join(FIXTURES, 'setuser.sh'),
      '--server',
      'redis-7.2',
    );
    expect(
      files.map(({ starts, findings }) => [
        starts,
        findings.map(({ rule }) => rule).includes('aclfile-comment'),
      ]),
    ).toEqual([
      [false, false],
      [false, true],
      [true, false],
    ]);
  });

  it('finds the server open whose requirepass an ACL file replaces', async () => {
    const conf = write('redis.conf', 'requirepass Hw3-tRn8y_Qd5\naclfile users.acl\n');
    write('users.acl', `user admin on #${'1f'.repeat(32)} ~* &* +@all\n`);
    const { files } = await report(conf, '--server', 'redis-7.2');
    expect(files[0]?.starts).toBe(true);
    const finding = files[0]?.findings.find(({ rule }) => rule === 'requirepass-ignored');
    expect(finding).toMatchObject({ severity: 'critical', line: 1 });
    expect(finding?.message).toContain('no line for default');
  });

  it('knows what a file is by its lines', () => {
    for (const { name, kind, text } of listFixtures()) {
      if (/^(?:empty|setuser-in-file|comment)/.test(name)) continue;
      expect([name, detectKind(text, 'file')]).toEqual([name, kind]);
    }
  });

  it('reads rules from the command line', async () => {
    const { files, exit } = await report('--user-rules', 'on nopass ~a:* +@read', '--server', 'redis-7.2');
    expect(files[0]?.findings.map(({ rule }) => rule)).toContain('nopass');
    expect(exit).toBe(1);
  });

  it('gives a line and a column, and the exact fix', async () => {
    const { files } = await report(join(FIXTURES, 'category-sorted-set.acl'), '--server', 'redis-7.2');
    const finding = files[0]?.findings.find(({ rule }) => rule === 'unknown-category');
    expect(finding).toMatchObject({ line: 2, column: 51 });
    expect(finding?.fix?.edits).toEqual([
      { line: 2, column: 51, endLine: 2, endColumn: 63, text: '+@sortedset' },
    ]);
  });

  it('ends with 0, 1 or 2', async () => {
    const good = write('good.acl', GOOD);
    const bad = join(FIXTURES, 'default-open.acl');
    expect((await run(['acl', 'lint', good])).exit).toBe(0);
    expect((await run(['acl', 'lint', bad])).exit).toBe(1);
    expect((await run(['acl', 'lint', bad, '--fail-on', 'none'])).exit).toBe(0);
    expect((await run(['acl', 'lint', join(dir, 'missing.acl')])).exit).toBe(2);
    expect((await run(['acl', 'lint', good, '--rule', 'no-such-rule'])).exit).toBe(2);
    expect((await run(['acl', 'lint', good, '--server', 'redis'])).exit).toBe(2);
    expect((await run(['acl', 'lint', good, '--fail-on', 'loud'])).exit).toBe(2);
  });

  it('runs the rules that are asked for', async () => {
    const path = join(FIXTURES, 'default-open.acl');
    const only = await report(path, '--server', 'redis-7.2', '--rule', 'default-user-open');
    expect(only.files[0]?.findings.map(({ rule }) => rule)).toEqual(['default-user-open']);
    const without = await report(path, '--server', 'redis-7.2', '--skip', 'default-user-open');
    expect(without.files[0]?.findings.map(({ rule }) => rule)).not.toContain('default-user-open');
  });

  it('lists every rule', async () => {
    const { out } = await run(['acl', 'lint', '--list']);
    for (const { id } of LINT_RULES) expect(out).toContain(id);
  });

  it('explains every rule', async () => {
    for (const { id, title } of LINT_RULES) expect((await run(['explain', id])).out).toContain(title);
  });

  it('shows one finding once, for all servers', async () => {
    const { out } = await run(['acl', 'lint', join(FIXTURES, 'default-open.acl')]);
    expect(out.match(/default-user-open/g)?.length).toBe(2);
    expect(out).toContain('starts on redis-7.2, redis-8.0, valkey-8.1, valkey-9.1');
  });

  it('never shows a password or a hash', async () => {
    const split = write(
      'split.acl',
      'user default off\nuser a on > Vq7-mZp2x_Lk9 \\\n  ~a:* +get\nVq7-mZp2x_Lk9\n',
    );
    const paths = [split, ...listFixtures().map(({ name }) => join(FIXTURES, name))];
    for (const format of ['table', 'json', 'sarif', 'junit', 'markdown']) {
      const { out } = await run([
        'acl',
        'lint',
        ...paths,
        '-o',
        format,
        '--server',
        'redis-7.2',
        '--server',
        'redis-6.2',
      ]);
      for (const secret of [
        'Vq7-mZp2x',
        'Hw3-tRn8y',
        '60a76f2f',
        '60A76F2F',
        '5f4dcc3b',
        'worker123',
        'MyRedisPassword',
        'pass word 9z',
        'ab cd',
      ])
        expect(out, format).not.toContain(secret);
    }
  });

  it('writes SARIF that its schema takes', async () => {
    const paths = listFixtures().map(({ name }) => join(FIXTURES, name));
    const { out } = await run(['acl', 'lint', ...paths, '-o', 'sarif']);
    const sarif = JSON.parse(out) as { readonly runs: readonly { readonly results: readonly unknown[] }[] };
    const validate = sarifSchema();
    expect(validate(sarif), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(sarif.runs[0]?.results.length).toBeGreaterThan(100);
  });

  it('mends the form of a file with --fix, and keeps the old one', async () => {
    const path = join(dir, 'mend.acl');
    const text =
      '# users\nuser default off\nuser shop on >Vq7-mZp2x_Lk9 \\\n  ~shop:* resetchannels \\\n  +@read +@sorted_set ping # the shop\nUSER cart on\t#' +
      `${'1f'.repeat(32)} nokeys ~cart:* resetchannels +get +ping\n`;
    writeFileSync(path, text, { mode: 0o640 });
    const { exit, err } = await run([
      'acl',
      'lint',
      path,
      '--fix',
      '--server',
      'redis-7.2',
      '--fail-on',
      'high',
    ]);
    expect(err).toContain('the old file is');
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe(text);
    expect(readFileSync(path, 'utf8')).toBe(
      'user default off\nuser shop on >Vq7-mZp2x_Lk9 ~shop:* resetchannels +@read +@sortedset +ping\n' +
        `user cart on #${'1f'.repeat(32)} resetkeys ~cart:* resetchannels +get +ping\n`,
    );
    const after = await report(path, '--server', 'redis-7.2');
    expect(after.files[0]?.starts).toBe(true);
    expect([0, 1]).toContain(exit);
  });

  it.each(['dangerous-leaves-functions.acl', 'quoted-password.acl', 'default-off-nopass.acl'])(
    'leaves %s, where a fix would change a user',
    async (name) => {
      const path = join(dir, 'kept.acl');
      copyFileSync(join(FIXTURES, name), path);
      const before = readFileSync(path, 'utf8');
      const { err } = await run(['acl', 'lint', path, '--fix', '--server', 'redis-7.2']);
      expect(err).toContain('nothing that --fix may mend');
      expect(readFileSync(path, 'utf8')).toBe(before);
    },
  );
});

function sarifSchema(): ReturnType<Ajv['compile']> {
  const schema = JSON.parse(
    readFileSync(new URL('../schemas/sarif-2.1.0-rtm.5.schema.json', import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  // Draft-04 calls it `id`; see the README beside the schema.
  const { id, $schema: _draft, ...body } = schema;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats: fullFormats });
  return ajv.compile({ ...body, $id: String(id) });
}

describe('what wardis acl lint says of large and odd files', () => {
  it('does not judge a user of 50,000 words, and says so in time', async () => {
    const words = Array.from({ length: 50_000 }, (_, i) => `~k${i}:*`).join(' ');
    const path = write('long.acl', `${GOOD}user big on #${'1f'.repeat(32)} ${words} +get\n`);
    const { files, exit } = await report(path, '--server', 'redis-7.2', '--rule', 'nopass');
    expect(files.map(({ unjudged, starts }) => [unjudged, starts])).toEqual([[['big'], true]]);
    expect(files[0]?.findings.map(({ rule }) => rule)).toEqual(['user-too-long']);
    expect(exit).toBe(1);
  }, 5000);

  it('tells what the server refuses of a user that is too long', async () => {
    const words = Array.from({ length: 50_000 }, (_, i) => `~k${i}:*`).join(' ');
    const path = write('long-bad.acl', `${GOOD}user big on ${words} +gett\n`);
    const { files } = await report(path, '--server', 'redis-7.2');
    expect(files[0]?.starts).toBe(false);
    expect(files[0]?.findings.map(({ rule }) => rule)).toContain('unknown-command');
  }, 5000);

  it('tells two builds of a branch apart', async () => {
    const path = write('builds.acl', `${GOOD}user app on #${'2e'.repeat(32)} ~a:* +georadius\n`);
    const builds = ['--server', 'redis-7.2.6', '--server', 'redis-7.2.16'];
    const { files } = await report(path, ...builds);
    expect(files.map(({ server, version }) => [server, version])).toEqual([
      ['redis-7.2', '7.2.6'],
      ['redis-7.2', '7.2.16'],
    ]);
    const { out } = await run(['acl', 'lint', path, ...builds]);
    expect(out).toContain('georadius-double-store  (redis-7.2.6)');
  });

  it('says when the table of another version stands in', async () => {
    const { out } = await run(['acl', 'lint', write('near.acl', GOOD), '--server', 'redis-7.5']);
    expect(out).toContain('that of redis-7.4 stands in');
  });

  it('prints no control character in JSON', async () => {
    const path = write('control.acl', `${GOOD}user b\u009bc on nopass ~b:* +get\n`);
    const { out } = await run(['acl', 'lint', path, '--json']);
    expect(out).not.toContain('\u009b');
    expect(out).toContain(String.raw`b\u009bc`);
  });

  it('tells one cause once: what FUNCTION opens is one finding', async () => {
    const path = write('function.acl', `${GOOD}user app on #${'2e'.repeat(32)} ~a:* +@write\n`);
    const { files } = await report(path, '--server', 'redis-7.2.6');
    const told = files[0]?.findings.filter(({ rule }) => /^esc-(?:function|lua|script)/.test(rule)) ?? [];
    expect(told.map(({ rule }) => rule)).toEqual(['esc-function-poison']);
    expect(told[0]?.evidence).toMatch(/esc-script-flush.*esc-lua-cve/);
    expect(told[0]?.fix?.words).toContain('-function|flush');
  });
});
