/** `wardis acl learn` of files that hold no commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from './run.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'wardis-learn-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('learns nothing from an ACL file, and says so', async () => {
  const path = join(folder, 'users.acl');
  writeFileSync(path, 'user default off\nuser app on >canary-secret ~app:* +get\n');
  const { exit, out, err } = await run(['acl', 'learn', '--from', path, '--server', 'redis-7.2']);
  expect([exit, out]).toEqual([2, '']);
  expect(err).toContain('E_NOTHING_SEEN');
  expect(err).toContain('no command of redis-7.2 was seen');
  expect(err).not.toContain('canary-secret');
});

it('learns from the commands among other lines', async () => {
  const path = join(folder, 'mixed.txt');
  writeFileSync(path, 'user default off\nGET app:1\n');
  const { exit, out } = await run(['acl', 'learn', '--from', path, '--server', 'redis-7.2']);
  expect(exit).not.toBe(2);
  expect(out).toContain('+get');
});
