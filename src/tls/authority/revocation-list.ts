// Revocation lists (RFC 5280 section 5). No version of Redis or Valkey reads one; gateways, libraries and `openssl
// verify -crl_check` do.
import { Buffer } from 'node:buffer';
import type { Extension, X509CrlReason } from '@peculiar/x509';
import { authorityKeyIdentifier } from './issue.ts';
import { IssueError } from './issue-error.ts';
import { loadX509, openSigner } from './signing.ts';
import type { Authority, X509 } from './signing.ts';

/** RFC 5280, 5.3.1. */
export type RevokedReason =
  | 'unspecified'
  | 'key-compromise'
  | 'ca-compromise'
  | 'affiliation-changed'
  | 'superseded'
  | 'cessation-of-operation';

export interface RevokedCertificate {
  /** Hex. */
  readonly serial: string;
  readonly at: Date;
  readonly reason: RevokedReason;
}

export interface RevocationListRequest {
  /** Each list of an authority has a higher one than the list before it; at least 1. */
  readonly number: number;
  readonly at: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedCertificate[];
}

/** What a list says. */
export interface RevocationListFact {
  readonly issuer: string;
  /** Absent where the list has none, or one that is no safe integer. */
  readonly number?: number;
  /** ISO 8601, UTC. */
  readonly thisUpdate: string;
  /** ISO 8601, UTC. */
  readonly nextUpdate?: string;
  readonly serials: readonly string[];
}

/** Makes a list that the authority signs, PEM. Throws {@link IssueError}. */
export async function createRevocationList(
  authority: Authority,
  request: RevocationListRequest,
): Promise<string> {
  if (!Number.isSafeInteger(request.number) || request.number < 1) {
    throw new IssueError('bad-request', `not the number of a revocation list: ${request.number}`);
  }
  const x509 = await loadX509();
  const signer = await openSigner(x509, authority);
  const list = await x509.X509CrlGenerator.create({
    issuer: signer.certificate.subjectName,
    thisUpdate: request.at,
    nextUpdate: request.nextUpdate,
    signingAlgorithm: signer.algorithm,
    signingKey: signer.key,
    extensions: [
      await authorityKeyIdentifier(x509, signer.certificate),
      new x509.Extension(CRL_NUMBER, false, integer(request.number)),
    ],
    entries: request.revoked.map(({ serial, at, reason }) => ({
      serialNumber: serial,
      revocationDate: at,
      ...reasonOf(x509, reason),
    })),
  });
  return printPem(Buffer.from(list.rawData));
}

/** Reads a list. Throws {@link IssueError} (`bad-request`) where it is none. */
export async function readRevocationList(pem: string): Promise<RevocationListFact> {
  const x509 = await loadX509();
  try {
    const list = new x509.X509Crl(readPem(pem));
    const number = list.getExtension(CRL_NUMBER)?.value;
    const read = number === undefined ? Number.NaN : readInteger(Buffer.from(number));
    return {
      issuer: list.issuer,
      ...(Number.isSafeInteger(read) ? { number: read } : {}),
      thisUpdate: list.thisUpdate.toISOString(),
      ...(list.nextUpdate === undefined ? {} : { nextUpdate: list.nextUpdate.toISOString() }),
      serials: list.entries.map(({ serialNumber }) => serialNumber.toUpperCase()),
    };
  } catch (error) {
    throw new IssueError('bad-request', 'the revocation list cannot be decoded', { cause: error });
  }
}

const CRL_NUMBER = '2.5.29.20';
const REASON_CODE = '2.5.29.21';
const REASONS: Readonly<Record<Exclude<RevokedReason, 'unspecified'>, keyof typeof X509CrlReason>> = {
  'key-compromise': 'keyCompromise',
  'ca-compromise': 'cACompromise',
  'affiliation-changed': 'affiliationChanged',
  superseded: 'superseded',
  'cessation-of-operation': 'cessationOfOperation',
};

/** The label is RFC 7468's, section 5; openssl reads no other. */
function printPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

function readPem(pem: string): Buffer {
  const body = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]*)-----END X509 CRL-----/.exec(pem)?.[1];
  if (body === undefined) throw new Error('there is no X509 CRL block');
  return Buffer.from(body, 'base64');
}

/**
 * "Unspecified" had better be left out (RFC 5280, 5.3.1), but then the library writes an empty list of extensions,
 * which the syntax forbids.
 */
function reasonOf(x509: X509, reason: RevokedReason): { reason?: X509CrlReason; extensions?: Extension[] } {
  if (reason !== 'unspecified') return { reason: x509.X509CrlReason[REASONS[reason]] };
  return { extensions: [new x509.Extension(REASON_CODE, false, new Uint8Array([0x0a, 0x01, 0x00]))] };
}

/** DER of a positive integer. */
function integer(value: number): Uint8Array<ArrayBuffer> {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
  return new Uint8Array([0x02, bytes.length, ...bytes]);
}

function readInteger(der: Buffer): number {
  const length = der[1] ?? 0;
  if (der[0] !== 0x02 || length < 1 || length > 8 || der.length !== length + 2) return Number.NaN;
  return Number(BigInt(`0x${der.subarray(2).toString('hex')}`));
}
