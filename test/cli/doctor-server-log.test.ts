/** The server's log that a doctor is given: a plain file, read from its end, and never waited for. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookIntoLog } from '../../src/cli/doctor/server-log.ts';

let folder: string;
const attempt = { at: new Date('2026-11-22T00:00:00Z'), elapsedMs: 5 };
const book = { steps: [], traces: [] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('is read', async () => {
  writeFileSync(join(folder, 'log'), 'a line\nanother\n');
  expect((await lookIntoLog(join(folder, 'log'), attempt, book)).seen.linesRead).toBe(2);
});

it('is refused at once where it is a pipe that nobody writes to, a folder, or not there', async () => {
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  for (const path of [join(folder, 'pipe'), folder, join(folder, 'none')]) {
    await expect(lookIntoLog(path, attempt, book)).rejects.toMatchObject({ text: { code: 'E_READ' } });
  }
}, 5000);
