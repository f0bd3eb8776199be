/** `wardis user add`: one user more in the policy, and nothing else of it changed. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { entryOf } from '../../src/cli/change/user-add-entry.ts';
import { insertUser } from '../../src/cli/change/user-add-insertion.ts';
import { printDifference } from '../../src/cli/change/text-difference.ts';
import { run, type Answer } from './run.ts';

const NOW = new Date('2026-11-22T06:00:00.500Z');
const POLICY = `# The cache of orders.
version: 1
security_level: hardened              # basic | standard | hardened | compliance
users:
  - { name: ops, role: admin }
  - { name: orders-api, role: readwrite, keys: ["orders:*"] }   # owner: team-orders
  # reports come next quarter

waivers: []
`;

let folder: string;
let policy: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-user-add-'));
  policy = join(folder, 'wardis.yaml');
  writeFileSync(policy, POLICY, { mode: 0o640 });
  chmodSync(policy, 0o640);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const add = (...argv: readonly string[]): Promise<Answer> =>
  run(['user', 'add', ...argv, '--policy', policy], { now: NOW });
const text = (): string => readFileSync(policy, 'utf8');

describe('wardis user add', () => {
  it('adds one line, keeps every other byte, and names the next step', async () => {
    const answer = await add(
      'reporting',
      '--role',
      'readonly',
      '--keys',
      'orders:*',
      '--expires',
      '2027-01-31',
    );
    expect(answer).toMatchObject({ exit: 0, err: '' });
    const line = '  - { name: reporting, role: readonly, keys: [ orders:* ], expires: 2027-01-31 }\n';
    expect(text()).toBe(POLICY.replace('  # reports', `${line}  # reports`));
    expect(answer.out).toBe(`--- ${policy}
+++ ${policy}
@@ -5,4 +5,5 @@
   - { name: ops, role: admin }
   - { name: orders-api, role: readwrite, keys: ["orders:*"] }   # owner: team-orders
+${line}   # reports come next quarter
 

${policy} was written; no server was changed
next: wardis plan --policy ${policy}
`);
    expect(statSync(policy).mode & 0o777).toBe(0o640);
  });

  it('writes what flags say, with access as ACL rules write it', async () => {
    const keys = ['cart:*', '%R~orders:*', '%w~log:*', '%RW~both:*'].flatMap((key) => ['--keys', key]);
    const commands = ['--commands', '+get', '--commands', '-@scripting'];
    const answer = await add(
      'cart',
      '--role',
      'custom',
      ...keys,
      '--channels',
      'cart.*',
      ...commands,
      '--json',
    );
    expect(answer.exit).toBe(0);
    const { users } = parse(text()) as { readonly users: readonly unknown[] };
    const expected = {
      name: 'cart',
      role: 'custom',
      keys: [
        'cart:*',
        { pattern: 'orders:*', access: 'read' },
        { pattern: 'log:*', access: 'write' },
        'both:*',
      ],
      channels: ['cart.*'],
      commands: ['+get', '-@scripting'],
    };
    expect(users.at(-1)).toEqual(expected);
    expect(JSON.parse(answer.out)).toEqual({
      schemaVersion: '1',
      policy,
      written: true,
      user: expected,
      warnings: [],
    });
  });

  it('makes an administrator for an emergency, with a reason and an end', async () => {
    await add('fire', '--break-glass', 'disk full: cache-3, "now"', '--for', '2h');
    const { users } = parse(text()) as { readonly users: readonly unknown[] };
    expect(users.at(-1)).toEqual({
      name: 'fire',
      role: 'admin',
      break_glass: { reason: 'disk full: cache-3, "now"', until: '2026-11-22T08:00:01Z' },
    });
  });

  it('warns of an emergency that is none', async () => {
    const answer = await add('fire', '--break-glass', 'later', '--for', '8d');
    expect(answer).toMatchObject({ exit: 0 });
    expect(answer.out).toContain('warning: this emergency lasts 9 days; more than 7 are a finding');
  });

  it('shows and writes nothing when dry', async () => {
    const answer = await add('reporting', '--role', 'readonly', '--keys', '*', '--dry-run');
    expect(answer.out).toMatch(/^\+ {2}- \{ name: reporting/m);
    expect(answer.out).toContain('nothing was written (--dry-run)');
    expect(text()).toBe(POLICY);
  });

  it.each([
    [['ops', '--role', 'admin'], 'user "ops" is declared twice'],
    [['default', '--role', 'admin'], 'the user default is always off'],
    [['a b', '--role', 'admin'], 'expected a name without blanks'],
    [['x', '--role', 'readonly'], 'role readonly needs keys'],
    [['x', '--role', 'admin', '--commands', 'get'], 'expected a rule such as +get'],
    [['x', '--role', 'custom', '--commands', '+nosuch'], 'refuses "+nosuch"'],
    [['x', '--role', 'admin', '--expires', '2027-02-30'], 'there is no 2027-02-30'],
    [['x', '--role', 'monitor', '--break-glass', 'r', '--for', '1h'], 'break_glass is for role admin'],
    [['x', '--role', 'admin', '--expires', '2027-01-01', '--break-glass', 'r', '--for', '1h'], 'not by both'],
  ])('leaves the file alone when %j makes no policy', async (argv, why) => {
    const answer = await add(...argv);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_POLICY');
    expect(answer.err).toContain(why);
    expect(text()).toBe(POLICY);
  });

  it.each([
    [['x'], '--role is missing'],
    [['x', '--role', 'adm'], '--role "adm" is not one of'],
    [['x', '--role', 'admin', '--expires', '2020-01-01'], '--expires 2020-01-01 has passed'],
    [['x', '--break-glass', 'r'], '--break-glass needs its end'],
    [['x', '--break-glass', ' ', '--for', '1h'], '--break-glass needs a reason'],
    [['x', '--role', 'admin', '--for', '1h'], '--for is for --break-glass'],
    [['x', '--break-glass', 'r', '--for', '0h'], '--for "0h" is no time'],
    [['x', '--break-glass', 'r', '--for', '2 hours'], '--for "2 hours" is no time'],
    [['x', '--break-glass', 'r', '--for', '400d'], '--for "400d" is no time'],
    [['x', '--role', 'admin', '--databases', 'one'], '--databases "one" is no number'],
  ])('refuses %j before it reads anything', async (argv, why) => {
    const answer = await add(...argv);
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain(`E_USAGE  ${why}`);
    expect(text()).toBe(POLICY);
  });

  it('needs a policy that is there and right, in a file', async () => {
    expect((await run(['user', 'add', 'x', '--role', 'admin', '--policy', '-'])).err).toContain(
      'E_USAGE  standard input cannot be written to',
    );
    const missing = join(folder, 'none.yaml');
    expect((await run(['user', 'add', 'x', '--role', 'admin', '--policy', missing])).err).toContain('E_READ');
    expect(existsSync(missing)).toBe(false);
    writeFileSync(policy, 'version: 3\n');
    expect((await add('x', '--role', 'admin')).err).toContain('E_POLICY');
    expect(text()).toBe('version: 3\n');
  });
});

const ENTRY = { name: 'new', role: 'readonly', keys: ['a,b:*'] };
const FLOW = '{ name: new, role: readonly, keys: [ "a,b:*" ] }';

describe('a user is put into a policy', () => {
  it.each([
    ['without users', 'version: 1\n', `version: 1\nusers:\n  - ${FLOW}\n`],
    ['without an end of line', 'version: 1', `version: 1\nusers:\n  - ${FLOW}\n`],
    [
      'with an empty list',
      'users: []   # none yet\nversion: 1\n',
      `users:\n  - ${FLOW}   # none yet\nversion: 1\n`,
    ],
    ['with an empty key', 'users:\nversion: 1\n', `users:\n  - ${FLOW}\nversion: 1\n`],
    [
      'with users in lines of their own',
      'users:\n- name: a   # one\n  role: admin # two\n\n# next\nversion: 1\n',
      'users:\n- name: a   # one\n  role: admin # two\n- name: new\n  role: readonly\n  keys:\n    - a,b:*\n\n# next\nversion: 1\n',
    ],
    [
      'that ends with its last user',
      'version: 1\nusers:\n    - {name: a, role: admin}',
      `version: 1\nusers:\n    - {name: a, role: admin}\n    - ${FLOW}`,
    ],
    [
      'with a list in brackets',
      'users: [{name: a, role: admin},\n  {name: b, role: admin}, # two\n]\nversion: 1\n',
      `users: [{name: a, role: admin},\n  {name: b, role: admin}, ${FLOW}, # two\n]\nversion: 1\n`,
    ],
    [
      'with Windows line ends',
      'version: 1\r\nusers:\r\n  - { name: a, role: admin }\r\n',
      `version: 1\r\nusers:\r\n  - { name: a, role: admin }\r\n  - ${FLOW}\r\n`,
    ],
    ['in JSON', '{"version": 1}', `${JSON.stringify({ version: 1, users: [ENTRY] }, null, 2)}\n`],
    [
      'that ends with a mark',
      '---\nversion: 1\n...\n',
      `---\nversion: 1\nusers:\n  - name: new\n    role: readonly\n    keys:\n      - a,b:*\n...\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(insertUser(before, ENTRY)).toBe(after);
  });

  it('not at all where it would mean something else', () => {
    for (const broken of ['[]', 'users: [', 'just text', ''])
      expect(insertUser(broken, ENTRY) ?? 'none', broken).toBe('none');
  });

  it('whatever its names and patterns hold, and beside whatever users', () => {
    const word = fc.stringMatching(/^[^\s"'\\#(){}\p{Cc}]{1,12}$/u);
    const pattern = fc.stringMatching(/^[^\s\p{Cc}]{1,12}$/u);
    const entry = fc.record(
      { name: word, role: fc.constant('readonly'), keys: fc.array(pattern, { minLength: 1, maxLength: 3 }) },
      { noNullPrototype: true, requiredKeys: ['name', 'role', 'keys'] },
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 3 }), entry, (others, added) => {
        const before = others.reduce<string>(
          (policyText, other) => insertUser(policyText, other) ?? '',
          'version: 1\n',
        );
        const after = insertUser(before, added);
        expect(parse(after ?? '')).toEqual({ version: 1, users: [...others, added] });
        // Nothing but lines were added.
        expect(after?.startsWith(before)).toBe(true);
      }),
    );
  });
});

describe('the difference', () => {
  const LOOK = { tty: false, colour: false, unicode: true, columns: Number.POSITIVE_INFINITY };
  it('is one hunk with what stands around it, and control characters made visible', () => {
    expect(printDifference('a\nb\nc\nd\ne\n', 'a\nb\nc\n\u001b[31mx\nd\ne\n', 'f', LOOK)).toBe(
      '--- f\n+++ f\n@@ -2,4 +2,5 @@\n b\n c\n+\\x1b[31mx\n d\n e\n',
    );
    expect(printDifference('a\n', 'a\n', 'f', LOOK)).toBe('');
    expect(printDifference('', 'a\n', 'f', LOOK)).toBe('--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n');
    expect(printDifference('a\nb\n', 'a\n', 'f', LOOK)).toBe('--- f\n+++ f\n@@ -1,2 +1,1 @@\n a\n-b\n');
  });
});

describe('the end of an emergency', () => {
  it.each([
    ['45m', '2026-11-22T06:45:01Z'],
    ['1h', '2026-11-22T07:00:01Z'],
    ['7d', '2026-11-29T06:00:01Z'],
  ])('after %s is %s, begun seconds counted whole', (lasts, until) => {
    const flags = { keys: [], channels: [], databases: [], commands: [], breakGlass: 'r', for: lasts };
    expect(entryOf('x', flags, NOW).break_glass?.until).toBe(until);
  });
});
