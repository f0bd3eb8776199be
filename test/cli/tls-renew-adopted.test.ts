/** `wardis tls renew` on certificates that were made with our authority's key, but not by us: judged by the signature. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createFoundation, readInventory } from '../../src/pki/index.ts';
import { createAuthority, issueCertificate, readCertificates, type Authority } from '../../src/tls/index.ts';
import { run, type Answer } from './run.ts';

const DAY = 86_400_000;
const START = new Date(Date.now() - 25 * DAY);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let folder: string;
let state: string;
const at = (name: string): string => join(folder, name);
const wardis = (...args: readonly string[]): Promise<Answer> => run([...args, '--state', state]);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-adopted-'));
  folders.push(folder);
  state = at('.wardis');
  mkdirSync(state, { mode: 0o700 });
  await createFoundation(state, { name: 'Shop CA', intermediate: {}, now: () => START });
});

/** A pair of 30 days that is due, as openssl x509 -req would have made it, adopted. */
async function mint(authority: Authority): Promise<void> {
  const request = { commonName: 'batch', usage: 'client', days: 30, at: START } as const;
  const made = await issueCertificate(authority, request);
  writeFileSync(at('batch.crt'), made.certPem);
  writeFileSync(at('batch.key'), made.keyPem, { mode: 0o600 });
  expect((await wardis('tls', 'adopt', at('batch.crt'), '--key', at('batch.key'))).exit).toBe(0);
}

it('renews what was minted with our issuer’s key like what we issued, and never calls it another’s', async () => {
  const inPki = (name: string): string => readFileSync(join(state, 'tls', name), 'utf8');
  await mint({ certPem: inPki('issuer.crt'), keyPem: inPki('issuer.key') });
  const check = await wardis('tls', 'renew', '--files-only', '--check');
  expect(check.exit).toBe(1);
  expect(check.out).not.toContain('not by our authority');
  const { exit, out } = await wardis('tls', 'renew', '--files-only');
  expect(exit, out).toBe(0);
  expect(out).toContain('renewed');
  const [leaf] = readCertificates(readFileSync(at('batch.crt'), 'utf8')).certificates;
  const entries = readInventory(state).certificates.filter(({ usage }) => usage === 'client');
  expect(entries.find(({ supersededBy }) => supersededBy !== undefined)).toMatchObject({
    supersededBy: leaf?.fingerprintSha256,
    origin: { kind: 'adopted' },
  });
  expect((await wardis('tls', 'renew', '--files-only')).out).toBe('');
});

it('leaves what an authority of the same name signed to that one', async () => {
  const inventory = readInventory(state).certificates;
  const issuer = inventory.find(({ usage }) => usage === 'intermediate');
  const namesake = await createAuthority({ name: issuer?.commonName ?? '', days: 365, at: START });
  await mint(namesake);
  expect(readInventory(state).certificates.find(({ usage }) => usage === 'client')?.issuer).toBe(
    issuer?.subject,
  );
  const { exit, out } = await wardis('tls', 'renew', '--files-only');
  expect(exit).toBe(3);
  expect(out).toContain('not by our authority');
});
