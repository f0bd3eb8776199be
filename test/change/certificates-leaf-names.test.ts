// For which names a new certificate is issued: what somebody trusted certified before, never the word of a node alone.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkLeaf,
  checkRequest,
  knowNames,
  NO_NAMES,
  requestLeaf,
  type AddedNames,
  type LeafObjection,
  type LeafSight,
  type NameKnowledge,
} from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import { entryOf, type InventoryEntry } from '../../src/pki/index.ts';
import {
  createAuthority,
  issueCertificate,
  readCertificates,
  type Authority,
  type CertificateRequest,
} from '../../src/tls/index.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const A = '10.0.0.5:6380';
const B = '10.0.0.6:6380';
let root: Authority;
let elsewhere: Authority;

beforeAll(async () => {
  root = await createAuthority({ name: 'test CA', days: 400, at: NOW });
  elsewhere = await createAuthority({ name: 'CA of a stranger', days: 400, at: NOW });
});

async function factOf(request: Partial<CertificateRequest>, authority = root) {
  const issued = await issueCertificate(authority, {
    commonName: 'cache-1',
    dnsNames: [],
    ipAddresses: ['10.0.0.5'],
    usage: 'node',
    days: 90,
    at: NOW,
    ...request,
  });
  const [fact] = readCertificates(issued.certPem).certificates;
  if (fact === undefined) throw new Error('no certificate');
  return { fact, ...issued };
}

async function sightOf(
  id: string,
  request: Partial<CertificateRequest>,
  told: LeafSight['told'] = [],
  authority = root,
): Promise<LeafSight> {
  const { fact, certPem, keyPem } = await factOf(request, authority);
  const host = id.slice(0, id.indexOf(':'));
  const file = (path: string, text: string): LeafSight['certificate'] => ({
    kind: 'file',
    path,
    file: { path, content: secret(text), sha256: path, bytes: 1, mode: 0o600, uid: 0, gid: 0 },
  });
  return {
    node: { id, role: 'primary' },
    server: { product: 'valkey', version: '9.1.0' },
    ports: [{ purpose: 'clients', host, port: 6380, chain: [fact] }],
    host: `ssh ${host}`,
    isByHand: false,
    certificate: file('/tls/node.crt', certPem),
    key: file('/tls/node.key', keyPem),
    settings: { certificate: '/tls/node.crt', key: '/tls/node.key' },
    trustsFolder: false,
    isDialling: false,
    told: [{ host, from: 'dialled' }, ...told],
    autoReloadSeconds: 0,
  };
}

function knowing(sights: readonly LeafSight[], change: Partial<NameKnowledge> = {}): readonly LeafSight[] {
  return knowNames(sights, {
    inventory: [],
    trust: root.certPem,
    now: NOW,
    nodes: [
      { id: A, host: '10.0.0.5' },
      { id: B, host: '10.0.0.6' },
    ],
    ...change,
  });
}

function first(sights: readonly LeafSight[]): LeafSight {
  const [sight] = sights;
  if (sight === undefined) throw new Error('no sight');
  return sight;
}

function codesOf(found: readonly LeafObjection[]): readonly string[] {
  return found.map(({ severity, code }) => `${severity} ${code}`);
}

const told = (host: string, by = A): LeafSight['told'][number] => ({ host, from: 'told', by });

describe('names of a new certificate', () => {
  it('are those of a served one that leads to our own trust, and where we dial', async () => {
    const sight = await sightOf(A, {
      dnsNames: ['cache-1.internal'],
      ipAddresses: [],
      uris: ['spiffe://shop/cache-1'],
    });
    expect(requestLeaf(knowing([sight]), 30)).toEqual({
      commonName: 'cache-1',
      dnsNames: ['cache-1.internal'],
      ipAddresses: ['10.0.0.5'],
      uris: ['spiffe://shop/cache-1'],
      usage: 'node',
      days: 30,
      keyType: 'ec-p256',
    });
  });

  it('are not what a node made up: another authority, its own announcement, what others say', async () => {
    const lie = {
      commonName: 'admin',
      dnsNames: ['*.internal', 'vault.internal'],
      ipAddresses: ['10.0.0.9'],
      uris: ['spiffe://shop/payments'],
    };
    const sight = await sightOf(A, lie, [told('vault.internal'), told('10.0.0.6', B)], elsewhere);
    const request = requestLeaf(knowing([sight]), 30);
    expect(request).toMatchObject({
      commonName: '10.0.0.5',
      dnsNames: [],
      ipAddresses: ['10.0.0.5'],
      uris: [],
      usage: 'server',
    });
  });

  it('are those of the inventory, whatever is served', async () => {
    const known = await factOf({ commonName: 'cache-1', dnsNames: ['cache-1.internal'] });
    const origin = { kind: 'issued' } as const;
    const inventory = [entryOf(known.fact, { origin, recordedAt: NOW, node: A })];
    const sight = await sightOf(A, { commonName: 'admin', dnsNames: ['*.internal'] }, [], elsewhere);
    expect(requestLeaf(knowing([sight], { inventory }), 30)).toMatchObject({
      commonName: 'cache-1',
      dnsNames: ['cache-1.internal'],
      ipAddresses: ['10.0.0.5'],
    });
  });

  it('are not those of a certificate that was made for another node, or for a client', async () => {
    const other = await sightOf(A, { commonName: 'cache-2', dnsNames: ['cache-2.internal'] });
    const [fact] = other.ports[0]?.chain ?? [];
    if (fact === undefined) throw new Error('no certificate');
    const entry: InventoryEntry = entryOf(fact, {
      origin: { kind: 'issued' },
      recordedAt: NOW,
      node: B,
    });
    expect(requestLeaf(knowing([other], { inventory: [entry] }), 30).dnsNames).toEqual([]);
    const client = await sightOf(A, { commonName: 'ops', usage: 'client' });
    expect(requestLeaf(knowing([client]), 30).commonName).toBe('10.0.0.5');
  });

  it('cover all nodes that share a file', async () => {
    const one = await sightOf(A, {});
    const two: LeafSight = {
      ...one,
      node: { id: B, role: 'replica' },
      told: [{ host: '10.0.0.6', from: 'dialled' }],
    };
    expect(requestLeaf(knowing([one, two]), 30).ipAddresses).toEqual(['10.0.0.5', '10.0.0.6']);
  });
});

