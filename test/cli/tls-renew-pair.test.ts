/** A pair in a folder that its program may write to as well: whoever swaps names gains nothing, and nothing is lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secret } from '../../src/conf/index.ts';
import { readPair, replacePair, type HeldPair, type Pair } from '../../src/cli/tls/renew-pair.ts';
import { checkPair, createAuthority, issueCertificate, type Authority } from '../../src/tls/index.ts';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
let folder: string;
let authority: Authority;
const app = (name = ''): string => join(folder, 'app', name);
const files = (): { certificate: string; key: string } => ({
  certificate: app('c.crt'),
  key: app('c.key'),
});

async function make(): Promise<Pair> {
  const made = await issueCertificate(authority, { commonName: 'app', usage: 'client', days: 9 });
  return { certificate: made.certPem, key: secret(made.keyPem) };
}

function write({ certificate, key }: Pair): void {
  writeFileSync(app('c.crt'), certificate, { mode: 0o644 });
  writeFileSync(app('c.key'), key.reveal(), { mode: 0o644 });
}

function held(): HeldPair {
  const reading = readPair(files());
  if (reading.kind === 'unusable') throw new Error(reading.why);
  return reading.held;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-pair-'));
  mkdirSync(app());
  authority = await createAuthority({ name: 'test', days: 10 });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a pair that is replaced', () => {
  it.skipIf(!ROOT)('stays with its owner', async () => {
    write(await make());
    for (const name of ['c.crt', 'c.key']) chownSync(app(name), NOBODY, NOBODY);
    chmodSync(app('c.key'), 0o440);
    const next = await make();
    replacePair(held(), next);
    expect(readFileSync(app('c.key'), 'utf8')).toBe(next.key.reveal());
    const { uid, gid, mode } = statSync(app('c.key'));
    expect([uid, gid, mode & 0o777]).toEqual([NOBODY, NOBODY, 0o440]);
    expect(readdirSync(app()).sort()).toEqual(['c.crt', 'c.key']);
  });

  it('is left alone when a file is another one than the one that was read', async () => {
    write(await make());
    const changes: readonly (() => void)[] = [
      () => writeFileSync(app('c.key'), 'mine'),
      () => {
        rmSync(app('c.crt'));
        symlinkSync(app('c.key'), app('c.crt'));
      },
      () => utimesSync(app('c.key'), 1, 1),
    ];
    for (const change of changes) {
      const first = await make();
      rmSync(app('c.crt'), { force: true });
      write(first);
      const before = held();
      change();
      const [certificate, key] = [readFileSync(app('c.crt'), 'utf8'), readFileSync(app('c.key'), 'utf8')];
      expect(() => {
        replacePair(before, { certificate: 'x', key: secret('y') });
      }).toThrow('changed by somebody else');
      expect([readFileSync(app('c.crt'), 'utf8'), readFileSync(app('c.key'), 'utf8')]).toEqual([
        certificate,
        key,
      ]);
      expect(readdirSync(app()).sort()).toEqual(['c.crt', 'c.key']);
    }
  });

  it('is left alone when its folder is another one by now, and so is what lies there', async () => {
    write(await make());
    const before = held();
    renameSync(app(), join(folder, 'away'));
    mkdirSync(join(folder, 'victim'));
    writeFileSync(join(folder, 'victim', 'c.key'), 'root only', { mode: 0o600 });
    symlinkSync(join(folder, 'victim'), app());
    expect(() => {
      replacePair(before, { certificate: 'x', key: secret('y') });
    }).toThrow();
    expect(readdirSync(join(folder, 'victim'))).toEqual(['c.key']);
    expect(readFileSync(join(folder, 'victim', 'c.key'), 'utf8')).toBe('root only');
  });

  it('gives nothing away to who swaps every name that appears for a link', async () => {
    const first = await make();
    write(first);
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'root only', { mode: 0o600 });
    if (ROOT) for (const name of ['', 'c.crt', 'c.key']) chownSync(app(name), NOBODY, NOBODY);
    const swapping = spawn(
      process.execPath,
      ['-e', SWAPPER, `${app()}/`, victim],
      ROOT ? { uid: NOBODY, gid: NOBODY, stdio: ['ignore', 'pipe', 'ignore'] } : {},
    );
    chmodSync(folder, 0o755);
    await once(swapping.stdout ?? swapping, 'data');
    try {
      const end = Date.now() + 2000;
      while (Date.now() < end) {
        const reading = readPair(files());
        if (reading.kind === 'unusable') {
          for (const name of ['c.crt', 'c.key']) rmSync(app(name), { force: true });
          write(first);
          continue;
        }
        try {
          replacePair(reading.held, first);
        } catch {
          // Refused, or hindered: both are well.
        }
        const { uid, mode } = statSync(victim);
        expect([uid, mode & 0o777, readFileSync(victim, 'utf8')]).toEqual([
          process.getuid?.(),
          0o600,
          'root only',
        ]);
      }
    } finally {
      const ended = once(swapping, 'close');
      swapping.kill('SIGKILL');
      await ended;
    }
  }, 20_000);
});

describe('what was left by a crash', () => {
  it.skipIf(!ROOT)('is not finished with a certificate that somebody else put there', async () => {
    const [old, next] = [await make(), await make()];
    write({ certificate: old.certificate, key: next.key });
    chmodSync(app('c.key'), 0o600);
    const planted = app('c.crt.wardis-next-0123456789abcdef');
    writeFileSync(planted, next.certificate);
    chownSync(planted, NOBODY, NOBODY);
    expect(readPair(files()).kind).toBe('unusable');
    expect(readFileSync(app('c.crt'), 'utf8')).toBe(old.certificate);
    expect(existsSync(planted)).toBe(false);
  });

  it('does not change a pair that belongs together', async () => {
    const pair = await make();
    write(pair);
    const other = await make();
    writeFileSync(app('c.crt.wardis-next-0123456789abcdef'), other.certificate);
    mkdirSync(app('c.key.wardis-next-0123456789abcdef'));
    expect(readPair(files()).kind).toBe('pair');
    expect(checkPair(readFileSync(app('c.crt'), 'utf8'), pair.key.reveal())).toBe('match');
    expect(readdirSync(app()).sort()).toEqual(['c.crt', 'c.key', 'c.key.wardis-next-0123456789abcdef']);
  });

  it('is not waited for where a pipe has the name of the key', async () => {
    write(await make());
    rmSync(app('c.key'));
    const made = spawn('mkfifo', [app('c.key')]);
    await once(made, 'close');
    expect(readPair(files())).toMatchObject({ kind: 'unusable', why: expect.stringContaining('plain file') });
  });
});

/** As the owner of the folder: whatever new name appears becomes a link to the victim. */
const SWAPPER = `
const fs = require('node:fs');
const [, folder, victim] = process.argv;
process.stdout.write('on');
for (;;) for (const name of fs.readdirSync(folder)) {
  if (!name.includes('wardis')) continue;
  try { fs.unlinkSync(folder + name); fs.symlinkSync(victim, folder + name); } catch {}
}`;
