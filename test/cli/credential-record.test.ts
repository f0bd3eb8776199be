/** When credentials were replaced, as an apply of many new users writes it down. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CREDENTIALS_FILE, readCredentialRecord } from '../../src/change/index.ts';
import { rememberRotation, rememberRotations } from '../../src/cli/change/user-rotate-record.ts';

const NAMES = Array.from({ length: 2000 }, (_, at) => `app${at}`);

let stateFolder: string;
let said: string[];
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'wardis-record-'));
  said = [];
});
afterEach(() => rmSync(stateFolder, { recursive: true, force: true }));

const at = (time: string) => ({
  now: () => new Date(time),
  terminal: { err: (text: string) => void said.push(text) },
});
const pathOf = (): string => join(stateFolder, CREDENTIALS_FILE);

function daysByName(): ReadonlyMap<string, string> {
  const read = readCredentialRecord(readFileSync(pathOf(), 'utf8'));
  if (!read.ok) throw new Error(read.problem);
  return new Map(read.record.map(({ user, rotatedAt }) => [user, rotatedAt]));
}

it('holds all of many new users, and keeps those of before', () => {
  const entry = { stateFolder, fleet: undefined };
  const [first, then] = ['2026-11-20T06:00:00.000Z', '2026-11-22T06:00:00.000Z'];
  rememberRotation('old', entry, at(first));
  rememberRotation('app7', entry, at(first));
  rememberRotations(NAMES, entry, at(then));
  expect(daysByName()).toEqual(new Map([['old', first], ...NAMES.map((name) => [name, then] as const)]));
  expect(statSync(pathOf()).mode & 0o777).toBe(0o600);
  expect(readdirSync(stateFolder)).toEqual([CREDENTIALS_FILE]);
  expect(said).toEqual([]);
});

it('is left alone where it cannot be read, which is said once for all of them', () => {
  writeFileSync(pathOf(), 'no record');
  rememberRotations(NAMES, { stateFolder, fleet: undefined }, at('2026-11-22T06:00:00.000Z'));
  expect(readFileSync(pathOf(), 'utf8')).toBe('no record');
  expect(said).toHaveLength(1);
});

it('is not made where nobody is new', () => {
  rememberRotations([], { stateFolder, fleet: undefined }, at('2026-11-22T06:00:00.000Z'));
  expect(readdirSync(stateFolder)).toEqual([]);
});
