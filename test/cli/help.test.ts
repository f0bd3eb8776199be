/** What the program says about itself: help, topics, completion scripts, man pages, and the pages that explain. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/cli/error-code.ts';
import { listCommands } from '../../src/cli/command-tree.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { listRecordedServers } from '../../src/conf/index.ts';
import { CATALOGUE, FRAMEWORKS, MYTHS } from '../../src/posture/index.ts';
import { run, spawnProgram, spawnWardis } from './run.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wardis-help-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const look = { tty: false, colour: false, unicode: true, columns: 80 };
const PATHS = listCommands(
  buildProgram({
    terminal: {
      out: () => undefined,
      err: () => undefined,
      outLook: look,
      errLook: look,
      interactive: false,
    },
    environment: {},
    now: () => new Date(0),
    finish: () => undefined,
  }),
).map(({ path }) => path);
const VERBS = PATHS.filter((path) => !path.includes(' '));
const TOPICS = ['exit-codes', 'environment', 'output', 'permissions'];

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

describe('help', () => {
  it('is what the program says when it is asked nothing', async () => {
    const bare = await run([]);
    expect(bare).toMatchObject({ exit: 0, err: '' });
    for (const verb of VERBS) expect(bare.out).toContain(verb);
    expect((await run(['--help'])).out).toContain('Start here:');
    expect((await run(['help'])).out).toContain('audit');
  });

  it.each(PATHS)('of %s is the same three ways, and fits its options', async (verb) => {
    const long = await run([...verb.split(' '), '--help']);
    expect(long).toMatchObject({ exit: 0, err: '' });
    expect(long.out).toContain(`Usage: wardis ${verb}`);
    // -h is the host, as in redis-cli; alone at the end it can only be a cry for help.
    expect((await run([...verb.split(' '), '-h'])).out).toBe(long.out);
    const named = await run(['help', ...verb.split(' ')]);
    expect(named.exit).toBe(0);
    expect(named.out).toContain(`Usage: wardis ${verb}`);
  });

  it.each(TOPICS)('on %s', async (topic) => {
    const answer = await run(['help', topic]);
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out.length).toBeGreaterThan(100);
  });

  it('lists the user that an audit needs, for every version', async () => {
    for (const { product, version } of listRecordedServers()) {
      const answer = await run(['help', 'permissions', '--server', `${product}-${version}`]);
      expect(answer.exit).toBe(0);
      expect(answer.out).toMatch(/ACL SETUSER wardis reset on >PASSWORD .*-@all .*\+info/);
      expect(answer.out.includes('resetchannels')).toBe(!version.startsWith('6.0'));
    }
    expect((await run(['help', 'permissions', '--server', 'nosql-1'])).exit).toBe(2);
  });

  it('names what other verbs need besides', async () => {
    const { out } = await run(['help', 'permissions']);
    expect(out).toMatch(/acl check --verify +\+acl\|dryrun/);
    expect(out).toMatch(/acl learn --monitor +\+monitor \+client\|list/);
  });

  it('suggests the verb that was meant', async () => {
    expect((await run(['audti'])).err).toContain('audit');
    expect((await run(['audit', '--fail-onn', 'high'])).err).toContain('--fail-on');
  });

  it('gives the version in both ways', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await spawnWardis(['--version'])).out).toMatch(/^wardis \d+\.\d+\.\d+ \(node \d+/);
    expect((await spawnWardis(['-V'])).out).toMatch(/^wardis /);
  });
});

describe('explain', () => {
  it('lists everything that it can explain', async () => {
    const { out, exit } = await run(['explain']);
    expect(exit).toBe(0);
    for (const { id } of [...CATALOGUE, ...MYTHS]) expect(out).toContain(id);
    for (const { code } of ERROR_CODES) expect(out).toContain(code);
  });

  it('has a page for each check, with a defect, a fix and two examples', async () => {
    for (const check of CATALOGUE) {
      const { out, exit, err } = await run(['explain', check.id.toLowerCase()]);
      expect({ exit, err }, check.id).toEqual({ exit: 0, err: '' });
      for (const part of [check.id, check.title, 'Wanted', 'Why', 'How to mend it', 'Fails on', 'Passes on'])
        expect(out, check.id).toContain(part);
      const prose = out.slice(0, out.indexOf('Fails on')).split('\n').slice(2);
      expect(Math.max(...prose.map((line) => line.length)), check.id).toBeLessThanOrEqual(100);
      const data = JSON.parse((await run(['explain', check.id, '--json'])).out) as { readonly id: string };
      expect(data.id).toBe(check.id);
    }
  });

  it('knows each check by its aliases', async () => {
    for (const { id, aliases = [] } of CATALOGUE)
      for (const alias of aliases) expect((await run(['explain', alias])).out).toContain(id);
  });

  it('has a page for each error code, by number and by name', async () => {
    for (const { code, name, steps } of ERROR_CODES) {
      const page = await run(['explain', code]);
      expect(page.exit).toBe(0);
      expect(page.out).toContain(name);
      expect(steps.length).toBeGreaterThan(0);
      expect((await run(['explain', name])).out).toBe(page.out);
    }
    for (const code of ['E601', 'E602', 'E603', 'E604', 'E605'])
      expect(ERROR_CODES.map((page) => page.code)).toContain(code);
  });

  it('tells each myth by itself and all of them together', async () => {
    const { out } = await run(['explain', 'myths']);
    for (const { id, verdict, shown } of MYTHS) {
      const one = (await run(['explain', id])).out;
      expect(out).toContain(one);
      expect(one).toContain(verdict.toUpperCase());
      expect(one.replace(/\s+/g, ' ')).toContain(shown.replace(/\s+/g, ' '));
    }
    expect(JSON.parse((await run(['explain', 'myths', '--json'])).out)).toHaveLength(MYTHS.length);
  });

  it('lists the frameworks', async () => {
    const { out } = await run(['explain', 'frameworks']);
    for (const { id } of FRAMEWORKS) expect(out).toContain(id);
  });
});

describe('completion', () => {
  const PARSERS = [
    ['bash', 'bash', ['-n']],
    ['zsh', 'zsh', ['-n']],
    ['fish', 'fish', ['--no-execute']],
  ] as const;

  it.each(PARSERS)('for %s names every verb', async (shell) => {
    const { out, exit } = await run(['completion', shell]);
    expect(exit).toBe(0);
    for (const verb of VERBS) expect(out).toContain(verb);
    for (const { id } of CATALOGUE) expect(out).toContain(id);
    expect(out).toContain('fail-on');
  });

  for (const [shell, program, flags] of PARSERS) {
    it.skipIf(!has(program))(`for ${shell} is a script that ${shell} can read`, async () => {
      const path = join(dir, `wardis.${shell}`);
      writeFileSync(path, (await run(['completion', shell])).out);
      expect(await spawnProgram(program, [...flags, path])).toMatchObject({ exit: 0, err: '' });
    });
  }

  it.skipIf(!has('bash'))('completes verbs, values, ids and files in bash', async () => {
    const path = join(dir, 'wardis.bash');
    writeFileSync(path, (await run(['completion', 'bash'])).out);
    const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
      const script = `source ${path}; COMP_WORDS=(wardis ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _wardis; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { out, err } = await spawnProgram('bash', ['--norc', '-c', script], { cwd: dir });
      expect(err).toBe('');
      return out.trim().split('\n');
    };
    expect(await complete('au')).toEqual(['audit']);
    expect(await complete('audit', '--level', 'h')).toEqual(['hardened']);
    expect(await complete('audit', '--check', 'AUTH-00')).toContain('AUTH-001');
    expect(await complete('explain', 'TLS-03')).toContain('TLS-033');
    expect(await complete('audit', '--fail')).toEqual(['--fail-on']);
    expect(await complete('acl', 'mat')).toEqual(['matrix']);
    expect(await complete('acl', 'matrix', '--he')).toEqual(['--help']);
    expect(await complete('help', 'acl', '--se')).toEqual(['--server']);
    expect(await complete('audit', '--config', 'wardis.b')).toEqual(['wardis.bash']);
  });
});

describe('the manual', () => {
  const pages = fileURLToPath(new URL('../../man', import.meta.url));

  it('has a page for the program and for each verb', () => {
    expect(readdirSync(pages).toSorted()).toEqual(
      ['wardis.1', ...PATHS.map((path) => `wardis-${path.replaceAll(' ', '-')}.1`)].toSorted(),
    );
  });

  const groff = has('groff');
  it.skipIf(!groff)('is read by groff without a warning', () => {
    for (const page of readdirSync(pages)) {
      const shown = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-Kutf8', join(pages, page)], {
        encoding: 'utf8',
      });
      expect({ page, status: shown.status, err: shown.stderr }).toEqual({ page, status: 0, err: '' });
      // Bold letters are struck twice.
      expect(shown.stdout.replace(/.\u0008/g, '')).toContain('EXIT STATUS');
      expect(shown.stdout.length).toBeGreaterThan(500);
    }
  });

  it.skipIf(!has('man') || !groff)('is shown by man', () => {
    const text = execFileSync('man', ['-l', join(pages, 'wardis-audit.1')], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
    });
    expect(text).toContain('--fail-on');
  });

  it.skipIf(!has('mandoc'))('is sound to mandoc', () => {
    for (const page of readdirSync(pages)) {
      const linted = spawnSync('mandoc', ['-Tlint', '-Werror', join(pages, page)], { encoding: 'utf8' });
      expect(linted.stdout, page).toBe('');
    }
  });
});
