import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  abandonAuthoritySuccession,
  createFoundation,
  dropTrust,
  finishAuthoritySuccession,
  openAuthority,
  printTrust,
  readInventory,
  readTrust,
  renewRevocationList,
  revokeCertificates,
  startAuthoritySuccession,
} from '../../src/pki/index.ts';
import { readCertificates } from '../../src/tls/index.ts';

let folder: string;
const state = (): string => join(folder, 'state');
const tls = (name = ''): string => join(state(), 'tls', name);
const roles = (at = state()): readonly string[] => readTrust(at).roots.map(({ role }) => role);
const subjects = (at = state()): readonly string[] =>
  readTrust(at)
    .roots.map(({ fact }) => fact.subject)
    .toSorted();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wardis-pki-'));
  await createFoundation(state(), { name: 'Shop CA', intermediate: {} });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a new root beside the old one', () => {
  it('is made without the old key, issues, takes over, and leaves the old one trusted until it is dropped', async () => {
    rmSync(tls('ca.key'));
    const old = await openAuthority(state());
    const { state: began, authority: next } = await startAuthoritySuccession(state());
    expect([began, next.root.subject]).toEqual(['started', 'CN=Shop CA 2']);
    expect(roles()).toEqual(['current', 'next']);
    const again = await startAuthoritySuccession(state());
    expect(again.state).toBe('underway');
    expect(again.authority.root.fingerprintSha256).toBe(next.root.fingerprintSha256);
    await next.issue({ commonName: 'db-1', usage: 'node', dnsNames: ['db-1'] });
    expect((await openAuthority(state())).issuer.fingerprintSha256).toBe(old.issuer.fingerprintSha256);
    await expect(dropTrust(state(), next.root.fingerprintSha256)).rejects.toMatchObject({ code: 'request' });

    expect(await finishAuthoritySuccession(state())).toBe('swapped');
    expect(await finishAuthoritySuccession(state())).toBe('finished');
    expect(roles()).toEqual(['current', 'old']);
    expect((await openAuthority(state())).root.fingerprintSha256).toBe(next.root.fingerprintSha256);
    expect(readCertificates(printTrust(readTrust(state()).roots)).certificates).toHaveLength(2);
    for (const name of readdirSync(tls())) expect(statSync(tls(name)).mode & 0o077, name).toBe(0);

    await dropTrust(state(), old.root.fingerprintSha256);
    expect(roles()).toEqual(['current']);
    expect(readdirSync(tls()).filter((name) => name.includes('old'))).toEqual([]);
    expect(readInventory(state()).certificates.map(({ subject }) => subject)).toContain('CN=Shop CA');
    await expect(dropTrust(state(), old.root.fingerprintSha256)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is where the inventory says, and supersedes the old one once that is dropped', async () => {
    const standing = (): Record<string, unknown> =>
      Object.fromEntries(
        readInventory(state()).certificates.map(({ subject, files, supersededBy }) => [
          subject,
          [files === undefined ? 'gone' : basename(files.certificate), supersededBy?.slice(0, 16)],
        ]),
      );
    const old = await openAuthority(state());
    await old.issue({ commonName: 'app', usage: 'client' });
    const { authority: next } = await startAuthoritySuccession(state());
    await finishAuthoritySuccession(state());
    const short = (fact: { fingerprintSha256: string }): string => fact.fingerprintSha256.slice(0, 16);
    const kept = short(old.root);
    expect(standing()).toEqual({
      'CN=Shop CA': [`ca.old-${kept}.crt`, undefined],
      'CN=Shop CA issuer': [`issuer.old-${kept}.crt`, undefined],
      'CN=Shop CA 2': ['ca.crt', undefined],
      'CN=Shop CA 2 issuer': ['issuer.crt', undefined],
      'CN=app': ['gone', undefined],
    });
    await dropTrust(state(), old.root.fingerprintSha256);
    expect(standing()).toEqual({
      'CN=Shop CA': ['gone', short(next.root)],
      'CN=Shop CA issuer': ['gone', short(next.issuer)],
      'CN=Shop CA 2': ['ca.crt', undefined],
      'CN=Shop CA 2 issuer': ['issuer.crt', undefined],
      'CN=app': ['gone', undefined],
    });
  });

  it('keeps the last list of the old root until that is dropped, and never counts back', async () => {
    const old = await openAuthority(state());
    const { entry } = await old.issue({ commonName: 'app', usage: 'client' });
    await revokeCertificates(state(), [entry.fingerprintSha256], 'unspecified');
    expect(await renewRevocationList(state())).toMatchObject({ number: 1, count: 1, older: [] });
    const before = readFileSync(tls('crl.pem'), 'utf8');
    await startAuthoritySuccession(state());
    await finishAuthoritySuccession(state());
    const kept = tls(`crl.old-${old.root.fingerprintSha256.slice(0, 16)}.pem`);
    expect(await renewRevocationList(state())).toMatchObject({ number: 1, count: 0, older: [kept] });
    expect(readFileSync(kept, 'utf8')).toBe(before);
    rmSync(tls('crl.pem'));
    expect(await renewRevocationList(state())).toMatchObject({ number: 2 });
    await dropTrust(state(), old.root.fingerprintSha256);
    expect(existsSync(kept)).toBe(false);
  });

  it('counts on from the last number, and keeps names within their length', async () => {
    const subjectAfter = async (name: string): Promise<string> => {
      const at = join(folder, 'named');
      rmSync(at, { recursive: true, force: true });
      await createFoundation(at, { name });
      return (await startAuthoritySuccession(at)).authority.root.subjectCommonName ?? '';
    };
    expect(await subjectAfter('Shop CA 9')).toBe('Shop CA 10');
    expect((await subjectAfter('x'.repeat(64))).length).toBeLessThanOrEqual(64);
  });

  it('is given up before it took over', async () => {
    await expect(abandonAuthoritySuccession(state())).rejects.toMatchObject({ code: 'succession' });
    await startAuthoritySuccession(state());
    await abandonAuthoritySuccession(state());
    expect(roles()).toEqual(['current']);
    expect(readdirSync(tls()).filter((name) => name.includes('next'))).toEqual([]);
    await expect(openAuthority(state(), { which: 'next' })).rejects.toMatchObject({ code: 'succession' });
  });

  it('has taken over, or not begun to, whenever the power goes', async () => {
    await startAuthoritySuccession(state());
    const before = join(folder, 'before');
    cpSync(state(), before, { recursive: true });
    // What a swap does, from a swap of the same files.
    const moves = swapMoves(before);
    expect(moves.length).toBe(8);
    for (let done = 0; done <= moves.length; done += 1) {
      rmSync(state(), { recursive: true });
      cpSync(before, state(), { recursive: true });
      writeFileSync(tls('succession.json'), JSON.stringify({ schemaVersion: 1, moves }), { mode: 0o600 });
      for (const { from, to } of moves.slice(0, done)) renameSync(tls(from), tls(to));
      expect(subjects(), `after ${done}`).toEqual(['CN=Shop CA', 'CN=Shop CA 2']);
      const opened = await openAuthority(state());
      expect(opened.issuer.subject, `after ${done}`).toBe('CN=Shop CA 2 issuer');
      await opened.issue({ commonName: 'app', usage: 'client' });
      expect(roles()).toEqual(['current', 'old']);
      expect(existsSync(tls('succession.json'))).toBe(false);
      expect(readdirSync(tls()).filter((name) => name.includes('old'))).toHaveLength(4);
    }
  });

  it('is not settled by a note that cannot be read', async () => {
    writeFileSync(tls('succession.json'), '{"schemaVersion":1,"moves":[{"from":"../x","to":"ca.crt"}]}');
    await expect(openAuthority(state())).rejects.toMatchObject({ code: 'unreadable' });
  });
});

function swapMoves(at: string): readonly { readonly from: string; readonly to: string }[] {
  const old = readTrust(at).roots[0]?.fact.fingerprintSha256.slice(0, 16) ?? '';
  expect(readFileSync(join(at, 'tls/ca.crt'), 'utf8')).toContain('BEGIN CERTIFICATE');
  return ['issuer', 'ca'].flatMap((part) =>
    ['key', 'crt'].flatMap((kind) => [
      { from: `${part}.${kind}`, to: `${part}.old-${old}.${kind}` },
      { from: `${part}.next.${kind}`, to: `${part}.${kind}` },
    ]),
  );
}
