/** What a fresh certificate of a node must be: for every name of the old one and every host it is told by, as strong. */

import { isIP } from 'node:net';
import type { CertificateFact, CertificateRequest, IssuedKeyType } from '../../tls/index.ts';
import { servedBy, type LeafSight } from './leaf-sight.ts';

/** The request for nodes that share a file; `days` may be a fraction. */
export function requestLeaf(sights: readonly LeafSight[], days: number): CertificateRequest {
  const served = sights.flatMap((sight) => servedBy(sight) ?? []);
  const told = sights.flatMap((sight) => sight.told);
  const [first] = served;
  const dnsNames = unique([
    ...served.flatMap((fact) => fact.dnsNames),
    ...told.filter((name) => isIP(name) === 0),
  ]);
  const ipAddresses = unique([
    ...served.flatMap((fact) => fact.ipAddresses),
    ...told.filter((name) => isIP(name) !== 0),
  ]);
  const uris = unique(served.flatMap((fact) => fact.uris));
  return {
    commonName: nameOf(first, [...dnsNames, ...ipAddresses]),
    dnsNames,
    ipAddresses,
    uris,
    usage: 'node',
    days,
    keyType: keyTypeOf(first),
  };
}

/** As what is served; what cannot be issued here becomes what is at least as strong. */
export function keyTypeOf(served: CertificateFact | undefined): IssuedKeyType {
  const bits = served?.keyBits ?? 0;
  switch (served?.keyType) {
    case 'rsa':
    case 'rsa-pss':
    case 'dsa':
      if (bits > 3072) return 'rsa-4096';
      return bits > 2048 ? 'rsa-3072' : 'rsa-2048';
    case 'ec':
      return bits > 256 ? 'ec-p384' : 'ec-p256';
    case 'ed25519':
    case 'ed448':
      return 'ed25519';
    case 'other':
    case undefined:
      return 'ec-p256';
  }
}

const COMMON_NAME_CHARS_MAX = 64;

function nameOf(served: CertificateFact | undefined, names: readonly string[]): string {
  const fits = (name: string | undefined): name is string =>
    name !== undefined && name !== '' && name.length <= COMMON_NAME_CHARS_MAX && !/\p{Cc}/u.test(name);
  return [served?.subjectCommonName, ...names].find(fits) ?? 'node';
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
