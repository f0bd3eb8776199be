/**
 * What a fresh certificate of a node must be: for the names that somebody trusted gave it before, for where we and the
 * policy reach it, and for those that the operator adds; as strong as the old one, and for the same use.
 */

import { isIP } from 'node:net';
import type { CertificateFact, CertificateRequest, IssuedKeyType } from '../../tls/index.ts';
import { canonicalName, isCertifiable } from './leaf-names.ts';
import { servedBy, type LeafSight } from './leaf-sight.ts';

/** Names that the operator adds. */
export interface AddedNames {
  /** Host names and addresses that he wrote himself. */
  readonly names: readonly string[];
  /** What nodes announce, and are told by others. */
  readonly told: 'add' | 'leave';
}

export const NO_NAMES: AddedNames = { names: [], told: 'leave' };

/** One name of a new certificate, and on whose word: as a sentence has it. */
export interface NameOfLeaf {
  readonly name: string;
  readonly why: string;
}

/** The request for nodes that share a file; `days` may be a fraction. */
export function requestLeaf(
  sights: readonly LeafSight[],
  days: number,
  added: AddedNames = NO_NAMES,
): CertificateRequest {
  const names = chooseNames(sights, added).map(({ name }) => name);
  const dnsNames = names.filter((name) => isIP(name) === 0);
  const ipAddresses = names.filter((name) => isIP(name) !== 0);
  const certified = sights.flatMap((sight) => sight.certified ?? []);
  const uris = [...new Set(certified.flatMap((each) => each.uris))].filter(isUri);
  const [served] = sights.flatMap((sight) => servedBy(sight) ?? []);
  return {
    commonName: nameOf(certified[0]?.commonName, names),
    dnsNames,
    ipAddresses,
    uris,
    usage: sights.some((sight) => needsClientUsage(sight)) ? 'node' : 'server',
    days,
    keyType: keyTypeOf(served),
  };
}

/** Every host name and address, each once, with its reason. */
export function chooseNames(sights: readonly LeafSight[], added: AddedNames): readonly NameOfLeaf[] {
  const chosen = sights.flatMap((sight): readonly NameOfLeaf[] => {
    const { certified, told } = sight;
    const old = [...(certified?.dnsNames ?? []), ...(certified?.ipAddresses ?? [])];
    const before = certified?.by === 'inventory' ? 'in the inventory' : 'certified before';
    return [
      ...old.map((name) => ({ name, why: before })),
      ...told.flatMap(({ host, from, by }): readonly NameOfLeaf[] => {
        if (from === 'policy') return [{ name: host, why: 'in the policy' }];
        if (from === 'dialled') return [{ name: host, why: 'where we reach it' }];
        const isAdded = added.told === 'add' && !host.includes('*');
        return isAdded ? [{ name: host, why: `told by ${by ?? 'a node'}; added` }] : [];
      }),
      ...added.names.map((name) => ({ name, why: 'named' })),
    ];
  });
  const found = new Map<string, NameOfLeaf>();
  for (const each of chosen) {
    const key = canonicalName(each.name);
    if (isCertifiable(each.name) && !found.has(key)) found.set(key, each);
  }
  return [...found.values()];
}

/** As it was certified for; and where the node dials with it, whatever it was. */
export function needsClientUsage({ certified, isDialling }: LeafSight): boolean {
  return isDialling || certified?.usage === 'node';
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

function nameOf(certified: string | undefined, names: readonly string[]): string {
  const fits = (name: string | undefined): name is string =>
    name !== undefined && name !== '' && name.length <= COMMON_NAME_CHARS_MAX && !/\p{Cc}/u.test(name);
  return [certified, ...names].find(fits) ?? 'node';
}

/** ASCII without blanks, as certificates hold them. */
function isUri(uri: string): boolean {
  return /^[\u0021-\u007e]+$/.test(uri) && URL.canParse(uri);
}
