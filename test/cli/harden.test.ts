/** `wardis harden`: the bare request and its answer, the files, the secrets, and what goes wrong on the way. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRecordedServers } from '../../src/conf/index.ts';
import { COMPLIANCE_REQUIREMENTS, NETWORK_EXPOSURES, SECURITY_LEVELS } from '../../src/policy/index.ts';
import { run, spawnWardis } from './run.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const KEYS = ['security_config', 'acl_rules', 'tls_config', 'audit_checklist', 'warnings'];

let dir: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-harden-'));
  chmodSync(dir, 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function put(text: string, name = 'request.json'): string {
  const folder = join(dir, `in-${(files += 1)}`);
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function fresh(): string {
  return join(dir, `out-${(files += 1)}`);
}

function listed(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
}

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/harden-output.schema.json', import.meta.url), 'utf8'),
) as object;
const input = JSON.parse(
  readFileSync(new URL('../../schemas/harden-input.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: false, allErrors: true });
const isAnswer = ajv.compile(schema);
const isRequest = ajv.compile(input);

describe('the bare request', () => {
  it('is answered with exactly five keys, valid by the published schema, at every level and exposure', async () => {
    for (const security_level of SECURITY_LEVELS)
      for (const network_exposure of NETWORK_EXPOSURES)
        for (const compliance_requirements of [[], ['pci_dss'], COMPLIANCE_REQUIREMENTS]) {
          const request = { security_level, compliance_requirements, network_exposure };
          expect(isRequest(request), JSON.stringify(isRequest.errors)).toBe(true);
          const answer = await run(['harden', '--input', put(JSON.stringify(request))]);
          expect({ exit: answer.exit, err: answer.err }).toEqual({ exit: 0, err: '' });
          const data = JSON.parse(answer.out) as Readonly<Record<string, unknown>>;
          expect(Object.keys(data)).toEqual(KEYS);
          expect(isAnswer(data), JSON.stringify(isAnswer.errors)).toBe(true);
          expect(data['acl_rules']).not.toEqual([]);
          expect(data['audit_checklist']).not.toEqual([]);
        }
  });

  it('is read for every server, from a file and from standard input', async () => {
    for (const server of listRecordedServers()) {
      const answer = await run([
        'harden',
        '--input',
        put(JSON.stringify({ security_level: 'hardened', server })),
      ]);
      expect(answer.exit, JSON.stringify(server)).toBe(0);
    }
    const text = '{"security_level":"basic","compliance_requirements":[],"network_exposure":"localhost"}';
    const piped = await spawnWardis(['harden', '--input', '-'], { input: text });
    expect(piped.exit).toBe(0);
    expect(JSON.parse(piped.out)).toEqual(JSON.parse((await run(['harden', '--input', put(text)])).out));
  });

  it('with users gives rules that a server can be told, and no password', async () => {
    const users = [{ name: 'orders', role: 'readwrite', keys: ['orders:*'] }];
    const { out } = await run([
      'harden',
      '--input',
      put(JSON.stringify({ security_level: 'standard', users })),
    ]);
    const { acl_rules } = JSON.parse(out) as {
      readonly acl_rules: readonly { user: string; setuser: string }[];
    };
    expect(acl_rules.map(({ user }) => user)).toEqual(['default', 'orders']);
    expect(acl_rules[0]?.setuser).toMatch(/^ACL SETUSER default .*off/);
    expect(acl_rules[1]?.setuser).toMatch(/^ACL SETUSER orders reset on .*~orders:\*/);
    expect(out).not.toMatch(/[#>][0-9a-f]{64}/);
  });

  it.each([
    ['nothing at all', '', /:1:1/],
    ['a misspelt word', '{\n  "security_level": basic\n}', /:2:21/],
    ['a comma too much', '{"security_level":"basic",\n}', /:2:1/],
    ['broken JSON', '{"security_level": "basic",', /:1:\d+/],
    ['text that is no JSON', 'security_level: basic\n', /:1:1/],
    ['a list', '[1,2]', /:1:1[\s\S]*expected a map/],
    ['an unknown key', '{"security_level":"basic",\n "securty":1}', /:2:2[\s\S]*securty/],
    ['an unknown level', '{\n"security_level":"hardend"}', /:2:\d+[\s\S]*hardened/],
    ['a level of the wrong type', '{"security_level":3}', /:1:\d+/],
    ['an unknown framework', '{"compliance_requirements":["pci"]}', /pci_dss/],
    ['frameworks that are no list', '{"compliance_requirements":"pci_dss"}', /array|list/],
    ['an unknown exposure', '{"network_exposure":"internet"}', /public/],
    ['a user without a role', '{"users":[{"name":"a"}]}', /role/],
    ['a user that would break the ACL file', '{"users":[{"name":"a b","role":"admin"}]}', /blanks/],
  ])('that holds %s is refused with its place, and nothing on standard output', async (_, text, says) => {
    const path = put(text);
    const answer = await run(['harden', '--input', path]);
    expect(answer.exit).toBe(2);
    expect(answer.out).toBe('');
    expect(answer.err).toMatch(says);
    expect(answer.err).toContain(path);
    expect(answer.err).toContain('E_REQUEST');
  });

  it('tells all its problems at once', async () => {
    const { err } = await run([
      'harden',
      '--input',
      put('{"security_level":"x","network_exposure":"y","compliance_requirements":["z"],"more":1}'),
    ]);
    for (const word of ['security_level', 'network_exposure', 'compliance_requirements', 'more'])
      expect(err).toContain(word);
    expect(err).toContain('4 problems');
  });
});

