/** Authorities that look alike: one renewed with its own key, and another one of the same name. */
import 'reflect-metadata';
import { BasicConstraintsExtension, X509CertificateGenerator, type X509Certificate } from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorityProgress } from '../../src/change/certificates/authority-progress.ts';
import { sideOf } from '../../src/change/certificates/authority-side.ts';
import { dropTrust, holdsAnyTrust, otherTrust } from '../../src/change/certificates/authority-trust.ts';
import { nodeOf, sightOf, withSamples } from './certificates-ca-samples.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
type Keys = webcrypto.CryptoKeyPair;

/** As `openssl req -x509` without a configuration makes them: no key identifiers. */
const bare = {
  oldRoot: '',
  oldRootRenewed: '',
  newRoot: '',
  oldLeaf: '',
};

async function sign(
  subject: string,
  issuer: string,
  keys: Keys,
  signer: Keys,
  serial: string,
): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    serialNumber: serial,
    subject,
    issuer,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: subject === issuer ? [new BasicConstraintsExtension(true, undefined, true)] : [],
  });
}

beforeAll(async () => {
  const make = async (): Promise<Keys> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [oldKeys, newKeys, leafKeys] = [await make(), await make(), await make()];
  const ca = 'CN=Certificate Authority';
  bare.oldRoot = (await sign(ca, ca, oldKeys, oldKeys, '01')).toString('pem') + '\n';
  bare.oldRootRenewed = (await sign(ca, ca, oldKeys, oldKeys, '02')).toString('pem') + '\n';
  bare.newRoot = (await sign(ca, ca, newKeys, newKeys, '03')).toString('pem') + '\n';
  bare.oldLeaf = (await sign('CN=node', ca, leafKeys, oldKeys, '04')).toString('pem') + '\n';
});

const samples = withSamples();

describe('an authority that was renewed with its own key', () => {
  it('goes with the old one, whichever of the two was named', () => {
    const { oldRoot, oldRootRenewed, newRoot } = bare;
    const both = `${oldRoot}${oldRootRenewed}${newRoot}`;
    expect(holdsAnyTrust(`${oldRootRenewed}${newRoot}`, [oldRoot], [newRoot])).toBe(true);
    expect(dropTrust(both, [oldRoot], [newRoot])).toBe(newRoot);
    expect(otherTrust(both, [oldRoot, newRoot])).toEqual([]);
  });

  it('stays where it is the new one, and only the former certificate goes', () => {
    const { oldRoot, oldRootRenewed } = bare;
    expect(dropTrust(`${oldRoot}${oldRootRenewed}`, [oldRoot], [oldRootRenewed])).toBe(oldRootRenewed);
    expect(holdsAnyTrust(oldRootRenewed, [oldRoot], [oldRootRenewed])).toBe(false);
  });
});

describe('another authority of the same name', () => {
  it('is not brought in while certificates do not tell the two apart', () => {
    const { oldRoot, newRoot, oldLeaf } = bare;
    const change = { old: [oldRoot], next: [newRoot] };
    const sight = sightOf([nodeOf('a:1', { pem: oldRoot, leaf: oldLeaf })], oldRoot);
    const { next, obstacles } = authorityProgress(sight, change, new Date());
    expect(next).toBe('trust');
    expect(obstacles.map(({ about, why }) => [about, why.includes('CN=Certificate Authority')])).toEqual([
      ['a:1', true],
    ]);
  });

  it('is brought in where key identifiers tell them apart', () => {
    const { oldCa, oldLeaf, change } = samples;
    expect(sideOf([oldLeaf], change, new Date())).toBe('old');
    const sight = sightOf([nodeOf('a:1', { pem: oldCa.certPem, leaf: oldLeaf })], oldCa.certPem);
    expect(authorityProgress(sight, change, new Date()).obstacles).toEqual([]);
  });
});
