// What is wrong with one certificate for one purpose at one moment. Pure: the clock is a parameter.
import { isIP } from 'node:net';
import type { CertificateFact } from './certificate.ts';
import { findUsageFault } from './usage.ts';

export type CertificateProblemCode =
  | 'expired'
  | 'not-yet-valid'
  | 'expires-soon'
  | 'weak-key'
  | 'weak-signature'
  | 'name-mismatch'
  | 'no-san'
  | 'missing-server-usage'
  | 'missing-client-usage'
  | 'ca-as-leaf'
  | 'not-a-ca'
  | 'self-signed'
  | 'excessive-lifetime';

export interface CertificateProblem {
  readonly code: CertificateProblemCode;
  readonly message: string;
  readonly help?: string;
  /** Whole days until notAfter, negative once expired; with `expired` and `expires-soon`. */
  readonly daysLeft?: number;
  /** The narrowest of 7, 14, 30 that `daysLeft` is inside; with `expires-soon`. */
  readonly withinDays?: number;
}

/** `node`: a replica or cluster node, which is server and client with one certificate. */
export type CertificatePurpose = 'server' | 'client' | 'node' | 'authority';

export interface CertificateCheck {
  readonly at: Date;
  readonly purpose: CertificatePurpose;
  /** Host names or addresses that clients use; each must be covered. */
  readonly names?: readonly string[];
  /** Default 398 for leaves; authorities have no limit unless given. */
  readonly lifetimeDaysMax?: number;
}

/** Every problem at once, the gravest first. */
export function checkCertificate(
  fact: CertificateFact,
  check: CertificateCheck,
): readonly CertificateProblem[] {
  return [
    ...checkDates(fact, check),
    ...checkStrength(fact),
    ...checkRole(fact, check.purpose),
    ...checkNames(fact, check),
    ...checkLifetime(fact, check),
  ];
}

/** What OpenSSL's security level 2 (Debian's, Red Hat's) refuses of one certificate. */
export function findWeakness(fact: CertificateFact): 'weak-key' | 'weak-signature' | undefined {
  const codes = checkStrength(fact).map(({ code }) => code);
  if (codes.includes('weak-key')) return 'weak-key';
  return codes.includes('weak-signature') ? 'weak-signature' : undefined;
}

/**
 * Whether every client that checks host names accepts this certificate for `name`: subject alternative names only, one
 * wildcard as the whole left-most label (RFC 9525 section 6.3). Where there is no alternative name at all, Node, Java,
 * Python and OpenSSL take the common name for a host name; Go does not, and none of them does for an address.
 */
export function coversName(fact: CertificateFact, name: string): boolean {
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  if (isIP(bare) !== 0) return fact.ipAddresses.includes(canonicalAddress(bare));
  const wanted = canonicalHost(bare);
  const parent = wanted.slice(wanted.indexOf('.') + 1);
  return fact.dnsNames.some((pattern) => {
    const candidate = canonicalHost(pattern);
    return candidate === wanted || (wanted.includes('.') && candidate === `*.${parent}`);
  });
}

const DAY_MS = 86_400_000;
const SOON_DAYS = [7, 14, 30] as const;
const LIFETIME_DAYS_MAX_DEFAULT = 398;
const WEAK_HASHES: readonly string[] = ['md2', 'md5', 'sha1'];

