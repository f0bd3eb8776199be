/** `wardis init`: a policy document that reads back without a problem, and that grants what the server grants. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide, parseAclFile, tableFor, type User } from '../../src/acl/index.ts';
import {
  compilePolicy,
  NETWORK_EXPOSURES,
  parsePolicy,
  SECURITY_LEVELS,
  type PolicyDocument,
} from '../../src/policy/index.ts';
import { forEachServer, SERVER_IDS, startServer, talk } from '../servers/index.ts';
import { run, spawnWardis } from './run.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-init-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function read(text: string): Promise<PolicyDocument> {
  const parsed = await parsePolicy(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

describe('init', () => {
  it.each(
    SECURITY_LEVELS.flatMap((level) => NETWORK_EXPOSURES.map((exposure) => [level, exposure] as const)),
  )('writes a document for %s and %s that compiles', async (level, exposure) => {
    const { exit, out, err } = await run([
      'init',
      '--yes',
      '--level',
      level,
      '--exposure',
      exposure,
      '--require',
      'pci_dss',
      '--require',
      'gdpr',
      '--server',
      'valkey-8.1',
      '--out',
      '-',
    ]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const policy = await read(out);
    expect(policy.request).toMatchObject({ level, exposure, frameworks: ['pci_dss', 'gdpr'] });
    expect(policy.request.server).toEqual({ product: 'valkey', version: '8.1' });
    expect(compilePolicy(policy).refusals).toEqual([]);
  });

  it('writes wardis.yaml once, and again only when told to', async () => {
    const path = join(dir, 'wardis.yaml');
    expect((await run(['init', '--yes', '--out', path])).exit).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    writeFileSync(path, 'mine\n');
    const again = await run(['init', '--yes', '--out', path]);
    expect(again.exit).toBe(2);
    expect(again.err).toContain('E_EXISTS');
    expect(readFileSync(path, 'utf8')).toBe('mine\n');
    expect((await run(['init', '--yes', '--out', path, '--force'])).exit).toBe(0);
    await read(readFileSync(path, 'utf8'));
  });

  it('lies where harden and audit look for it', async () => {
    expect((await spawnWardis(['init', '--yes', '--force'], { cwd: dir })).exit).toBe(0);
    const hardened = await spawnWardis(['harden', '--out', 'redis'], { cwd: dir });
    expect(hardened).toMatchObject({ exit: 0, err: '' });
    const audited = await spawnWardis(
      ['audit', '--config', 'redis/redis.conf', '--aclfile', 'redis/users.acl', '--skip', 'version'],
      {
        cwd: dir,
      },
    );
    expect(audited.err).toBe('judged by wardis.yaml in this folder\n');
    expect(audited.exit).not.toBe(2);
    expect(audited.out).toContain('redis/redis.conf');
    expect(audited.out).not.toMatch(/(?:CRITICAL|HIGH|MEDIUM|LOW) +[A-Z]+-\d/);
  });

  it('writes nothing where nobody can answer', async () => {
    const asked = await spawnWardis(['init', '--out', '-'], { input: '' });
    expect(asked).toMatchObject({ exit: 2, out: '' });
    expect(asked.err).toContain('wardis init --yes');
  });

  it('refuses what it does not know', async () => {
    for (const flags of [
      ['--level', 'x'],
      ['--exposure', 'x'],
      ['--require', 'x'],
      ['--server', 'x'],
      ['--from', 'http://x'],
    ])
      expect((await run(['init', '--yes', '--out', '-', ...flags])).exit, flags.join(' ')).toBe(2);
  });
});

/** Commands that tell users apart, with a key inside and outside of `app:*`. */
const PROBES: readonly (readonly string[])[] = [
  ['GET', 'app:1'],
  ['GET', 'other'],
  ['SET', 'app:1', 'v'],
  ['DEL', 'other'],
  ['MGET', 'app:1', 'app:2'],
  ['FLUSHALL'],
  ['KEYS', '*'],
  ['CONFIG', 'GET', 'dir'],
  ['CONFIG', 'SET', 'dir', '/'],
  ['INFO'],
  ['PING'],
  ['PUBLISH', 'app.x', 'm'],
  ['PUBLISH', 'other', 'm'],
  ['ACL', 'LIST'],
  ['EVAL', 'return 1', '0'],
];