describe('names that nodes tell', () => {
  const add: AddedNames = { names: [], told: 'add' };

  it('are shown with who tells them, and stop nothing that was not covered before', async () => {
    const sight = first(knowing([await sightOf(A, {}, [told('new.example', B)])]));
    const found = checkRequest([sight], NO_NAMES, 'one');
    expect(codesOf(found)).toEqual(['warning wrong-name']);
    expect(found[0]?.cause).toContain('new.example (told by 10.0.0.6:6380)');
    expect(found[0]?.next).toContain('--dns new.example, or --add-told');
    expect(requestLeaf([sight], 30, add).dnsNames).toEqual(['new.example']);
    expect(checkRequest([sight], add, 'one')).toEqual([]);
    const pair = await factOf({});
    const from = { certificate: 'new.crt', key: 'new.key' };
    expect(codesOf(checkLeaf(sight, { certificate: pair.certPem, from }, [], NOW))).toEqual([
      'warning wrong-name',
    ]);
  });

  it('stop it where the old certificate covered them and the new one would not', async () => {
    const lost = await sightOf(A, { dnsNames: ['cache.example'] }, [told('cache.example')], elsewhere);
    expect(codesOf(checkRequest(knowing([lost]), NO_NAMES, 'one'))).toEqual(['refused wrong-name']);
  });

  it('are never wildcards, and what is no name at all is left out with a warning', async () => {
    const sight = await sightOf(A, {}, [told('*.internal'), told('not a name'), told('fe80::1%eth0')]);
    const known = knowing([sight]);
    const request = requestLeaf(known, 30, add);
    expect([request.dnsNames, request.ipAddresses]).toEqual([[], ['10.0.0.5']]);
    expect(codesOf(checkRequest(known, add, 'one'))).toEqual([
      'warning wrong-name',
      'warning bad-name',
      'warning bad-name',
    ]);
    expect(requestLeaf(known, 30, { names: ['*.internal'], told: 'leave' }).dnsNames).toEqual(['*.internal']);
  });

  it('are refused where they are those of another node, unless the operator names them for this one alone', async () => {
    const [one, two] = [
      await sightOf(A, {}, [told('cache-2.internal'), told('10.0.0.6')]),
      await sightOf(B, { commonName: 'cache-2', dnsNames: ['Cache-2.internal'], ipAddresses: ['10.0.0.6'] }),
    ];
    const sight = first(knowing([one, two]));
    const found = checkRequest([sight], add, 'several');
    expect(codesOf(found)).toEqual(['refused other-node', 'refused other-node']);
    expect(found[0]?.cause).toContain('is a name of 10.0.0.6:6380');
    const named: AddedNames = { names: ['cache-2.internal'], told: 'leave' };
    expect(codesOf(checkRequest([sight], named, 'several'))).toContain('refused other-node');
    expect(codesOf(checkRequest([sight], named, 'one'))).toContain('warning other-node');
    const shared = await sightOf(A, { dnsNames: ['cache-2.internal'] });
    expect(checkRequest([first(knowing([shared, two]))], add, 'several')).toEqual([]);
  });
});

describe('the use of a new certificate', () => {
  it('stays as it was, and becomes wider only where the node dials with it, which is said', async () => {
    const sight = await sightOf(A, { usage: 'server' });
    const [known] = [first(knowing([sight]))];
    expect(requestLeaf([known], 30).usage).toBe('server');
    expect(checkRequest([known], NO_NAMES, 'one')).toEqual([]);
    const dialling = { ...known, isDialling: true };
    expect(requestLeaf([dialling], 30).usage).toBe('node');
    expect(codesOf(checkRequest([dialling], NO_NAMES, 'one'))).toEqual(['warning wider-usage']);
  });
});
