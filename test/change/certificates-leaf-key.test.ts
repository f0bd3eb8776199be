// The key of a new leaf lies on the disk of its node as the old one did: under the passphrase of the node, or in clear.
import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  changeLeaf,
  leafStages,
  type LeafChange,
  type LeafPair,
  type LeafSight,
} from '../../src/change/index.ts';
import { secret } from '../../src/conf/index.ts';
import {
  checkPair,
  createAuthority,
  issueCertificate,
  readCertificates,
  type IssuedCertificate,
} from '../../src/tls/index.ts';

const PASS = 'pass-1';
let served: IssuedCertificate;
let next: IssuedCertificate;

beforeAll(async () => {
  const authority = await createAuthority({ name: 'test CA', days: 30 });
  const request = { commonName: 'node', ipAddresses: ['10.0.0.5'], usage: 'node', days: 10 } as const;
  served = await issueCertificate(authority, request);
  next = await issueCertificate(authority, request);
});

const seal = (key: string, passphrase = PASS): string =>
  createPrivateKey(key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();

function fileOf(path: string, text: string): LeafSight['key'] {
  const facts = { sha256: `sha of ${path}`, bytes: text.length, mode: 0o600, uid: 0, gid: 0 };
  return { kind: 'file', path, file: { path, content: secret(text), ...facts } };
}

/** A node whose key file holds this. */
function sightOf(key: string, change: Partial<LeafSight> = {}): LeafSight {
  const { certificates } = readCertificates(served.certPem);
  return {
    node: { id: '10.0.0.5:6380', role: 'primary' },
    server: { product: 'redis', version: '7.0.15' },
    ports: [{ purpose: 'clients', host: '10.0.0.5', port: 6380, chain: certificates }],
    host: 'local 10.0.0.5',
    isByHand: false,
    certificate: fileOf('/tls/node.crt', served.certPem),
    settings: { certificate: '/tls/node.crt', key: '/tls/node.key' },
    key: fileOf('/tls/node.key', key),
    trustsFolder: false,
    passphrase: secret(PASS),
    isDialling: true,
    told: [],
    autoReloadSeconds: 0,
    ...change,
  };
}

const pairOf = ({ certPem, keyPem }: IssuedCertificate, key = keyPem): LeafPair => ({
  certificate: certPem,
  key: secret(key),
  from: { certificate: 'new.crt', key: 'new.key' },
});
const keyPlaced = (change: LeafChange | undefined): string => change?.files.at(-1)?.after.reveal() ?? '';

describe('the key of a new certificate', () => {
  it('is placed under the passphrase of the node where the old one was, and opens with it alone', () => {
    const placed = keyPlaced(changeLeaf(sightOf(seal(served.keyPem)), pairOf(next), { files: 'place' }));
    expect(placed).toMatch(
      /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n[^]*-----END ENCRYPTED PRIVATE KEY-----\n$/,
    );
    expect(checkPair(next.certPem, placed, PASS)).toBe('match');
    expect(checkPair(next.certPem, placed, 'another')).toBe('encrypted-key');
  });

  it('is so in one file with its certificate too', () => {
    const both = fileOf('/tls/both.pem', served.certPem + seal(served.keyPem));
    const sight = sightOf('', { certificate: both, key: both });
    const text = keyPlaced(changeLeaf(sight, pairOf(next), { files: 'place' }));
    expect(text).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(text).not.toContain('BEGIN PRIVATE KEY');
  });

  it('stays in clear where the old one was, and under a passphrase where it came so', () => {
    const plain = sightOf(served.keyPem);
    expect(keyPlaced(changeLeaf(plain, pairOf(next), { files: 'place' })).trim()).toBe(next.keyPem.trim());
    const sealed = seal(next.keyPem);
    const brought = changeLeaf(sightOf(seal(served.keyPem)), pairOf(next, sealed), { files: 'place' });
    expect(keyPlaced(brought).trim()).toBe(sealed.trim());
  });

  it('is the same on the disk already, however it is protected there', () => {
    const sight = sightOf(seal(served.keyPem));
    expect(changeLeaf(sight, pairOf(served), { files: 'place' })).toBeUndefined();
    expect(changeLeaf(sightOf(seal(next.keyPem)), pairOf(served), { files: 'place' })).toBeDefined();
  });

  it('is placed once for nodes that share its file: both find the very same text', () => {
    const sights = ['a', 'b'].map((id) => sightOf(seal(served.keyPem), { node: { id, role: 'primary' } }));
    const changes = sights.flatMap((sight) => changeLeaf(sight, pairOf(next), { files: 'place' }) ?? []);
    const steps = leafStages(changes).flatMap((stage) => stage.steps);
    const keys = steps.flatMap((step) =>
      step.kind === 'place-file' && step.path === '/tls/node.key' ? [step.after.reveal()] : [],
    );
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });
});

describe('what a node shows where it dials others', () => {
  const admitted = (sight: LeafSight, pair: LeafPair) => {
    const change = changeLeaf(sight, pair, { files: 'place' });
    const steps = change === undefined ? [] : leafStages([change]).flatMap((stage) => stage.steps);
    return steps.flatMap((step) => (step.kind === 'reload-tls' ? [step.admits?.certificate] : []));
  };

  it('is knocked with once it was read, under a passphrase too', () => {
    expect(admitted(sightOf(served.keyPem), pairOf(next))).toEqual([undefined, next.certPem]);
    const sealed = pairOf(next, seal(next.keyPem));
    expect(admitted(sightOf(seal(served.keyPem)), sealed)).toEqual([undefined, next.certPem]);
  });

  it('is not this one where it dials nobody, or with another', () => {
    const still = sightOf(served.keyPem, { isDialling: false });
    expect(admitted(still, pairOf(next))).toEqual([undefined, undefined]);
  });
});
