/** What a policy cannot give is said first and in its own words: no administrator, no auditor, no TLS on a network. */
import { describe, expect, it } from 'vitest';
import { compilePolicy, parsePolicy, type Compilation } from '../../src/policy/index.ts';

const NOBODY = /^No user may administer this server/;
const NO_AUDIT = /^No user may audit this server/;
const PLAINTEXT = /readable to whoever sees the wire; ask for level hardened/;

async function compile(
  users: string,
  level = 'standard',
  exposure = 'private_network',
): Promise<Compilation> {
  const text = `version: 1\nsecurity_level: ${level}\nnetwork_exposure: ${exposure}\nserver: { product: redis, version: 7.2.6 }\nusers:\n${users}`;
  const parsed = await parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return compilePolicy(parsed.policy, { today: '2026-11-22' });
}

const APP = '  - { name: app, role: readwrite, keys: ["app:*"] }\n';

describe('a policy without an administrator', () => {
  it('is told so before anything else, and that nobody can audit', async () => {
    const { warnings } = await compile(APP);
    expect(warnings[0]).toMatch(NOBODY);
    expect(warnings[1]).toMatch(NO_AUDIT);
  });

  it('is also one whose administrator has expired', async () => {
    const { warnings } = await compile(`${APP}  - { name: root, role: admin, expires: 2026-01-31 }\n`);
    expect(warnings[0]).toMatch(NOBODY);
  });

  it('has runbooks that name none', async () => {
    const { artefacts } = await compile(APP);
    const books = artefacts.filter(({ path }) => path.startsWith('runbooks/')).map(({ content }) => content);
    expect(books.join('')).toContain('Administrators: none, so nobody can change users or configuration.');
    expect(books.join('')).not.toMatch(/as an administrator|secret of an administrator/);
    for (const book of books.filter((content) => content.includes('--user ADMIN')))
      expect(book).toContain('The policy declares no user of role admin');
  });

  it('is none of these with one', async () => {
    const { warnings, artefacts } = await compile(`${APP}  - { name: root, role: admin }\n`);
    expect(warnings.filter((text) => NOBODY.test(text) || NO_AUDIT.test(text))).toEqual([]);
    expect(artefacts.map(({ content }) => content).join('')).not.toContain('--user ADMIN');
  });
});

describe('plaintext on a network', () => {
  it.each([
    ['standard', 'private_network', true],
    ['standard', 'localhost', false],
    ['standard', 'public', false],
    ['hardened', 'private_network', false],
    ['basic', 'private_network', false],
  ] as const)('%s on %s: warned %s', async (level, exposure, warned) => {
    const { warnings } = await compile(APP, level, exposure);
    expect(warnings.some((text) => PLAINTEXT.test(text))).toBe(warned);
  });
});

describe('a pattern for the other access', () => {
  it.each([
    ['readonly', 'write'],
    ['writeonly', 'read'],
  ])('is refused to %s with access %s, not turned round', async (role, access) => {
    const { refusals } = await compile(
      `  - { name: somebody, role: ${role}, keys: [{ pattern: "a:*", access: ${access} }] }\n`,
    );
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain('exclude each other');
  });
});
