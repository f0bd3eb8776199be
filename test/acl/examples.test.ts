/**
 * The examples of the library's page and of its TSDoc, run as they stand against the built package. What a
 * `console.log` prints is compared with the comment behind it; lines that one call prints in turn are joined by ` · `.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Inside the package, so that `wardis/acl` is this one. */
const HOME = join(ROOT, 'build/examples');
let dir: string;
beforeAll(() => {
  mkdirSync(HOME, { recursive: true });
  dir = mkdtempSync(join(HOME, 'run-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Example {
  readonly where: string;
  readonly code: string;
}

function inPage(): readonly Example[] {
  const text = readFileSync(join(ROOT, 'docs/acl.md'), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```/gms)].map(([, code = ''], at) => ({
    where: `docs/acl.md, block ${at + 1}`,
    code,
  }));
}

function inSources(): readonly Example[] {
  const folder = join(ROOT, 'src/acl');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return [...text.matchAll(/^ \* ```(?:js|ts)\n(.*?)^ \* ```/gms)].map(([, code = '']) => ({
      where: `src/acl/${name}`,
      code: code.replace(/^ \* ?/gm, ''),
    }));
  });
}

describe('the library, as its documentation shows it', () => {
  const examples = [...inPage(), ...inSources()];

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)('does what it says in $where', async ({ code }) => {
    const wanted = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].flatMap(([, said = '']) =>
      said.split(' · '),
    );
    const path = join(dir, `${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(path, code);
    const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: ROOT, timeout: 20_000 });
    expect(stdout.trimEnd().split('\n')).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(0);
  });
});
