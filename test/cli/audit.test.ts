/** `wardis audit` of files and servers: formats, choices, and input that is broken in every way. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE, REPORT_FORMATS, SEVERITIES } from '../../src/posture/index.ts';
import { run, spawnProgram, spawnWardis, MAIN } from './run.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

let dir: string;
let conf: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-audit-'));
  chmodSync(dir, 0o777);
  conf = put('redis.conf', 'bind 0.0.0.0\nprotected-mode no\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, content: string | Buffer, mode = 0o644): string {
  const path = join(dir, name);
  writeFileSync(path, content, { mode });
  return path;
}

interface Report {
  readonly schemaVersion: string;
  readonly targets: readonly {
    readonly outcomes: readonly {
      readonly checkId: string;
      readonly area: string;
      readonly status: string;
      readonly severity: string;
    }[];
  }[];
}

async function report(...flags: readonly string[]): Promise<Report['targets'][number]['outcomes']> {
  const { out } = await run(['audit', '--config', conf, '--server', 'redis-7.2', '--json', '-q', ...flags]);
  return (JSON.parse(out) as Report).targets.flatMap(({ outcomes }) => outcomes);
}

describe('the formats', () => {
  it.each(REPORT_FORMATS)('%s goes to standard output, or whole to a file', async (format) => {
    const direct = await run(['audit', '--config', conf, '--server', 'redis-7.2', '-o', format]);
    expect({ exit: direct.exit, err: direct.err }).toEqual({ exit: 1, err: '' });
    expect(direct.out.endsWith('\n')).toBe(true);
    const path = join(dir, `report.${format}`);
    const filed = await run(['audit', '--config', conf, '-o', `${format}=${path}`]);
    expect(filed).toMatchObject({ exit: 1, out: '' });
    expect(readFileSync(path, 'utf8').length).toBeGreaterThan(100);
    expect(direct.out).not.toContain('\u001b[');
  });

  it('come several at once, one of them to standard output', async () => {
    const at = (name: string): string => join(dir, name);
    const answer = await run([
      'audit',
      '--config',
      conf,
      '-o',
      'table',
      '-o',
      `sarif=${at('a.sarif')}`,
      '-o',
      `html=${at('a.html')}`,
      '-o',
      `junit=${at('a.xml')}`,
    ]);
    expect(answer.out).toContain('NET-001');
    expect((JSON.parse(readFileSync(at('a.sarif'), 'utf8')) as { version: string }).version).toBe('2.1.0');
    expect(readFileSync(at('a.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(at('a.xml'), 'utf8')).toContain('<testsuite');
  });

  it('are the same with --json and -o json', async () => {
    const now = new Date('2026-11-22T00:00:00Z');
    const plain = (text: string) => text.replace(/"durationMs": \d+/g, '');
    const short = await run(['audit', '--config', conf, '--json'], { now });
    const long = await run(['audit', '--config', conf, '-o', 'json'], { now });
    expect(plain(short.out)).toBe(plain(long.out));
  });

  it('have colour on a terminal only, and by wish', async () => {
    const look = { tty: true, colour: true, columns: 80 };
    expect((await run(['audit', '--config', conf], { look })).out).toContain('\u001b[');
    const coloured = await spawnWardis(['audit', '--config', conf], { environment: { FORCE_COLOR: '1' } });
    expect(coloured.out).toContain('\u001b[');
    const plain = await spawnWardis(['audit', '--config', conf], {
      environment: { FORCE_COLOR: '1', NO_COLOR: '1' },
    });
    expect(plain.out).not.toContain('\u001b[');
    const ascii = await spawnWardis(['audit', '--config', conf], { environment: { WARDIS_ASCII: '1' } });
    // Names and prose may hold other letters; the signs of the table are plain.
    expect(ascii.out).not.toMatch(/[✗✓█░]/);
  });

  it('fit into 80 columns, with a sum at the end', async () => {
    const { out } = await run(['audit', '--config', conf], { look: { columns: 80 } });
    const lines = out.trimEnd().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(-3).join('\n')).toMatch(/\d+ (critical|high)/);
  });

  it('stay whole when the reader goes away', async () => {
    const { out } = await spawnProgram('bash', [
      '-c',
      `set -o pipefail; ${process.execPath} ${MAIN} audit --config ${conf} --json --show-all | head -c 10; echo " \${PIPESTATUS[0]}"`,
    ]);
    expect(out).toMatch(/ [01]\n$/);
  });

  it('tell when they cannot be written', async () => {
    const full = await run(['audit', '--config', conf, '-o', 'json=/dev/full']);
    expect(full.exit).toBe(2);
    expect(full.err).toContain('E_WRITE');
    const nowhere = await run(['audit', '--config', conf, '-o', 'json=/dev/null/x/y']);
    expect(nowhere.exit).toBe(2);
  });
});

describe('the choice of checks', () => {
  it('is by id, by area and by prefix, alone and left out', async () => {
    expect((await report('--check', 'NET-001')).map(({ checkId }) => checkId)).toEqual(['NET-001']);
    expect(new Set((await report('--check', 'tls')).map(({ area }) => area))).toEqual(new Set(['tls']));
    const prefix = await report('--check', 'AUTH*');
    expect(prefix.length).toBe(CATALOGUE.filter(({ id }) => id.startsWith('AUTH')).length);
    const all = await report();
    expect(all.length).toBe(CATALOGUE.length);
    const without = await report('--skip', 'NET-001', '--skip', 'version');
    expect(without.length).toBe(all.length - 1 - all.filter(({ area }) => area === 'version').length);
  });

  it('is by severity and by framework', async () => {
    const loud = await report('--severity', 'critical');
    expect(loud.length).toBe(CATALOGUE.filter(({ severity }) => severity === 'critical').length);
    const pci = await report('--framework', 'pci-dss');
    expect(pci.length).toBeGreaterThan(20);
    expect(pci.length).toBeLessThan(CATALOGUE.length);
    expect((await report('--framework', 'pci_dss')).length).toBe(pci.length);
    for (const severity of SEVERITIES)
      expect((await run(['audit', '--config', conf, '--fail-on', severity])).exit).toBeLessThan(2);
  });

  it('follows level, exposure and requirement', async () => {
    const status = async (id: string, ...flags: readonly string[]) =>
      (await report('--check', id, ...flags)).map((outcome) => outcome.status)[0];
    expect(await status('TLS-001', '--level', 'basic')).not.toBe('fail');
    expect(await status('TLS-001', '--level', 'hardened')).toBe('fail');
    expect(await status('NET-010', '--exposure', 'localhost')).toBe('fail');
  });
});

describe('waivers and baseline', () => {
  it('take findings out of the exit code and keep them in the report', async () => {
    const waiver = (expires: string) =>
      put(
        'wardis.yaml',
        `version: 1\nwaivers:\n  - { check: NET-001, reason: x, owner: y, expires: ${expires} }\n`,
      );
    const flags = ['audit', '--config', conf, '--check', 'NET-001', '--policy'];
    const waived = await run([...flags, waiver('2099-01-01')]);
    expect(waived.exit).toBe(0);
    expect(waived.out).toMatch(/waived/);
    const expired = await run([...flags, waiver('2020-01-01')]);
    expect(expired.exit).toBe(1);
  });

  it('mark what is new, fixed and unchanged', async () => {
    const baseline = join(dir, 'baseline.json');
    await run(['audit', '--config', conf, '-o', `json=${baseline}`]);
    const same = await run(['audit', '--config', conf, '--baseline', baseline, '--json']);
    expect(same.out).toContain('"unchanged"');
    expect(same.out).not.toContain('"new"');
    for (const broken of ['', '{}', '[]', '{"schemaVersion":"1"}', 'x'.repeat(100)]) {
      const answer = await run(['audit', '--config', conf, '--baseline', put('broken.json', broken)]);
      expect(answer.exit, broken).toBe(2);
      expect(answer.err).toContain('E_BASELINE');
    }
  });
});

describe('a conf file that is', () => {
  const cases: readonly (readonly [string, string | Buffer])[] = [
    ['empty', ''],
    ['a lone byte of nothing', '\0'],
    ['full of nothing', Buffer.alloc(4096)],
    ['cut by NULs', 'bind 127.0.0.1\0 0.0.0.0\nport\0 6379\n'],
    ['one line of 10 MB', `requirepass ${'x'.repeat(10 * 1024 * 1024)}\n`],
    ['ten thousand words on one line', `save ${'1 '.repeat(10_000)}\n`],
    ['not text', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0a, 0x80, 0x81])],
    ['in another alphabet', Buffer.from('\ufeffbind 127.0.0.1\n', 'utf16le')],
    ['with unbalanced quotes', 'requirepass "abc\nbind 127.0.0.1\n'],
    ['with endings of another system', 'bind 127.0.0.1\r\nport 0\r\n'],
    ['without a last line break', 'bind 127.0.0.1'],
    ['including itself', 'include self.conf\n'],
    ['including what is not there', 'include /nonexistent/*.conf\ninclude /nonexistent/a.conf\n'],
    ['including a directory', 'include /tmp\n'],
    ['including a device', 'include /dev/zero\n'],
    ['naming an ACL file that is a device', 'aclfile /dev/zero\n'],
    [
      'naming certificates that are devices',
      'tls-port 1\ntls-cert-file /dev/zero\ntls-key-file /dev/urandom\ntls-ca-cert-file /dev/zero\n',
    ],
  ];

  it.each(cases)('%s', async (name, content) => {
    const path = put(name.startsWith('including itself') ? 'self.conf' : 'broken.conf', content);
    const started = performance.now();
    const answer = await run(['audit', '--config', path, '--json']);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(answer.exit).toBeLessThan(3);
    expect(answer.err).not.toContain('E_BUG');
    if (answer.exit < 2) {
      const outcomes = (JSON.parse(answer.out) as Report).targets.flatMap((target) => target.outcomes);
      expect(outcomes.length).toBe(CATALOGUE.length);
      expect(answer.out).not.toContain('the check failed to run');
    } else expect(answer.err).toMatch(/^E_READ/);
  });

  it('in a ring of includes is told as that', async () => {
    put('a.conf', 'include b.conf\n');
    put('b.conf', 'include c.conf\nport 6379\n');
    put('c.conf', 'include a.conf\n');
    const { out, exit } = await run([
      'audit',
      '--config',
      join(dir, 'a.conf'),
      '--check',
      'FILE-008',
      '--server',
      'redis-7.2',
      '--json',
    ]);
    expect(exit).toBe(1);
    expect(out).toMatch(/include.*(itself|cycle|ring|deep)/i);
  });

  it('a directory, or not there, is an error with the next step', async () => {
    for (const path of [dir, join(dir, 'missing.conf')]) {
      const answer = await run(['audit', '--config', path]);
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toMatch(/^E_READ {2}.*\n {2}cause: .*\n {2}next: {2}/);
    }
  });

  it.skipIf(!ROOT)('closed to us is an error, and a closed ACL file an open question', async () => {
    const secret = put('closed.conf', 'requirepass secret-of-the-closed-file\n', 0o600);
    const denied = await spawnWardis(['audit', '--config', secret], { uid: NOBODY, cwd: dir });
    expect(denied.exit).toBe(2);
    expect(denied.err).toMatch(/E_READ[\s\S]*EACCES|permission/i);
    const users = put('closed.acl', 'user default off\n', 0o600);
    const open = put('open.conf', `aclfile ${users}\n`);
    const asked = await spawnWardis(
      ['audit', '--config', open, '--check', 'AUTH-001', '--fail-on', 'critical'],
      {
        uid: NOBODY,
        cwd: dir,
      },
    );
    expect(asked.exit).toBe(3);
    expect(asked.out).toContain('UNKNOWN');
  });

  it('read with an ACL file in its place', async () => {
    const users = put('users.acl', 'user default off resetpass\nuser a on nopass ~* +@all\n');
    const { out } = await run([
      'audit',
      '--config',
      conf,
      '--aclfile',
      users,
      '--check',
      'AUTH-007',
      '--json',
    ]);
    expect(out).toContain('"fail"');
    for (const broken of [
      '',
      '\0',
      'user\n',
      '# only a comment\n',
      'x'.repeat(1_000_000),
      `user a ${'+get '.repeat(50_000)}\n`,
    ]) {
      const answer = await run(['audit', '--config', conf, '--aclfile', put('broken.acl', broken), '--json']);
      expect(answer.exit).toBeLessThan(2);
      expect(answer.out).not.toContain('the check failed to run');
    }
    const missing = await run([
      'audit',
      '--config',
      conf,
      '--aclfile',
      join(dir, 'missing.acl'),
      '--check',
      'AUTH-001',
    ]);
    expect(missing.exit).toBe(3);
  });
});

it('reads 380,000 lines, each with a problem, in bounded memory', () => {
  const path = put('large.conf', 'rename-command FLUSHALL ""\n'.repeat(380_000));
  const ran = spawnSync(
    process.execPath,
    ['--max-old-space-size=800', MAIN, 'audit', '--config', path, '-q'],
    {
      encoding: 'utf8',
      timeout: 25_000,
    },
  );
  expect(ran.status).toBeLessThan(3);
  expect(ran.stderr).not.toContain('heap');
});
