/**
 * Certificates that were made elsewhere, looked at before they get in: chain, key, dates, strength, usage. What is wrong
 * with them is told and does not keep them out, because servers serve them all the same. Pure.
 */

import {
  checkCertificate,
  checkCertificateOrder,
  checkPair,
  readCertificates,
  verifyChain,
  type CertificateFact,
  type PairVerdict,
} from '../tls/index.ts';
import { entryOf, usageOf } from './entry.ts';
import type { InventoryEntry } from './inventory.ts';

/** One file, as it was read. */
export interface AdoptionFile {
  readonly pem: string;
  /** Absolute. */
  readonly path: string;
  readonly key?: { readonly pem: string; readonly path: string; readonly passphrase?: string };
}

/** What a file holds, as far as it concerns the inventory. */
export type Adoption =
  /** The first certificate of the file; the rest of it is its chain. */
  | {
      readonly kind: 'leaf';
      readonly fact: CertificateFact;
      readonly entry: InventoryEntry;
      readonly pair?: PairVerdict;
      readonly problems: readonly AdoptionProblem[];
    }
  /** One authority of a file that begins with an authority. Roots can be trusted; intermediates are only kept. */
  | {
      readonly kind: 'authority';
      readonly fact: CertificateFact;
      readonly entry: InventoryEntry;
      readonly problems: readonly AdoptionProblem[];
    };

export interface AdoptionProblem {
  /** Of a certificate or a chain check. */
  readonly code: string;
  readonly message: string;
  readonly help?: string;
}

/** `roots`: what the chain may end in. Empty where the file holds no certificate; then `unread` says why. */
export function examineAdoption(
  file: AdoptionFile,
  roots: readonly string[],
  at: Date,
): { readonly adoptions: readonly Adoption[]; readonly unread: readonly AdoptionProblem[] } {
  const { certificates, problems } = readCertificates(file.pem);
  const [first] = certificates;
  if (first === undefined) return { adoptions: [], unread: problems };
  if (!first.isCa)
    return { adoptions: [examineLeaf(first, certificates, file, roots, at)], unread: problems };
  const authorities = certificates.filter(({ isCa }) => isCa);
  return { adoptions: authorities.map((fact) => examineAuthority(fact, file, roots, at)), unread: problems };
}

function examineLeaf(
  fact: CertificateFact,
  certificates: readonly CertificateFact[],
  file: AdoptionFile,
  roots: readonly string[],
  at: Date,
): Adoption {
  const usage = usageOf(fact);
  const chain = verifyChain(
    certificates.map(({ pem }) => pem),
    roots,
    at,
  );
  const purpose = usage === 'server' || usage === 'client' ? usage : 'node';
  const own = new Set(['expired', 'not-yet-valid', 'weak-key', 'weak-signature']);
  const problems = [
    ...checkCertificate(fact, { at, purpose }),
    ...checkCertificateOrder(certificates),
    // Dates and strength of the certificate itself are told once.
    ...chain.problems.filter(({ code, subject }) => !(own.has(code) && subject === fact.subject)),
  ];
  const pair = file.key === undefined ? undefined : checkPair(fact.pem, file.key.pem, file.key.passphrase);
  const issuer = chain.path[1];
  return {
    kind: 'leaf',
    fact,
    entry: entryOf(fact, {
      origin: { kind: 'adopted', by: fact.issuer },
      recordedAt: at,
      usage,
      files: { certificate: file.path, ...(file.key === undefined ? {} : { key: file.key.path }) },
      ...(issuer === undefined ? {} : { issuerFingerprintSha256: issuer.fingerprintSha256 }),
    }),
    ...(pair === undefined ? {} : { pair }),
    problems: problems.map(problemOf),
  };
}

function examineAuthority(
  fact: CertificateFact,
  file: AdoptionFile,
  roots: readonly string[],
  at: Date,
): Adoption {
  const chain = verifyChain([fact.pem], fact.selfSigned ? [fact.pem] : roots, at);
  const issuer = fact.selfSigned ? undefined : chain.path[1];
  const own = checkCertificate(fact, { at, purpose: 'authority' });
  const told = new Set(own.map(({ code }) => code as string));
  return {
    kind: 'authority',
    fact,
    entry: entryOf(fact, {
      origin: { kind: 'adopted', by: fact.issuer },
      recordedAt: at,
      files: { certificate: file.path },
      ...(issuer === undefined ? {} : { issuerFingerprintSha256: issuer.fingerprintSha256 }),
    }),
    problems: [...own, ...chain.problems.filter(({ code }) => !told.has(code))].map(problemOf),
  };
}

function problemOf({ code, message, help }: AdoptionProblem): AdoptionProblem {
  return { code, message, ...(help === undefined ? {} : { help }) };
}
