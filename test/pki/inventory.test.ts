import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFoundation,
  forgetCertificates,
  openAuthority,
  PkiError,
  readInventory,
  recordCertificates,
  renewRevocationList,
  revokeCertificates,
} from '../../src/pki/index.ts';
import { whileLocked } from '../../src/pki/lock.ts';
import { spawnWardis } from '../cli/run.ts';
import { sampleEntry } from './entry-sample.ts';

const ROOT = process.getuid?.() === 0;
let state: string;
const file = (): string => join(state, 'tls/inventory.json');
const numbered = (number: number): ReturnType<typeof sampleEntry> =>
  sampleEntry({
    fingerprintSha256: number.toString(16).padStart(64, '0'),
    serial: number.toString(16).toUpperCase(),
  });

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wardis-pki-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

describe('an inventory', () => {
  it('keeps what it is not told anew: marks, files, and what a later version wrote', async () => {
    expect(readInventory(state)).toEqual({ state: 'none', certificates: [] });
    const files = { certificate: '/etc/redis/tls/redis.crt' };
    await recordCertificates(state, [
      { ...sampleEntry({ files }), colour: 'blue' } as ReturnType<typeof sampleEntry>,
    ]);
    await revokeCertificates(state, [sampleEntry().fingerprintSha256], 'superseded');
    await recordCertificates(state, [sampleEntry({ node: '10.0.0.5:6379' })]);
    expect(readInventory(state).certificates).toEqual([
      expect.objectContaining({
        files,
        node: '10.0.0.5:6379',
        colour: 'blue',
        revoked: { at: expect.any(String), reason: 'superseded' },
      }),
    ]);
    await forgetCertificates(state, [sampleEntry().fingerprintSha256]);
    expect(readInventory(state)).toEqual({ state: 'read', certificates: [] });
  });

  it('loses nothing that is recorded at the same time', async () => {
    const numbers = Array.from({ length: 40 }, (_, number) => number + 1);
    await Promise.all(numbers.map((number) => recordCertificates(state, [numbered(number)])));
    expect(readInventory(state).certificates).toHaveLength(40);
    expect(readdirSync(join(state, 'tls'))).toEqual(['inventory.json']);
  });

  it('loses nothing that several processes record at the same time', async () => {
    await createFoundation(state, { name: 'CA' });
    const names = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      names.map((name) =>
        spawnWardis(['tls', 'issue', 'client', name, '--state', state, '--out', join(state, 'certs')]),
      ),
    );
    for (const answer of answers) expect(answer.exit, answer.err).toBe(0);
    const known = readInventory(state).certificates;
    expect(new Set(known.map(({ commonName }) => commonName))).toEqual(new Set(['CA', ...names]));
    expect(readdirSync(join(state, 'tls')).toSorted()).toEqual(['ca.crt', 'ca.key', 'inventory.json']);
  });

  it('is unreadable wherever it is cut, and is then never written over', async () => {
    await recordCertificates(state, [numbered(1), numbered(2)]);
    const whole = readFileSync(file(), 'utf8');
    const length = whole.trimEnd().length - 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: length }), async (cut) => {
        writeFileSync(file(), whole.slice(0, cut));
        expect(readInventory(state).state).toBe('unreadable');
        await expect(recordCertificates(state, [numbered(3)])).rejects.toMatchObject({ code: 'unreadable' });
        expect(readFileSync(file(), 'utf8')).toBe(whole.slice(0, cut));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a list', '[]'],
    ['a later version', '{"schemaVersion":2,"certificates":[]}'],
    ['an entry without a name', JSON.stringify({ schemaVersion: 1, certificates: [{ serial: '01' }] })],
    [
      'a date that is none',
      JSON.stringify({ schemaVersion: 1, certificates: [sampleEntry({ notAfter: 'soon' })] }),
    ],
    [
      'a reason that is none',
      JSON.stringify({
        schemaVersion: 1,
        certificates: [{ ...sampleEntry(), revoked: { at: sampleEntry().notAfter, reason: 'bored' } }],
      }),
    ],
    ...['tls/redis.crt', '/etc/a\nExecStart=/bin/sh', '/etc/\u001b[2J', `/${'x'.repeat(4096)}`].map(
      (certificate): [string, string] => [
        `the path ${JSON.stringify(certificate.slice(0, 30))}`,
        JSON.stringify({ schemaVersion: 1, certificates: [sampleEntry({ files: { certificate } })] }),
      ],
    ),
  ])('is not read in part where it holds %s', (_what, text) => {
    mkdirSync(join(state, 'tls'), { mode: 0o700 });
    writeFileSync(file(), text);
    expect(readInventory(state)).toMatchObject({
      state: 'unreadable',
      certificates: [],
      why: expect.any(String),
    });
  });

  it('takes no path that it could not read again', async () => {
    await recordCertificates(state, [numbered(1)]);
    const files = { certificate: '/etc/redis/tls/a.crt', key: 'a.key' };
    await expect(recordCertificates(state, [sampleEntry({ files })])).rejects.toMatchObject({
      code: 'request',
      message: expect.stringContaining('files.key'),
    });
    expect(readInventory(state).certificates).toHaveLength(1);
  });

  it('does not wait for who writes into a pipe in its place, nor in the place of another file', async () => {
    await createFoundation(state, { name: 'CA' });
    for (const name of ['inventory.json', 'crl.pem', 'succession.json', 'ca.key', 'ca.crt']) {
      rmSync(join(state, 'tls', name), { force: true });
      expect(spawnSync('mkfifo', ['-m', '600', join(state, 'tls', name)]).status).toBe(0);
      if (name === 'inventory.json') expect(readInventory(state).state).toBe('unreadable');
      else await expect(renewRevocationList(state), name).rejects.toMatchObject({ code: 'unreadable' });
    }
  });

  it.skipIf(!ROOT)('stays as it was on a disk that is full, and so do the keys', async () => {
    const disk = join(state, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', disk]).status !== 0) return;
    try {
      await createFoundation(disk, { name: 'CA' });
      const authority = await openAuthority(disk);
      const issued: string[] = [];
      const fill = async (): Promise<void> => {
        for (let number = 0; number < 100; number += 1) {
          issued.push((await authority.issue({ commonName: `c${number}`, usage: 'client' })).entry.serial);
        }
      };
      await expect(fill()).rejects.toMatchObject({
        code: 'write',
        message: expect.stringContaining('the disk is full'),
      });
      const known = readInventory(disk);
      expect(known.state).toBe('read');
      expect(known.certificates.slice(1).map(({ serial }) => serial)).toEqual(issued);
      expect(readdirSync(join(disk, 'tls')).toSorted()).toEqual(['ca.crt', 'ca.key', 'inventory.json']);
      const other = join(disk, 'other');
      writeFileSync(join(disk, 'rest'), Buffer.alloc(64 * 1024), { flag: 'w' });
      await expect(createFoundation(other, { name: 'CA', intermediate: {} })).rejects.toBeInstanceOf(
        PkiError,
      );
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      await expect(createFoundation(join(disk, 'other'), { name: 'CA' })).rejects.toMatchObject({
        code: 'write',
      });
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

describe('the lock of the folder', () => {
  const lock = (): string => join(state, 'tls/lock');
  const holder = (pid: number, host = hostname()): string =>
    JSON.stringify({ pid, host, startedAt: '2026-01-01', what: 'tls' });

  it('of a process that is gone is taken over', async () => {
    mkdirSync(join(state, 'tls'), { mode: 0o700 });
    const gone = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(lock(), holder(gone.pid));
    await recordCertificates(state, [sampleEntry()]);
    expect(readInventory(state).certificates).toHaveLength(1);
  });

  it.each([
    ['of a process that works', () => holder(process.ppid), 'process'],
    ['of another host', () => holder(1, 'elsewhere.example'), 'elsewhere.example'],
    ['that nobody can read', () => 'x', 'somebody'],
  ])('%s is waited for, and named when it stays', async (_what, content, named) => {
    mkdirSync(join(state, 'tls'), { mode: 0o700 });
    writeFileSync(lock(), content());
    const work = whileLocked(join(state, 'tls'), () => 'done', 100);
    await expect(work).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining(named) });
    expect(readFileSync(lock(), 'utf8')).toBe(content());
    const waiting = whileLocked(join(state, 'tls'), () => 'done', 5000);
    setTimeout(() => rmSync(lock()), 60);
    expect(await waiting).toBe('done');
  });
});
