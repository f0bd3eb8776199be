/** What a renewal does about certificates, on inventories of every kind. */
import { describe, expect, it } from 'vitest';
import {
  planRenewal,
  type RenewalQuestion,
  type ServedLeaf,
} from '../../src/change/certificates/renew-plan.ts';
import type { InventoryEntry } from '../../src/pki/index.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number): string => new Date(START + days * DAY).toISOString();

let made = 0;
function entryOf(parts: Partial<InventoryEntry> = {}): InventoryEntry {
  made += 1;
  const commonName = parts.commonName ?? `client-${made}`;
  return {
    fingerprintSha256: made.toString(16).padStart(64, '0'),
    serial: '01',
    subject: `CN=${commonName}`,
    commonName,
    dnsNames: [],
    ipAddresses: [],
    uris: [],
    usage: 'client',
    notBefore: at(0),
    notAfter: at(30),
    issuer: 'CN=Wardis authority',
    origin: { kind: 'issued' },
    recordedAt: at(0),
    files: { certificate: `/tls/${commonName}.crt`, key: `/tls/${commonName}.key` },
    pem: '',
    ...parts,
  };
}

function servedOf(entry: InventoryEntry, node: string): ServedLeaf {
  const { fingerprintSha256, notBefore, notAfter, subject, issuer, pem } = entry;
  return { fingerprintSha256, notBefore, notAfter, subject, issuer, pem, node };
}

const question = (parts: Partial<RenewalQuestion>): RenewalQuestion => ({
  entries: [],
  served: [],
  authorityEnds: at(3650),
  authorities: [],
  nowMs: START + 21 * DAY,
  withinMs: 0,
  ...parts,
});
const waysOf = (parts: Partial<RenewalQuestion>): readonly string[] =>
  planRenewal(question(parts)).map(({ way }) => way.kind);

describe('a renewal', () => {
  it('writes a client’s pair where it lies, and rotates the leaf of a node where it is served', () => {
    const client = entryOf();
    const leaf = entryOf({ usage: 'node', node: 'a:6379' });
    const due = planRenewal(question({ entries: [client, leaf], served: [servedOf(leaf, 'a:6379')] }));
    expect(due.map(({ way }) => way)).toEqual([
      { kind: 'node', node: 'a:6379' },
      { kind: 'files', certificate: client.files?.certificate, key: client.files?.key },
    ]);
  });

  it('leaves alone what is fresh, superseded, revoked, or an authority', () => {
    const entries = [
      entryOf({ notAfter: at(90) }),
      entryOf({ supersededBy: 'ff' }),
      entryOf({ revoked: { at: at(1), reason: 'key-compromise' } }),
      entryOf({ usage: 'authority' }),
      entryOf({ usage: 'intermediate' }),
      entryOf({ notBefore: at(22), recordedAt: at(22), notAfter: at(23) }),
    ];
    expect(waysOf({ entries })).toEqual([]);
  });

  it('takes what a node serves for the truth, not what the inventory says that it serves', () => {
    const before = entryOf({ usage: 'node', node: 'a:6379' });
    const now = entryOf({
      usage: 'node',
      node: 'a:6379',
      notBefore: at(20),
      recordedAt: at(20),
      notAfter: at(50),
    });
    expect(waysOf({ entries: [before, now], served: [servedOf(now, 'a:6379')] })).toEqual([]);
    expect(waysOf({ entries: [before, now], served: [servedOf(before, 'a:6379')] })).toEqual(['node']);
  });

  it('renews what has expired', () => {
    const [due] = planRenewal(question({ entries: [entryOf({ notAfter: at(20) })] }));
    expect(due).toMatchObject({ stage: 'expired', way: { kind: 'files' } });
  });

  it('tells a person about what another authority issued', () => {
    const adopted = entryOf({ origin: { kind: 'adopted', by: 'CN=step-ca' } });
    const unknown = entryOf({ issuer: 'CN=cert-manager' });
    const due = planRenewal(question({ entries: [adopted], served: [servedOf(unknown, 'a:6379')] }));
    expect(due.map(({ way }) => way)).toMatchObject([
      {
        kind: 'person',
        why: expect.stringContaining('cert-manager'),
        next: expect.stringContaining('rotate leaf a:6379'),
      },
      { kind: 'person', why: expect.stringContaining('step-ca') },
    ]);
  });

  it('tells a person about a client whose files or key are elsewhere', () => {
    const nowhere = entryOf();
    const { files: _files, ...without } = nowhere;
    const keyless = entryOf({ files: { certificate: '/tls/app.crt' } });
    expect(waysOf({ entries: [without, keyless] })).toEqual(['person', 'person']);
  });

  it('does not write over the files of a server that it was not asked to look at', () => {
    expect(waysOf({ entries: [entryOf({ usage: 'server' })] })).toEqual(['person']);
    expect(waysOf({ entries: [entryOf({ usage: 'node', node: 'a:6379' })] })).toEqual([]);
  });

  it('issues nothing that would end with the authority: the next would live shorter, and the one after that', () => {
    const entry = entryOf();
    expect(waysOf({ entries: [entry], authorityEnds: at(30) })).toEqual(['person']);
    expect(waysOf({ entries: [entry], authorityEnds: at(31) })).toEqual(['files']);
    const [due] = planRenewal(question({ entries: [entry], authorityEnds: at(30) }));
    expect(due?.way).toMatchObject({ next: 'wardis tls rotate ca --next' });
    expect(waysOf({ entries: [entry], authorityEnds: undefined })).toEqual(['person']);
  });

  it('brings what ends first first', () => {
    const late = entryOf({ notAfter: at(29) });
    const soon = entryOf({ notAfter: at(24) });
    expect(planRenewal(question({ entries: [late, soon] })).map(({ name }) => name)).toEqual([
      soon.commonName,
      late.commonName,
    ]);
  });
});
