import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFoundation,
  finishAuthoritySuccession,
  openAuthority,
  printTrust,
  readInventory,
  readTrust,
  startAuthoritySuccession,
} from '../../src/pki/index.ts';
import { checkPair } from '../../src/tls/index.ts';

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wardis-pki-'));
});
afterEach(() => {
  rmSync(state, { recursive: true, force: true });
});

describe('an authority on disk', () => {
  it('issues, records, and is followed by another one', async () => {
    const founded = await createFoundation(state, { name: 'Test CA', intermediate: {} });
    for (const path of founded.files) expect(statSync(path).mode & 0o777).toBe(0o600);
    const authority = await openAuthority(state);
    const leaf = await authority.issue({ commonName: 'db-1', usage: 'node', dnsNames: ['db-1'] });
    expect(checkPair(leaf.certPem, leaf.key.reveal())).toBe('match');
    expect(leaf.cut).toBe(false);
    expect(readInventory(state).certificates.map(({ usage }) => usage)).toEqual([
      'authority',
      'intermediate',
      'node',
    ]);
    const { state: began, authority: next } = await startAuthoritySuccession(state);
    expect(began).toBe('started');
    expect(next.root.subject).toBe('CN=Test CA 2');
    expect(readTrust(state).roots.map(({ role }) => role)).toEqual(['current', 'next']);
    await next.issue({ commonName: 'db-1', usage: 'node', dnsNames: ['db-1'] });
    expect(await finishAuthoritySuccession(state)).toBe('swapped');
    expect(await finishAuthoritySuccession(state)).toBe('finished');
    expect(readTrust(state).roots.map(({ role }) => role)).toEqual(['current', 'old']);
    expect((await openAuthority(state)).issuer.subject).toBe('CN=Test CA 2 issuer');
    expect(printTrust(readTrust(state).roots).match(/BEGIN/g)).toHaveLength(2);
    expect(readdirSync(join(state, 'tls')).filter((name) => /tmp|lock|succession/.test(name))).toEqual([]);
    expect(readFileSync(join(state, 'tls/inventory.json'), 'utf8')).not.toContain('PRIVATE');
  });
});