describe('init from a live server', () => {
  it('writes where the fleet begins and who we were, never a password, and names the plan', async () => {
    const { port, stop } = await startServer({ server: 'valkey-9.1', conf: '' });
    await talk(port, [['ACL', 'SETUSER', 'boss', 'on', '>canary-of-boss', '~*', '&*', '+@all']]);
    const password = join(dir, 'boss.secret');
    writeFileSync(password, 'canary-of-boss\n', { mode: 0o600 });
    const from = ['--from', `redis://127.0.0.1:${port}`, '--user', 'boss', '--password-file', password];
    // Nobody is there to answer, and nobody is asked.
    const piped = await run(['init', ...from, '--out', '-']);
    expect({ exit: piped.exit, err: piped.err }).toEqual({ exit: 0, err: '' });
    expect(piped.out).not.toContain('canary');
    const { fleets } = await read(piped.out);
    expect(fleets).toMatchObject([
      { name: 'main', seeds: [`redis://127.0.0.1:${port}`], auth: { user: 'boss', password: undefined } },
    ]);
    const path = join(dir, 'live.yaml');
    const written = await run(['init', '--yes', ...from, '--out', path]);
    expect(written.out).toContain(`next: wardis plan --policy ${path} --password-file FILE`);
    const plan = await run(['plan', '--policy', path, '--password-file', password, '-q']);
    expect(plan.err).not.toContain('E_FLEET');
    expect(plan.out).toContain('fleet main');
    await stop();
  });

  forEachServer(SERVER_IDS, (server) => {
    it('keeps every user with the rights that it has, and no password', async () => {
      const six = server.version.startsWith('6.');
      const channels = six ? [] : ['resetchannels', '&app.*'];
      const rules: Readonly<Record<string, readonly string[]>> = {
        app: ['on', '>canary-of-app', '~app:*', ...channels, '-@all', '+@read', '+set', '+ping', '+publish'],
        monitor: ['on', '>canary-of-monitor', '-@all', '+info', '+config|get', '+ping'],
        admin: ['on', '>canary-of-admin', '~*', ...(six ? [] : ['&*']), '+@all'],
        reader: [
          'on',
          '>canary-of-reader',
          ...(six ? ['~app:*'] : ['%R~app:*']),
          '-@all',
          '+@string',
          '+ping',
        ],
        limited: ['on', '>canary-of-limited', '~*', '+@all', '-flushall', '-keys', '-config'],
      };
      const { port, stop } = await startServer({ server, conf: '' });
      for (const [name, words] of Object.entries(rules))
        expect(await talk(port, [['ACL', 'SETUSER', name, ...words]])).toEqual(['OK']);
      const { exit, out, err } = await run([
        'init',
        '--yes',
        '--from',
        `redis://127.0.0.1:${port}`,
        '--out',
        '-',
      ]);
      const [list] = await talk(port, [['ACL', 'LIST']]);
      await stop();
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out).not.toContain('canary');
      expect(out).not.toMatch(/[0-9a-f]{64}/);
      const policy = await read(out);
      expect(policy.users.map(({ name }) => name).toSorted()).toEqual(Object.keys(rules).toSorted());
      expect(policy.request.server.product).toBe(server.product);
      const { artefacts, refusals } = compilePolicy(policy);
      expect(refusals).toEqual([]);
      const table = tableFor({ product: server.product, version: server.version });
      const usersOf = (text: string): ReadonlyMap<string, User> =>
        new Map(parseAclFile(text, table).users.map((each) => [each.user.name, each.user] as const));
      const live = usersOf((list as readonly string[]).join('\n'));
      const compiled = usersOf(artefacts.find(({ path }) => path === 'users.acl')?.content ?? '');
      for (const name of Object.keys(rules)) {
        for (const command of PROBES) {
          const answer = (user: User | undefined) =>
            user === undefined ? 'no user' : decide(user, command, table).allowed;
          expect(answer(compiled.get(name)), `${name}: ${command.join(' ')}`).toBe(answer(live.get(name)));
        }
      }
    });
  });
});
