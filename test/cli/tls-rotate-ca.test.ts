/** `wardis tls rotate ca` before any server is asked: what is refused, and that nothing was made. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createFoundation, readTrust, startAuthoritySuccession } from '../../src/pki/index.ts';
import { createAuthority, issueCertificate } from '../../src/tls/index.ts';
import { run, type Answer } from './run.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let folder: string;
let state: string;
const at = (name: string): string => join(folder, name);
/** Nobody listens at port 1. */
const ca = (...args: readonly string[]): Promise<Answer> =>
  run(['tls', 'rotate', 'ca', '127.0.0.1:1', '--state', state, ...args]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-rotate-ca-'));
  folders.push(folder);
  state = at('.wardis');
  mkdirSync(state, { mode: 0o700 });
});

describe('wardis tls rotate ca', () => {
  it('says how to begin where there is one authority, and asks nobody', async () => {
    await createFoundation(state, { name: 'Shop' });
    const answer = await ca();
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out).toContain('CN=Shop');
    expect(answer.out).toContain('wardis tls rotate ca --next');
    expect(JSON.parse((await ca('--json')).out)).toMatchObject({
      next: 'begin',
      from: [{ subject: 'CN=Shop' }],
    });
  });

  it('says what is missing where there is none', async () => {
    const answer = await ca('--next', '--yes');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_ROTATE_CA');
    expect(answer.err).toContain('wardis tls ca init');
  });

  it('makes no new authority before somebody agreed', async () => {
    await createFoundation(state, { name: 'Shop' });
    const answer = await ca('--next');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_CONFIRM');
    expect(readTrust(state).roots.map(({ role }) => role)).toEqual(['current']);
    expect(existsSync(join(state, 'runs'))).toBe(false);
  });

  it('keeps a new authority that was made when the fleet cannot be reached, for the next call', async () => {
    await createFoundation(state, { name: 'Shop' });
    for (const _ of [1, 2]) {
      const answer = await ca('--next', '--yes');
      expect([0, 1]).not.toContain(answer.exit);
      expect(readTrust(state).roots.map(({ role }) => role)).toEqual(['current', 'next']);
    }
  });

  it('takes one thing to do at a time', async () => {
    await createFoundation(state, { name: 'Shop' });
    const answer = await ca('--next', '--undo');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_USAGE');
  });

  it('does not take our own file for written where nothing is done', async () => {
    await createFoundation(state, { name: 'Shop' });
    for (const args of [['--update-local'], ['--undo', '--update-local', '--yes']]) {
      const answer = await ca(...args);
      expect(answer).toMatchObject({ exit: 2, out: '' });
      expect(answer.err).toContain('--update-local goes with --next or --finish');
    }
  });

  it('takes nothing for an authority that servers would not trust', async () => {
    await createFoundation(state, { name: 'Shop' });
    const other = await createAuthority({ name: 'other', days: 30 });
    const leaf = await issueCertificate(other, { commonName: 'leaf', usage: 'client', days: 20 });
    writeFileSync(at('leaf.crt'), leaf.certPem);
    writeFileSync(at('text.crt'), 'no certificate');
    for (const file of ['leaf.crt', 'text.crt']) {
      const answer = await ca('--next', '--yes', '--new-ca', at(file));
      expect([file, answer.exit, answer.out]).toEqual([file, 2, '']);
      expect(answer.err).toContain('E_TRUST');
    }
    expect(readdirSync(join(state, 'tls')).filter((name) => name.includes('adopted'))).toEqual([]);
  });

  it('wants to know which authority goes, where there is none here', async () => {
    const other = await createAuthority({ name: 'other', days: 30 });
    writeFileSync(at('new.crt'), other.certPem);
    const answer = await ca('--new-ca', at('new.crt'));
    expect(answer.exit).toBe(2);
    expect(answer.err).toContain('--old-ca FILE');
  });

  it('has nothing to take back or to give up before anything began', async () => {
    await createFoundation(state, { name: 'Shop' });
    for (const mode of ['--undo', '--abandon']) expect((await ca(mode, '--yes')).exit).toBe(2);
  });

  it('says so when the authorities of the state folder cannot be read', async () => {
    await createFoundation(state, { name: 'Shop' });
    await startAuthoritySuccession(state);
    writeFileSync(join(state, 'tls', 'ca.next.crt'), 'torn');
    const answer = await ca('--next', '--yes');
    expect(answer).toMatchObject({ exit: 2, out: '' });
    expect(answer.err).toContain('E_TRUST');
  });
});
