import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  createRun,
  listRuns,
  lockState,
  makeRunId,
  openJournal,
  readRun,
  type JournalEntry,
} from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import { makeRun } from './run-scene.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wardis-state-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const AT = '2026-11-22T06:10:01.000Z';
const RUN = makeRun({
  extend: [
    [
      { port: 7000 },
      [
        { kind: 'set-user', user: 'a', before: undefined, after: secret('on #canary-hash ~*') },
        {
          kind: 'set-config',
          settings: [{ name: 'masterauth', before: secret('old'), after: secret('new') }],
        },
        { kind: 'end-sessions', user: 'a', perSecond: 10 },
      ],
    ],
  ],
});
const FILE = (): string => join(folder, 'runs', RUN.id, 'journal.jsonl');
const begin = async (): ReturnType<typeof createRun> => {
  const lock = lockState(folder, 'apply');
  try {
    return await createRun(lock, RUN);
  } finally {
    lock.release();
  }
};

describe('a run on disk', () => {
  it('reads back as it was written, secrets included', async () => {
    const journal = await begin();
    const entries: readonly JournalEntry[] = [
      { at: AT, step: 1, state: 'begun' },
      { at: AT, step: 1, state: 'done', detail: 'read back' },
      { at: AT, note: 'canary passed', facts: { node: 'n', secret: secret('fact') } },
      { at: AT, ended: 'done' },
    ];
    for (const entry of entries) await journal.append(entry);
    await journal.close();
    const read = readRun(folder, RUN.id);
    const [step] = read.run.stages[0]?.steps ?? [];
    expect(step?.kind === 'set-user' && step.after.reveal()).toBe('on #canary-hash ~*');
    expect(JSON.stringify(read.run)).toBe(JSON.stringify(RUN));
    expect(JSON.stringify(read.entries)).toBe(JSON.stringify(entries));
  });

  it('knows from its file that a user was not there before, and takes that from no other value', async () => {
    await (await begin()).close();
    const step = readRun(folder, RUN.id).run.stages[0]?.steps[0];
    expect(step?.kind === 'set-user' && step.before).toBeUndefined();
    const path = join(folder, 'runs', RUN.id, 'run.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"user":"a"', '"user":"a","before":null'));
    expect(() => readRun(folder, RUN.id)).toThrow('stages.0.steps.0.before');
  });

  it('is closed to others from the folder to the last file', async () => {
    await (await begin()).close();
    for (const [name, mode] of [
      ['runs', 0o700],
      [`runs/${RUN.id}`, 0o700],
      [`runs/${RUN.id}/run.json`, 0o600],
      [`runs/${RUN.id}/journal.jsonl`, 0o600],
      ['seal.key', 0o600],
    ] as const) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, mode]);
    }
  });

  it('writes entries that come together in few writes, in their order', async () => {
    const journal = await begin();
    const many = Array.from({ length: 300 }, (_, index): JournalEntry => ({ at: AT, note: `n${index}` }));
    await Promise.all(many.map((entry) => journal.append(entry)));
    await journal.close();
    expect(readRun(folder, RUN.id).entries).toEqual(many);
    expect(journal.entries).toEqual(many);
  });

  it('is refused twice under the same id', async () => {
    const lock = lockState(folder, 'apply');
    await (await createRun(lock, RUN)).close();
    await expect(createRun(lock, RUN)).rejects.toMatchObject({ code: 'journal' });
  });

  it('is refused when it is not a run', async () => {
    const bad = { ...RUN, stages: [{ name: 'x', title: 'x', steps: [{ kind: 'format-disk' }] }] } as never;
    await expect(createRun(lockState(folder, 'apply'), bad)).rejects.toThrow('not a run');
  });
});

describe('a torn journal', () => {
  it('is cut back to its last whole line, at every place where it can be torn', async () => {
    const journal = await begin();
    await journal.append({ at: AT, step: 1, state: 'begun' });
    await journal.close();
    const whole = readFileSync(FILE(), 'utf8');
    const next = `${JSON.stringify({ at: AT, step: 1, state: 'done', detail: 'é' })}\n`;
    const bytes = Buffer.from(next);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      writeFileSync(FILE(), Buffer.concat([Buffer.from(whole), bytes.subarray(0, cut)]));
      expect(readRun(folder, RUN.id).entries).toHaveLength(1);
    }
    const lock = lockState(folder, 'apply');
    const repaired = await openJournal(lock, RUN.id);
    expect(readFileSync(FILE(), 'utf8')).toBe(whole);
    await repaired.append({ at: AT, step: 1, state: 'done' });
    await repaired.close();
    expect(readRun(folder, RUN.id).entries).toHaveLength(2);
  });

  it.each([
    ['not JSON', 'nonsense\n'],
    ['NUL bytes', '\0\0\0\n'],
    ['a state that is none', `${JSON.stringify({ at: AT, step: 1, state: 'perhaps' })}\n`],
    ['a step that the run does not have', `${JSON.stringify({ at: AT, step: 99, state: 'done' })}\n`],
    ['more than belongs there', `${JSON.stringify({ at: AT, step: 1, state: 'done', x: 1 })}\n`],
  ])('that is damaged otherwise is refused with the place: %s', async (_, line) => {
    const journal = await begin();
    await journal.append({ at: AT, step: 1, state: 'begun' });
    await journal.close();
    appendFileSync(FILE(), line + JSON.stringify({ at: AT, step: 1, state: 'done' }) + '\n');
    expect(() => readRun(folder, RUN.id)).toThrow(`${FILE()}:2`);
    expect(listRuns(folder)).toMatchObject([{ id: RUN.id, status: 'damaged' }]);
  });
});

