/** What commands write: whole, never through somebody else's link, never over a device. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CommandFailure } from '../../src/cli/failure.ts';
import { writeTogether, writeWhole } from '../../src/cli/file-output.ts';
import { gatherSecrets, secretFiles } from '../../src/cli/policy-secret.ts';
import { parsePolicy } from '../../src/policy/document/reading.ts';
import type { PolicyDocument } from '../../src/policy/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-output-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file that is written', () => {
  it('has its mode from the start and leaves nothing beside it', () => {
    writeWhole(join(folder, 'deep', 'key'), 'x', 0o600);
    expect(statSync(join(folder, 'deep', 'key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['key']);
  });

  it('takes the place of a symbolic link and leaves what it points to', () => {
    writeFileSync(join(folder, 'victim'), 'untouched');
    symlinkSync(join(folder, 'victim'), join(folder, 'report.html'));
    writeWhole(join(folder, 'report.html'), 'report', 0o644);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
    expect(lstatSync(join(folder, 'report.html')).isSymbolicLink()).toBe(false);
  });

  it('never takes the place of a device', () => {
    writeWhole('/dev/null', 'report', 0o644);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('goes into a named pipe', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Open for both: a reader that is there already, so that nothing waits.
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      writeWhole(pipe, 'report', 0o644);
      const answer = Buffer.alloc(64);
      expect(answer.toString('utf8', 0, readSync(reader, answer))).toBe('report');
    } finally {
      closeSync(reader);
    }
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });
});

describe('the secrets folder', () => {
  it('is closed to others, and its files are taken again', () => {
    const secrets = join(folder, 'out', 'secrets');
    writeTogether(secretFiles(gatherSecrets(policy(), secrets, {}).values()));
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    expect(statSync(join(secrets, 'app')).mode & 0o777).toBe(0o600);
    const again = gatherSecrets(policy(), secrets, {});
    expect(again.get('app')?.origin).toBe('kept');
  });

  it.each(['writable by others', 'a link'])('does not take a secret that is %s', (how) => {
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    if (how === 'a link') {
      writeFileSync(join(folder, 'known'), 'known-to-the-attacker\n');
      symlinkSync(join(folder, 'known'), join(secrets, 'app'));
    } else {
      writeFileSync(join(secrets, 'app'), 'known-to-the-attacker\n');
      chmodSync(join(secrets, 'app'), 0o666);
    }
    expect(() => gatherSecrets(policy(), secrets, {})).toThrow(CommandFailure);
  });
});

function policy(): PolicyDocument {
  const parsed = parsePolicy(
    'version: 1\nserver: { product: redis, version: 7.2 }\nusers:\n  - { name: app, role: readwrite, keys: ["app:*"] }\n',
    'wardis.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}
