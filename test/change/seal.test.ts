import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRun, lockState, readRun } from '../../src/change/index.ts';
import { openExistingSeal, openSeal } from '../../src/change/journal/seal.ts';
import { secret } from '../../src/conf/index.ts';
import { makeRun } from './run-scene.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wardis-seal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const KEY = (): string => join(folder, 'seal.key');

describe('a seal', () => {
  it('gives back every secret, whatever characters it holds', () => {
    const seal = openSeal(folder, 'run-1');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(seal.open(seal.seal(secret(text))).reveal()).toBe(text);
      }),
    );
    const bytes = 'a\udc80\udcffb';
    expect(seal.open(seal.seal(secret(bytes))).reveal()).toBe(bytes);
  });

  it('never looks the same twice, and does not tell how long a short secret is', () => {
    const seal = openSeal(folder, 'run-1');
    const sealed = ['a', 'a', 'a much longer password, of 50 characters or about so'].map((text) =>
      seal.seal(secret(text)),
    );
    expect(new Set(sealed).size).toBe(3);
    expect(new Set(sealed.map((text) => text.length)).size).toBe(1);
  });

  it('opens only for its own run, unchanged, and with the same key', () => {
    const sealed = openSeal(folder, 'run-1').seal(secret('s'));
    expect(() => openSeal(folder, 'run-2').open(sealed)).toThrow('cannot be opened');
    const seal = openSeal(folder, 'run-1');
    for (let at = 3; at < sealed.length - 3; at += 7) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(() => seal.open(sealed.slice(0, at) + other + sealed.slice(at + 1))).toThrow('cannot be opened');
    }
    for (const bad of ['', 'v1:', 'v2:AAAA', sealed.slice(0, -8)]) {
      expect(() => seal.open(bad)).toThrow('cannot be opened');
    }
    rmSync(KEY());
    expect(() => openSeal(folder, 'run-1').open(sealed)).toThrow('cannot be opened');
  });

  it('does not trust a key that others could have read, or that is a link', () => {
    openSeal(folder, 'run-1');
    chmodSync(KEY(), 0o640);
    expect(() => openSeal(folder, 'run-1')).toThrow('others may read');
    rmSync(KEY());
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'A'.repeat(44), { mode: 0o600 });
    symlinkSync(elsewhere, KEY());
    expect(() => openSeal(folder, 'run-1')).toThrow('cannot be read');
    rmSync(KEY());
    writeFileSync(KEY(), 'short', { mode: 0o600 });
    expect(() => openSeal(folder, 'run-1')).toThrow('not a key');
  });

  it('makes no key where one must be there already', () => {
    expect(() => openExistingSeal(folder, 'run-1')).toThrow('it is not there');
    expect(() => readFileSync(KEY())).toThrow('ENOENT');
  });
});

describe('a journal in somebody else’s hands', () => {
  it('holds no secret in clear, in any file', async () => {
    const run = {
      ...makeRun({
        extend: [
          [
            { port: 7000 },
            [
              {
                kind: 'set-user',
                user: 'a',
                before: secret('off #CANARYhash'),
                after: secret('on #CANARYhash'),
              },
              { kind: 'remove-user', user: 'b', before: secret('on #CANARYhash') },
              { kind: 'add-password', user: 'a', hash: secret('CANARYhash') },
              {
                kind: 'set-config',
                settings: [{ name: 'masterauth', before: secret('CANARY'), after: secret('CANARY2') }],
              },
              { kind: 'place-file', path: '/x', beforeSha256: 'absent', after: secret('user CANARY') },
              { kind: 'prove-login', user: 'a', password: secret('CANARYpw'), expect: 'accepted' },
            ],
          ],
        ],
      }),
      facts: { deep: [{ secret: secret('CANARYfact') }] },
    };
    const journal = await createRun(lockState(folder, 'apply'), run);
    await journal.append({ at: 'now', note: 'n', facts: { secret: secret('CANARYnote') } });
    await journal.close();
    for (const name of ['run.json', 'journal.jsonl']) {
      const text = readFileSync(join(folder, 'runs', run.id, name), 'utf8');
      expect(text).toContain('"$sealed":"v1:');
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain(Buffer.from('CANARY').toString('base64').slice(0, 7));
    }
    expect(readRun(folder, run.id).entries).toHaveLength(1);
    rmSync(KEY());
    expect(() => readRun(folder, run.id)).toThrow('it is not there');
  });
});
