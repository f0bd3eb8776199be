/** `wardis acl test` as CI runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, talk } from '../servers/index.ts';
import { run } from './run.ts';

let dir: string;
const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-acl-test-'));
  file('users.acl', 'user default off resetpass\nuser app on >canary-password ~app:* +get +set\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const GOOD = `version: 1
server: [redis-7.2, valkey-8.1]
aclfile: users.acl
tests:
  - user: app
    name: its own keys
    allow: [GET app:1, [SET, 'app:a key', 1]]
    deny:
      - FLUSHALL
      - { command: GET other:1, by: key }
`;

interface Report {
  readonly runs: readonly {
    readonly server: string;
    readonly passed: number;
    readonly failed: number;
    readonly errors: number;
    readonly results: readonly { readonly line: number; readonly outcome: string; readonly why?: string }[];
  }[];
}

describe('acl test', () => {
  it('passes for every version that the file names, and never shows a password', async () => {
    const { exit, out, err } = await run(['acl', 'test', file('good.yaml', GOOD), '--json']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const { runs } = JSON.parse(out) as Report;
    expect(runs.map(({ server, passed, failed }) => [server, passed, failed])).toEqual([
      ['redis-7.2', 4, 0],
      ['valkey-8.1', 4, 0],
    ]);
    expect(out).not.toContain('canary-password');
  });

  it('fails with the line, the command and the reason', async () => {
    const path = file(
      'bad.yaml',
      GOOD.replace('- FLUSHALL', '- GET app:2').replace('deny:', 'deny:\n      - NOSUCH'),
    );
    const { exit, out } = await run(['acl', 'test', path]);
    expect(exit).toBe(1);
    expect(out).toContain(`FAIL   ${path}:10  app deny GET app:2\n         its own keys: it is allowed`);
    expect(out).toContain(`ERROR  ${path}:9  app deny NOSUCH`);
    expect(out).toContain('3 passed, 1 failed, 1 in error');
  });

  it('can be of another version, another file, or a live server', async () => {
    const path = file('good.yaml', GOOD);
    const other = file('other.acl', 'user default off\nuser app on nopass ~* +@all\n');
    const changed = await run(['acl', 'test', path, '--server', 'redis-6.2', '--aclfile', other, '--json']);
    expect(changed.exit).toBe(1);
    expect((JSON.parse(changed.out) as Report).runs).toMatchObject([{ server: 'redis-6.2', failed: 2 }]);
    const server = await startServer({ server: 'redis-7.0' });
    try {
      await talk(server.port, [['ACL', 'SETUSER', 'app', 'on', '>pw', '~app:*', '+get', '+set']]);
      const live = await run(['acl', 'test', path, '--target', `127.0.0.1:${server.port}`]);
      expect(live).toMatchObject({ exit: 0, err: '' });
      expect(live.out).toContain('redis-7.0');
    } finally {
      await server.stop();
    }
  });

  it('reads users that stand in the file', async () => {
    const path = file(
      'inline.yaml',
      GOOD.replace('aclfile: users.acl', "users: { app: 'on ~app:* +get +set' }"),
    );
    expect(await run(['acl', 'test', path])).toMatchObject({ exit: 0, err: '' });
    const wrong = file('wrong.yaml', GOOD.replace('aclfile: users.acl', "users: { app: '+nosuch' }"));
    const refused = await run(['acl', 'test', wrong]);
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.err).toContain('Unknown command or category name in ACL');
  });

  it('names the rules that no expectation looks at, and can insist on a share', async () => {
    const path = file('thin.yaml', GOOD.replace(/, \[SET.*\]\]/, ']'));
    const { out, exit } = await run(['acl', 'test', path]);
    expect(exit).toBe(0);
    expect(out).toContain('app: +set');
    expect(out).toMatch(/\d of \d rules exercised/);
    expect(await run(['acl', 'test', path, '--min-coverage', '100'])).toMatchObject({ exit: 1 });
    expect((await run(['acl', 'test', path, '--min-coverage', 'x'])).err).toContain('E_USAGE');
  });

  it('writes JUnit beside the table', async () => {
    const path = file('bad.yaml', GOOD.replace('- FLUSHALL', '- GET app:2'));
    const report = join(dir, 'acl.xml');
    expect((await run(['acl', 'test', path, '-o', 'table', '-o', `junit=${report}`])).exit).toBe(1);
    const xml = readFileSync(report, 'utf8');
    expect(xml).toContain('failures="1"');
    expect(xml).toContain('<failure message="it is allowed"/>');
  });

  it.each([
    ['a key that it does not know', 'version: 1\ntests:\n  - user: a\n    denny: []\n', ':3: tests.0: '],
    ['no case', 'version: 1\ntests:\n  - user: a\n', 'no test has a command'],
    ['broken YAML', 'version: 1\ntests: [\n', ':'],
    [
      'an open quote',
      "version: 1\ntests:\n  - user: a\n    allow: ['GET \"a']\n",
      ':4: a quote is not closed',
    ],
    ['no source', 'version: 1\ntests:\n  - user: a\n    allow: [PING]\n', 'nothing says whose rules'],
    ['two sources', `${GOOD}config: redis.conf\n`, 'keep one of'],
  ])('refuses a file with %s, and says where', async (_, text, said) => {
    const answer = await run(['acl', 'test', file('refused.yaml', text)]);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_EXPECTATIONS');
    expect(answer.err).toContain(said);
  });
});

describe('several servers', () => {
  it('share the rules that none of them exercises, and each is named that covers too little', async () => {
    const path = file('thin.yaml', GOOD.replace("[GET app:1, [SET, 'app:a key', 1]]", '[GET app:1]'));
    const { exit, out, err } = await run(['acl', 'test', path, '--min-coverage', '100']);
    expect(exit).toBe(1);
    expect(out.match(/never exercised/g)).toHaveLength(1);
    expect(out.indexOf('never exercised')).toBeGreaterThan(out.indexOf('valkey-8.1'));
    expect(err).toBe(
      `coverage of ${path} on redis-7.2 is below 100 %\ncoverage of ${path} on valkey-8.1 is below 100 %\n`,
    );
    expect(out).toContain(`${path}  redis-7.2  users.acl\n`);
  });

  it('are a question of what if, for a live server', async () => {
    const running = await startServer({ server: 'redis-7.0' });
    try {
      await talk(running.port, [['ACL', 'SETUSER', 'app', 'on', '>p', '~app:*', '+get', '+set']]);
      const path = file('live.yaml', GOOD.replace('aclfile: users.acl\n', ''));
      const { exit, out } = await run(['acl', 'test', path, '--target', `127.0.0.1:${running.port}`]);
      expect(exit).toBe(0);
      expect(out).toContain(`${path}  redis-7.2  127.0.0.1:`);
      expect(out).toContain(`${path}  valkey-8.1  127.0.0.1:`);
      expect(out.match(/what if: /g)).toHaveLength(2);
    } finally {
      await running.stop();
    }
  });

  it('is told of a key that is none', async () => {
    const { exit, err } = await run(['acl', 'test', file('none.yaml', `test: 1\n${GOOD}`)]);
    expect(exit).toBe(2);
    expect(err).toContain('none.yaml:1: document: Unrecognized key: "test"');
  });
});