function checkDates(fact: CertificateFact, { at }: CertificateCheck): readonly CertificateProblem[] {
  const start = Date.parse(fact.notBefore);
  const end = Date.parse(fact.notAfter);
  const left = end - at.getTime();
  const daysLeft = Math.floor(left / DAY_MS);
  if (left < 0) {
    const message = `expired on ${fact.notAfter}, ${-daysLeft} ${-daysLeft === 1 ? 'day' : 'days'} ago`;
    const help =
      'issue a new one; the server loads an expired certificate without a word and only new handshakes fail';
    return [{ code: 'expired', message, help, daysLeft }];
  }
  if (at.getTime() < start) {
    const message = `not valid before ${fact.notBefore}; the clock says ${at.toISOString()}`;
    return [{ code: 'not-yet-valid', message, help: 'compare the clocks of issuer, server and client' }];
  }
  // A certificate made to live a week is not late with six days left: below 90 days the last third counts.
  const withinDays = left <= (end - start) / 3 ? SOON_DAYS.find((days) => left <= days * DAY_MS) : undefined;
  if (withinDays === undefined) return [];
  const message = `expires on ${fact.notAfter}, in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
  return [
    {
      code: 'expires-soon',
      message,
      daysLeft,
      withinDays,
      help: 'replace it now; renewal is due at two thirds',
    },
  ];
}

function checkStrength(fact: CertificateFact): readonly CertificateProblem[] {
  const problems: CertificateProblem[] = [];
  const { keyBits = Number.POSITIVE_INFINITY, keyType } = fact;
  const least = keyType === 'ec' ? 224 : 2048;
  const sized = keyType === 'rsa' || keyType === 'rsa-pss' || keyType === 'ec';
  if (keyType === 'dsa' || (sized && keyBits < least)) {
    const message = `${keyType} key of ${fact.keyBits ?? 'unknown'} bits; ${keyType === 'dsa' ? 'DSA is not used by TLS 1.3' : `at least ${least} are needed`}`;
    problems.push({ code: 'weak-key', message, help: 'use ECDSA P-256 or RSA 3072' });
  }
  // Nobody verifies the signature of a root with anything but itself.
  if (!fact.selfSigned && fact.signatureHash !== undefined && WEAK_HASHES.includes(fact.signatureHash)) {
    const message = `signed with ${fact.signatureAlgorithm}; ${fact.signatureHash} no longer stops forgery`;
    problems.push({ code: 'weak-signature', message, help: 'have it issued again with SHA-256' });
  }
  return problems;
}

function checkRole(fact: CertificateFact, purpose: CertificatePurpose): readonly CertificateProblem[] {
  if (purpose === 'authority') {
    const signs = fact.keyUsages.length === 0 || fact.keyUsages.includes('keyCertSign');
    if (fact.isCa && signs) return [];
    return [
      { code: 'not-a-ca', message: 'it may not issue certificates: CA true and keyCertSign are needed' },
    ];
  }
  const problems: CertificateProblem[] = [];
  if (fact.isCa) {
    const message =
      'a CA certificate serves as an end certificate: who takes this host can issue for all of them';
    problems.push({
      code: 'ca-as-leaf',
      message,
      help: 'issue a certificate from the CA and keep its key elsewhere',
    });
  }
  if (fact.selfSigned) {
    const message = 'signed by itself: each client must be given this very certificate as its CA';
    problems.push({ code: 'self-signed', message, help: 'issue it from a CA of your own' });
  }
  for (const side of ['server', 'client'] as const) {
    const fault = purpose === side || purpose === 'node' ? findUsageFault(fact, side) : undefined;
    // What a CA certificate may sign is not what it may be shown for, and that it is one is told already.
    if (fault === undefined || (fact.isCa && fault.kind === 'key-usage')) continue;
    const node =
      'a replica or cluster node dials its peers with this certificate: it needs both, or tls-client-cert-file';
    problems.push({
      code: side === 'server' ? 'missing-server-usage' : 'missing-client-usage',
      message: fault.message,
      help:
        fault.kind === 'key-usage'
          ? 'issue it with digitalSignature in its key usage'
          : purpose === 'node'
            ? node
            : `issue it with ${side}Auth`,
    });
  }
  return problems;
}

function checkNames(
  fact: CertificateFact,
  { purpose, names = [] }: CertificateCheck,
): readonly CertificateProblem[] {
  if (purpose === 'client' || purpose === 'authority') return [];
  if (fact.dnsNames.length === 0 && fact.ipAddresses.length === 0) {
    const message =
      'no host name or address among its alternative names: no client takes it for an address, and Go for no host name';
    return [
      {
        code: 'no-san',
        message,
        help: 'redis-cli and replicas check no names; libraries do: issue it with names',
      },
    ];
  }
  const missing = names.filter((name) => !coversName(fact, name));
  if (missing.length === 0) return [];
  const held = [...fact.dnsNames, ...fact.ipAddresses].join(', ');
  return [{ code: 'name-mismatch', message: `does not cover ${missing.join(', ')}; it is for ${held}` }];
}

function checkLifetime(fact: CertificateFact, check: CertificateCheck): readonly CertificateProblem[] {
  const limit =
    check.lifetimeDaysMax ?? (check.purpose === 'authority' ? undefined : LIFETIME_DAYS_MAX_DEFAULT);
  const days = (Date.parse(fact.notAfter) - Date.parse(fact.notBefore)) / DAY_MS;
  if (limit === undefined || days <= limit + 1) return [];
  const message = `valid for ${Math.round(days)} days, more than ${limit}; no server checks revocation`;
  return [
    { code: 'excessive-lifetime', message, help: 'a short life is the only revocation that Redis honours' },
  ];
}

function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1) : address;
}

function canonicalHost(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