describe('a list of runs', () => {
  it('tells how each ended, the newest first, and leaves out what never began', async () => {
    const lock = lockState(folder, 'apply');
    const later = { ...RUN, id: '2026-11-23T061000Z-rotate-0002', operation: 'rotate' as const };
    const first = await createRun(lock, RUN);
    await first.append({ at: AT, ended: 'done' });
    await first.close();
    await (await createRun(lock, later)).close();
    spawnSync('mkdir', [join(folder, 'runs', '2026-11-24T061000Z-apply-0003')]);
    expect(listRuns(folder)).toMatchObject([
      { id: later.id, operation: 'rotate', status: 'open', subject: 'revision 0000' },
      { id: RUN.id, status: 'done' },
    ]);
  });

  it('knows which of two runs in the same second was the later one', async () => {
    const lock = lockState(folder, 'apply');
    const later = { ...RUN, id: '2026-11-22T061000Z-apply-0000', startedAt: '2026-11-22T06:10:00.900Z' };
    for (const run of [RUN, later]) await (await createRun(lock, run)).close();
    expect(listRuns(folder).map(({ id }) => id)).toEqual([later.id, RUN.id]);
    lock.release();
  });

  it('calls a run open again once something follows its end', async () => {
    const journal = await begin();
    await journal.append({ at: AT, ended: 'pending' });
    await journal.append({ at: AT, step: 1, state: 'begun' });
    await journal.close();
    expect(listRuns(folder)[0]?.status).toBe('open');
  });

  it('needs neither lock nor key, and is empty where there is nothing', () => {
    expect(listRuns(join(folder, 'nowhere'))).toEqual([]);
  });

  it.each(['../../etc', 'a/b', '', '.', 'x'.repeat(41)])('does not take %j for an id', (id) => {
    expect(() => readRun(folder, id)).toThrow('is not the id of a run');
  });

  it('says that there is no such run', async () => {
    await (await begin()).close();
    expect(() => readRun(folder, '2026-01-01T000000Z-apply-0000')).toThrow('there is no run');
  });
});

describe('the names of runs', () => {
  it('sort by time and say what the run does', () => {
    const id = makeRunId('apply', new Date('2026-11-22T06:10:00.123Z'), () => '3f9c');
    expect(id).toBe('2026-11-22T061000Z-apply-3f9c');
    expect(makeRunId('migrate', new Date())).toMatch(/^[0-9T-]+Z-migrate-[0-9a-f]{4}$/);
  });
});

describe('the lock', () => {
  it('lets one in, says who holds it, and opens again', () => {
    const lock = lockState(folder, 'apply', new Date(AT));
    const who = `apply, process ${process.pid} on ${hostname()} since ${AT}`;
    expect(() => lockState(folder, 'rotate')).toThrow(who);
    lock.release();
    lock.release();
    lockState(folder, 'rotate').release();
  });

  it('is taken over from a process that was killed', () => {
    const gone = spawnSync('true').pid;
    writeLock({ pid: gone, host: hostname() });
    lockState(folder, 'apply').release();
  });

  it('is taken over when the number of the process was given to another', () => {
    writeLock({ pid: process.ppid, host: hostname(), birth: 'another-boot:1' });
    lockState(folder, 'apply').release();
  });

  it('is not taken from a live process, nor from another host', () => {
    writeLock({ pid: process.ppid, host: hostname() });
    expect(() => lockState(folder, 'apply')).toThrow('another run holds');
    writeLock({ pid: 1, host: 'elsewhere' });
    expect(() => lockState(folder, 'apply')).toThrow('on elsewhere');
  });

  it('that cannot be read is somebody’s', () => {
    writeFileSync(join(folder, 'lock'), 'torn');
    expect(() => lockState(folder, 'apply')).toThrow('somebody');
  });
});

function writeLock(holder: Readonly<Record<string, unknown>>): void {
  rmSync(join(folder, 'lock'), { force: true });
  writeFileSync(join(folder, 'lock'), JSON.stringify({ startedAt: AT, what: 'apply', ...holder }));
}
