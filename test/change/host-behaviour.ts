/** What every way to the files of a host must do; run against this machine and against a real ssh server. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../../src/conf/index.ts';
import type { HostErrorCode } from '../../src/change/host/host-error.ts';
import {
  ABSENT,
  HOST_FILE_BYTES_MAX,
  sha256Of,
  type HostAccess,
  type Placement,
} from '../../src/change/host/host-access.ts';

const IS_ROOT = process.getuid?.() === 0;
const RUN = '2026-11-22T061000Z-apply-3f9c';

export function hashOf(text: string): string {
  return sha256Of(Buffer.from(text));
}

/** The code of the failure; fails when there is none. */
export async function reasonOf(work: Promise<unknown>): Promise<HostErrorCode> {
  try {
    await work;
  } catch (error) {
    const { name, reason, next } = Object(error) as { name: string; reason: HostErrorCode; next?: string };
    expect(name).toBe('HostError');
    expect(next, 'every failure names the next step').toBeTruthy();
    return reason;
  }
  throw new Error('it went well');
}

export function placementOf(path: string, before: string | undefined, after: string): Placement {
  const beforeSha256 = before === undefined ? ABSENT : hashOf(before);
  return { path, runId: RUN, beforeSha256, content: secret(after) };
}

/** `folder` is where the access may write and the test may look. */
export function testHostAccess(access: () => HostAccess, folder: () => string): void {
  let made = 0;
  const fresh = (): string => {
    made += 1;
    const dir = join(folder(), `case-${made}`);
    mkdirSync(dir);
    return dir;
  };
  const makeFile = (text: string | Buffer, mode = 0o640): { readonly dir: string; readonly path: string } => {
    const dir = fresh();
    const path = join(dir, 'users.acl');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return { dir, path };
  };

  it('reads a file with its hash, mode and owner', async () => {
    const { path } = makeFile('user default off\n', 0o604);
    if (IS_ROOT) chownSync(path, 123, 456);
    const { uid, gid } = lstatSync(path);
    const file = await access().read(path);
    expect(file).toMatchObject({
      path,
      sha256: hashOf('user default off\n'),
      bytes: 17,
      mode: 0o604,
      uid,
      gid,
    });
    expect(file?.content.reveal()).toBe('user default off\n');
  });

  it('says that a file is not there, and refuses folders, links and files without end', async () => {
    const { dir, path } = makeFile('x');
    expect(await access().read(join(dir, 'no.acl'))).toBeUndefined();
    expect(await access().read(join(dir, 'no/no.acl'))).toBeUndefined();
    symlinkSync(path, join(dir, 'link'));
    expect(await reasonOf(access().read(join(dir, 'link')))).toBe('not-a-file');
    expect(await reasonOf(access().read(dir))).toBe('not-a-file');
    spawnSync('mkfifo', [join(dir, 'pipe')]);
    expect(await reasonOf(access().read(join(dir, 'pipe')))).toBe('not-a-file');
    truncateSync(path, HOST_FILE_BYTES_MAX + 1);
    expect(await reasonOf(access().read(path))).toBe('too-large');
  });

  it('reads and places bytes that are no text, and nothing at all', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xc3, 0x28, 0x0d]);
    const { dir, path } = makeFile(bytes);
    const file = await access().read(path);
    expect(file?.sha256).toBe(sha256Of(bytes));
    const copy = join(dir, 'copy');
    await access().place({ ...placementOf(copy, undefined, ''), content: file?.content ?? secret('') });
    expect(readFileSync(copy)).toEqual(bytes);
    await access().place(placementOf(join(dir, 'empty'), undefined, ''));
    expect(readFileSync(join(dir, 'empty'), 'utf8')).toBe('');
    expect(await access().read(join(dir, 'empty'))).toMatchObject({ bytes: 0, sha256: hashOf('') });
  });

  it('replaces a file, keeps mode and owner, and leaves the old one beside it', async () => {
    const { dir, path } = makeFile('old\n', 0o604);
    if (IS_ROOT) chownSync(path, 123, 456);
    const before = lstatSync(path);
    const placed = await access().place(placementOf(path, 'old\n', 'new\n'));
    const backup = `${path}.wardis-${RUN}.bak`;
    expect(placed).toEqual({ outcome: 'placed', sha256: hashOf('new\n'), backup });
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(readFileSync(backup, 'utf8')).toBe('old\n');
    for (const name of [path, backup]) {
      const { mode, uid, gid } = lstatSync(name);
      expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
    }
    expect(readdirSync(dir).sort()).toEqual(['users.acl', `users.acl.wardis-${RUN}.bak`]);
    await access().removeBackup(path, RUN);
    expect(readdirSync(dir)).toEqual(['users.acl']);
  });

  it('makes a new file with the mode that was asked for, and removes it when it is taken back', async () => {
    const path = join(fresh(), 'users.acl');
    await access().place({ ...placementOf(path, undefined, 'new\n'), mode: 0o600 });
    expect(lstatSync(path).mode & 0o7777).toBe(0o600);
    const back = { path, runId: RUN, beforeSha256: ABSENT, placedSha256: hashOf('new\n') };
    expect(await access().restore(back)).toBe('restored');
    expect(existsSync(path)).toBe(false);
    expect(await access().restore(back)).toBe('unneeded');
  });

  it('does nothing twice, and goes on after a try that ended half-way', async () => {
    const { dir, path } = makeFile('old\n');
    // As a killed run leaves it: a temporary file, and the backup's link already made.
    writeFileSync(join(dir, `.users.acl.wardis-${RUN}.tmp`), 'ne');
    spawnSync('ln', [path, `${path}.wardis-${RUN}.bak`]);
    expect(await access().place(placementOf(path, 'old\n', 'new\n'))).toMatchObject({ outcome: 'placed' });
    expect(await access().place(placementOf(path, 'old\n', 'new\n'))).toMatchObject({ outcome: 'unneeded' });
    expect(readFileSync(`${path}.wardis-${RUN}.bak`, 'utf8')).toBe('old\n');
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('puts the old file back, once', async () => {
    const { dir, path } = makeFile('old\n', 0o600);
    await access().place(placementOf(path, 'old\n', 'new\n'));
    const back = { path, runId: RUN, beforeSha256: hashOf('old\n'), placedSha256: hashOf('new\n') };
    expect(await access().restore(back)).toBe('restored');
    expect(readFileSync(path, 'utf8')).toBe('old\n');
    expect(readdirSync(dir)).toEqual(['users.acl']);
    expect(await access().restore(back)).toBe('unneeded');
  });

  it('leaves what somebody else wrote, when placing and when taking back', async () => {
    const { dir, path } = makeFile('theirs\n');
    expect(await reasonOf(access().place(placementOf(path, 'old\n', 'new\n')))).toBe('changed-meanwhile');
    expect(await reasonOf(access().place(placementOf(path, undefined, 'new\n')))).toBe('changed-meanwhile');
    expect(await reasonOf(access().place(placementOf(join(dir, 'gone'), 'old\n', 'new\n')))).toBe(
      'changed-meanwhile',
    );
    const back = { path, runId: RUN, beforeSha256: hashOf('old\n'), placedSha256: hashOf('new\n') };
    expect(await reasonOf(access().restore(back))).toBe('changed-meanwhile');
    writeFileSync(path, 'new\n');
    expect(await reasonOf(access().restore(back))).toBe('no-backup');
    expect(readdirSync(dir)).toEqual(['users.acl']);
    expect(readFileSync(path, 'utf8')).toBe('new\n');
  });

  it('refuses what the server would refuse, and names that are none', async () => {
    const { dir, path } = makeFile('old\n');
    const bad = { ...placementOf(path, 'old\n', 'no user line'), check: () => ['line 1: no'] };
    expect(await reasonOf(access().place(bad))).toBe('bad-content');
    for (const name of ['users.acl', '/a/../b', '/a/./b', '/a\nb', '/a//b', `/${'x'.repeat(300)}`, '/a/']) {
      expect(await reasonOf(access().read(name)), name).toBe('bad-name');
    }
    expect(await reasonOf(access().place({ ...placementOf(path, 'old\n', 'n'), runId: '../x' }))).toBe(
      'bad-name',
    );
    expect(readdirSync(dir)).toEqual(['users.acl']);
  });

  it('reads names as names, whatever a shell would make of them', async () => {
    const dir = fresh();
    for (const name of [
      "it's",
      '$(touch pwned)',
      '-rf',
      'a b',
      '*',
      '"; exit 0; "',
      'ключ',
      '\\n',
      '!x',
      '`id`',
    ]) {
      const path = join(dir, name);
      await access().place(placementOf(path, undefined, `${name}\n`));
      expect((await access().read(path))?.content.reveal()).toBe(`${name}\n`);
      await access().place(placementOf(path, `${name}\n`, 'second\n'));
      await access().removeBackup(path, RUN);
      expect(readFileSync(path, 'utf8')).toBe('second\n');
    }
    expect(readdirSync(dir)).toHaveLength(10);
  });

  it('never shows anything but the old file or the new one', async () => {
    const [old, next] = ['o', 'n'].map((letter) => `${letter.repeat(200_000)}\n`);
    const { path } = makeFile(String(old));
    const watch = new AbortController();
    const seen = new Set<string>();
    const watching = (async () => {
      while (!watch.signal.aborted) {
        seen.add(readFileSync(path, 'utf8'));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await access().place(placementOf(path, old, String(next)));
    watch.abort();
    await watching;
    for (const text of seen) expect([old, next].includes(text), `${text.length} bytes`).toBe(true);
  });

  it('removes the backups of other runs, and nothing that only looks like one', async () => {
    const dir = fresh();
    const path = join(dir, "node's *.key");
    const backup = (run: string): string => `${path}.wardis-${run}.bak`;
    const old = ['2026-10-22T061000Z-rotate-leaf-0a1b', '2026-09-22T061000Z-rotate-ca-ffff'].map(backup);
    const kept = [
      path,
      backup(RUN),
      backup('mine'),
      `${path}.bak`,
      join(dir, "node's x.key.wardis-2026-10-22T061000Z-rotate-leaf-0a1b.bak"),
    ];
    for (const file of [...old, ...kept]) writeFileSync(file, 'secret');
    await access().removeOtherBackups(path, RUN);
    expect(old.filter((file) => existsSync(file))).toEqual([]);
    expect(kept.filter((file) => !existsSync(file))).toEqual([]);
    await access().removeOtherBackups(path, RUN);
    expect(existsSync(backup(RUN))).toBe(true);
  });

  it.skipIf(!IS_ROOT)('leaves nothing behind on a full disk or a read-only one', async () => {
    const dir = join(folder(), 'full');
    const big = 'x'.repeat(100_000);
    expect(await reasonOf(access().place(placementOf(join(dir, 'users.acl'), 'old\n', big)))).toBe(
      'disk-full',
    );
    expect(readdirSync(dir)).toEqual(['users.acl']);
    expect(readFileSync(join(dir, 'users.acl'), 'utf8')).toBe('old\n');
    const fixed = join(folder(), 'fixed');
    const placing = access().place(placementOf(join(fixed, 'users.acl'), 'old\n', 'new\n'));
    expect(await reasonOf(placing)).toBe('read-only');
    expect(readdirSync(fixed)).toEqual(['users.acl']);
    expect(readFileSync(join(fixed, 'users.acl'), 'utf8')).toBe('old\n');
  });
}

/** As root: `full` (64 kB) and `fixed` (read-only) below the folder, each with a users.acl. */
export function mountTrouble(folder: () => string): void {
  const names = ['full', 'fixed'];
  beforeAll(() => {
    if (!IS_ROOT) return;
    for (const name of names) {
      const dir = join(folder(), name);
      mkdirSync(dir);
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]).status).toBe(0);
      writeFileSync(join(dir, 'users.acl'), 'old\n');
    }
    expect(spawnSync('mount', ['-o', 'remount,ro', join(folder(), 'fixed')]).status).toBe(0);
  });
  afterAll(() => {
    if (IS_ROOT) for (const name of names) spawnSync('umount', [join(folder(), name)]);
  });
}