describe('the files', () => {
  it('are listed only, until a folder is named', async () => {
    const answer = await run(['harden', '--level', 'hardened', '--server', 'redis-7.2']);
    expect(answer.exit).toBe(0);
    expect(answer.out).toContain('would write');
    expect(existsSync('redis/secrets')).toBe(false);
  });

  it('have the modes that they need, and every user a secret of 256 bits', async () => {
    const out = fresh();
    const answer = await run(['harden', '--level', 'hardened', '--server', 'redis-7.2', '--out', out]);
    expect({ exit: answer.exit, err: answer.err }).toEqual({ exit: 0, err: '' });
    const mode = (name: string) => statSync(join(out, name)).mode & 0o777;
    expect(mode('redis.conf')).toBe(0o640);
    expect(mode('users.acl')).toBeLessThanOrEqual(0o640);
    expect(mode('secrets')).toBe(0o700);
    const users = readFileSync(join(out, 'users.acl'), 'utf8');
    const secrets = readdirSync(join(out, 'secrets'));
    expect(secrets.length).toBeGreaterThan(3);
    for (const name of secrets) {
      expect(mode(join('secrets', name))).toBe(0o600);
      const secret = readFileSync(join(out, 'secrets', name), 'utf8').trim();
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(users).toMatch(new RegExp(`^user ${name} on #[0-9a-f]{64} `, 'm'));
      for (const file of listed(out).filter((each) => !each.startsWith('secrets/')))
        expect(readFileSync(join(out, file), 'utf8'), file).not.toContain(secret);
      expect(answer.out).not.toContain(secret);
    }
    expect(users).toMatch(/^user default off .*resetpass/m);
    expect(users).not.toContain('\n#');
    expect(users).not.toContain('\n\n');
    expect(listed(out).some((name) => name.includes('.tmp'))).toBe(false);
  });

  it('are not overwritten, unless told to, and then the secrets are kept', async () => {
    const out = fresh();
    const flags = ['harden', '--level', 'standard', '--server', 'redis-7.2', '--out', out];
    expect((await run(flags)).exit).toBe(0);
    const users = readFileSync(join(out, 'users.acl'), 'utf8');
    writeFileSync(join(out, 'redis.conf'), 'mine\n');
    const again = await run(flags);
    expect(again.exit).toBe(2);
    expect(again.err).toContain('E_EXISTS');
    expect(readFileSync(join(out, 'redis.conf'), 'utf8')).toBe('mine\n');
    expect((await run([...flags, '--force'])).exit).toBe(0);
    expect(readFileSync(join(out, 'redis.conf'), 'utf8')).not.toBe('mine\n');
    expect(readFileSync(join(out, 'users.acl'), 'utf8')).toBe(users);
  });

  it('come with the answer in JSON where both are asked for', async () => {
    const out = fresh();
    const path = put('{"security_level":"standard"}');
    const answer = await run(['harden', '--input', path, '--out', out]);
    expect(answer.exit).toBe(0);
    expect(Object.keys(JSON.parse(answer.out) as object)).toEqual(KEYS);
    expect(listed(out)).toContain('redis.conf');
  });

  it('print each secret once on request, and keep it nowhere', async () => {
    const out = fresh();
    const answer = await run([
      'harden',
      '--level',
      'basic',
      '--server',
      'redis-7.2',
      '--out',
      out,
      '--print-secrets',
    ]);
    const printed = [...answer.out.matchAll(/^(\S+) ([A-Za-z0-9_-]{43})$/gm)];
    expect(printed.map((match) => match[1])).toEqual(['admin', 'app']);
    expect(existsSync(join(out, 'secrets'))).toBe(false);
    for (const file of listed(out))
      for (const [, , secret = ''] of printed)
        expect(readFileSync(join(out, file), 'utf8')).not.toContain(secret);
  });

  it.skipIf(!ROOT)('are none in a folder that may not be written', async () => {
    const out = join(dir, 'closed');
    mkdirSync(out, { mode: 0o555 });
    const answer = await spawnWardis(['harden', '--level', 'basic', '--out', out], { uid: NOBODY, cwd: dir });
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_WRITE');
    expect(answer.err).toMatch(/EACCES/);
    expect(readdirSync(out)).toEqual([]);
  });

  it.skipIf(!ROOT)('are none on a disk that is too small, and complete on one that is not', async () => {
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) return;
    try {
      const flags = ['harden', '--level', 'hardened', '--server', 'redis-7.2', '--out', join(disk, 'redis')];
      const full = await run(flags);
      expect(full.exit).toBe(2);
      expect(full.err).toContain('ENOSPC');
      expect(full.out).toBe('');
      expect(listed(disk)).toEqual([]);
      expect(spawnSync('mount', ['-o', 'remount,size=4m', disk]).status).toBe(0);
      expect((await run(flags)).exit).toBe(0);
      expect(listed(disk)).toContain('redis/redis.conf');
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('are none where the answer cannot be said', async () => {
    const answer = await spawnWardis(['harden', '--level', 'basic', '--out', '/dev/null/redis']);
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_WRITE');
  });
});

describe('the policy document', () => {
  const GOOD =
    'version: 1\nsecurity_level: standard\nusers:\n  - { name: app, role: readwrite, keys: ["app:*"] }\n';

  it.each([
    ['a tab', 'version: 1\n\tsecurity_level: basic\n', 2],
    ['an unknown key', 'version: 1\nsecurity_levl: basic\n', 2],
    ['an unknown level', 'version: 1\nsecurity_level: hardend\n', 2],
    ['an unknown role', `${GOOD}  - { name: b, role: reader }\n`, 5],
    ['a user twice', `${GOOD}  - { name: app, role: admin }\n`, 5],
    ['a date that is none', `${GOOD}  - { name: b, role: admin, expires: soon }\n`, 5],
    ['no version', 'security_level: basic\n', 1],
    ['a waiver without an end', `${GOOD}waivers:\n  - { check: NET-004, reason: x, owner: y }\n`, 6],
  ])('with %s is answered with line and caret', async (_, text, line) => {
    const path = put(text, 'wardis.yaml');
    const answer = await run(['harden', '--policy', path]);
    expect(answer.exit).toBe(2);
    expect(answer.out).toBe('');
    expect(answer.err).toContain(`${path}:${line}:`);
    const lines = answer.err.split('\n');
    const caret = lines.findIndex((each) => /^[\s|]*\^+/.test(each.replace(/^\s*\d*\s*\|/, '')));
    expect(caret, answer.err).toBeGreaterThan(0);
    expect(answer.err).toContain('E_POLICY');
  });

  it('suggests the word that was meant', async () => {
    const { err } = await run([
      'harden',
      '--policy',
      put('version: 1\nsecurity_levl: basic\n', 'wardis.yaml'),
    ]);
    expect(err).toContain('security_level');
    const value = await run([
      'harden',
      '--policy',
      put('version: 1\nsecurity_level: hardend\n', 'wardis.yaml'),
    ]);
    expect(value.err).toMatch(/did you mean.*hardened/);
  });

  it('may be broken in any way without a fault of ours', async () => {
    for (const text of [
      '',
      '\0',
      '- a\n- b\n',
      '&a [*a]\n',
      '%YAML 9\n',
      '{',
      'a: &x [x]\nb: *y\n',
      '\uFEFF: :',
      'x'.repeat(70_000),
    ]) {
      const answer = await run(['harden', '--policy', put(text, 'wardis.yaml')]);
      expect(answer.exit, JSON.stringify(text.slice(0, 20))).toBe(2);
      expect(answer.err).not.toContain('E_BUG');
    }
    const large = put(`# ${'x'.repeat(9 * 1024 * 1024)}\n`, 'wardis.yaml');
    expect((await run(['harden', '--policy', large])).err).toMatch(/bytes/);
    expect((await run(['harden', '--policy', dir])).err).toContain('E_READ');
  });

  it('tells what a version cannot do, and writes nothing', async () => {
    const out = fresh();
    const text = `${GOOD}  - { name: b, role: readwrite, keys: [{ pattern: "b:*", access: read }] }\n`;
    const answer = await run([
      'harden',
      '--policy',
      put(text, 'wardis.yaml'),
      '--server',
      'redis-6.0',
      '--out',
      out,
    ]);
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('E_UNSUPPORTED');
    expect(existsSync(out)).toBe(false);
  });

  it('takes a secret from where it says, and says so when it is not there', async () => {
    const user = (password: string) =>
      put(`version: 1\nusers:\n  - { name: app, role: admin, password: ${password} }\n`, 'wardis.yaml');
    const env = await run(['harden', '--policy', user('{ env: APP_SECRET }'), '--out', fresh()], {
      environment: { APP_SECRET: 'a-secret-from-the-environment-0123456789' },
    });
    expect(env.exit).toBe(0);
    for (const source of [
      '{ env: NOT_SET }',
      '{ file: /nonexistent/secret }',
      '{ exec: [/bin/false] }',
      '{ exec: [/bin/true] }',
      '{ exec: [/nonexistent] }',
    ]) {
      const out = fresh();
      const answer = await run(['harden', '--policy', user(source), '--out', out]);
      expect(answer.exit, source).toBe(2);
      expect(answer.err, source).toContain('E_SECRET');
      expect(existsSync(out)).toBe(false);
    }
  });
});
