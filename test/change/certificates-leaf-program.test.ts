// Programs that operators name for restarts: run without a shell, with their exit and their last words.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHostAccess } from '../../src/change/index.ts';

const access = openHostAccess({
  host: 'localhost',
  files: { via: 'local', user: undefined, port: undefined, identity: undefined },
  handFolder: '/nowhere',
});

it('tells the exit and the last words, of standard error before standard output', async () => {
  expect(await access.run(['true'])).toEqual({ exit: 0, said: '' });
  expect(await access.run(['sh', '-c', 'echo one; echo two'])).toEqual({ exit: 0, said: 'two' });
  expect(await access.run(['sh', '-c', 'echo out; printf "bad\\033\\nworse\\n" >&2; exit 7'])).toEqual({
    exit: 7,
    said: 'worse',
  });
  expect(await access.run(['sh', '-c', 'kill -9 $$'])).toEqual({ exit: 128, said: 'ended by SIGKILL' });
});

it('hands words over as they are: no shell reads them', async () => {
  expect(await access.run(['printf', '%s', '$HOME; *'])).toEqual({ exit: 0, said: '$HOME; *' });
});

it('does not wait for a server that is left running behind it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-program-'));
  const pidFile = join(folder, 'pid');
  try {
    const begun = Date.now();
    const end = await access.run(['sh', '-c', `sleep 30 & echo $! > ${pidFile}; echo started`]);
    expect(end).toEqual({ exit: 0, said: 'started' });
    expect(Date.now() - begun).toBeLessThan(10_000);
  } finally {
    process.kill(Number(readFileSync(pidFile, 'utf8')));
    rmSync(folder, { recursive: true, force: true });
  }
});

it('says that a program is not there, or that a person does it', async () => {
  await expect(access.run(['/nowhere/restart'])).rejects.toMatchObject({ reason: 'no-program' });
  const byHand = openHostAccess({
    host: '10.0.0.5',
    files: { via: 'none', user: undefined, port: undefined, identity: undefined },
    handFolder: '/nowhere',
  });
  await expect(byHand.run(['true'])).rejects.toThrow('a person does that');
});

it('does not keep more than the end of what a program says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardis-program-'));
  try {
    writeFileSync(join(folder, 'loud.sh'), 'yes x | head -c 1000000; echo done\n');
    expect(await access.run(['sh', join(folder, 'loud.sh')])).toEqual({ exit: 0, said: 'done' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
