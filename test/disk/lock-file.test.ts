/** A lock in a file: held by one, taken over from the dead alone, and given back by nobody but its holder. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryLock } from '../../src/disk/index.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
let folder: string;
const lock = (): string => join(folder, 'lock');
const write = (holder: Readonly<Record<string, unknown>>, path = lock()): void => {
  writeFileSync(path, JSON.stringify({ host: hostname(), startedAt: 'then', what: 'a test', ...holder }));
};
const gone = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a lock', () => {
  it('is held by one, and free when that one gives it back', () => {
    const first = tryLock(lock(), 'one');
    expect(tryLock(lock(), 'two')).toMatchObject({
      state: 'busy',
      holder: { pid: process.pid, what: 'one' },
    });
    if (first.state === 'taken') first.release();
    expect(readdirSync(folder)).toEqual([]);
    expect(tryLock(lock(), 'two').state).toBe('taken');
  });

  it('of another is not removed by who held it before', () => {
    const first = tryLock(lock(), 'one');
    rmSync(lock());
    write({ pid: process.ppid });
    const theirs = readFileSync(lock(), 'utf8');
    if (first.state === 'taken') first.release();
    expect(readFileSync(lock(), 'utf8')).toBe(theirs);
  });

  it('is taken over from a process that is gone, a boot before, and a takeover that was cut short', () => {
    for (const holder of [{ pid: gone() }, { pid: 1, birth: 'another-boot:1', space: 'pid:[1]' }]) {
      write(holder);
      write({ pid: gone() }, `${lock()}.takeover`);
      const taken = tryLock(lock(), 'one');
      expect(taken.state).toBe('taken');
      if (taken.state === 'taken') taken.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('is left to who works, to another host, to another space of process numbers, and to what nobody can read', () => {
    const pid = gone();
    for (const holder of [{ pid: process.ppid }, { pid, host: 'elsewhere' }, { pid, space: 'pid:[1]' }]) {
      write(holder);
      expect(tryLock(lock(), 'one')).toMatchObject({ state: 'busy', holder: { pid: holder.pid } });
    }
    writeFileSync(lock(), 'torn');
    expect(tryLock(lock(), 'one')).toEqual({ state: 'busy' });
  });

  it('that is stale is taken over by one of several that see it at once', async () => {
    // Processes of their own cannot load TypeScript in every version of Node.
    const options = '--ignoreConfig --module nodenext --target es2022 --rewriteRelativeImportExtensions';
    const source = join(REPOSITORY, 'src/disk/lock-file.ts');
    const compiled = spawnSync(
      process.execPath,
      [TSC, source, '--outDir', folder, '--types', 'node', ...options.split(' ')],
      { cwd: REPOSITORY, encoding: 'utf8' },
    );
    expect([compiled.status, compiled.stdout]).toEqual([0, '']);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const state = join(folder, 'state');
    mkdirSync(state);
    write({ pid: gone() }, join(state, 'lock'));
    writeFileSync(join(folder, 'racer.js'), RACER);
    const racers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [join(folder, 'racer.js'), state, String(gone())]),
    );
    const outputs = await Promise.all(
      racers.map(async (racer) => {
        let text = '';
        racer.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        await once(racer, 'close');
        return text;
      }),
    );
    expect(outputs).toEqual(Array.from({ length: 4 }, () => 'alone'));
    expect(readdirSync(state)).toEqual(['lock']);
  }, 60_000);
});

/** Takes the lock over and over, and leaves it each time as if it had been killed while it held it. */
const RACER = `
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { tryLock } from './lock-file.js';
const [, , state, gone] = process.argv;
let said = 'alone';
for (let done = 0; done < 30;) {
  const lock = tryLock(state + '/lock', 'race');
  if (lock.state === 'busy') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random());
    continue;
  }
  done += 1;
  try { closeSync(openSync(state + '/in', 'wx')); rmSync(state + '/in'); } catch { said = 'two at once'; }
  const stale = { pid: Number(gone), host: hostname(), startedAt: String(Math.random()), what: 'race' };
  writeFileSync(state + '/' + process.pid, JSON.stringify(stale));
  renameSync(state + '/' + process.pid, state + '/lock');
}
process.stdout.write(said);
`;
