// Revocation lists (RFC 5280 section 5). No version of Redis or Valkey reads one; gateways, libraries and `openssl
// verify -crl_check` do.
import { Buffer } from 'node:buffer';
import { sign } from 'node:crypto';
import type { X509CrlReason } from '@peculiar/x509';
import { readNodes, TAG } from '../certificate/der.ts';
import type { DerNode } from '../certificate/der.ts';
import { writeInteger, writeNode } from './der-writing.ts';
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
      new x509.Extension(CRL_NUMBER, false, new Uint8Array(writeInteger(BigInt(request.number)))),
    ],
    entries: request.revoked.map(({ serial, at, reason }) => ({
      serialNumber: serial,
      revocationDate: at,
      ...reasonOf(x509, reason),
    })),
  });
  const der = Buffer.from(list.rawData);
  const plain = request.revoked.some(({ reason }) => reason === 'unspecified');
  return printPem(plain ? withoutEmptyExtensions(der, authority.keyPem, signer.algorithm.hash) : der);
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

/** "Unspecified" is left out (RFC 5280, 5.3.1). */
function reasonOf(x509: X509, reason: RevokedReason): { reason?: X509CrlReason } {
  return reason === 'unspecified' ? {} : { reason: x509.X509CrlReason[REASONS[reason]] };
}

/** Of an entry without extensions the library writes an empty list of them, which the syntax forbids: signed anew without. */
function withoutEmptyExtensions(list: Buffer, keyPem: string, hash: string | undefined): Buffer {
  const [whole] = readNodes(list);
  const [body, algorithm] = readNodes(whole?.content ?? list);
  if (body === undefined || algorithm === undefined)
    throw new Error('a list that was just made cannot be read');
  const parts = readNodes(body.content).map((part, index) =>
    // Version, algorithm, issuer and two dates come before the entries.
    index === ENTRIES && part.tag === TAG.sequence
      ? writeNode(part.tag, ...readNodes(part.content).map(withoutEmpty))
      : write(part),
  );
  const signed = writeNode(body.tag, ...parts);
  const signature = sign(hash?.replace('-', '').toLowerCase(), signed, keyPem);
  return writeNode(
    TAG.sequence,
    signed,
    write(algorithm),
    writeNode(TAG.bitString, NO_UNUSED_BITS, signature),
  );
}

const ENTRIES = 5;
const NO_UNUSED_BITS = Buffer.from([0]);

function withoutEmpty({ tag, content }: DerNode): Buffer {
  const parts = readNodes(content).filter((part) => part.tag !== TAG.sequence || part.content.length > 0);
  return writeNode(tag, ...parts.map(write));
}

function write({ tag, content }: DerNode): Buffer {
  return writeNode(tag, content);
}

function readInteger(der: Buffer): number {
  const length = der[1] ?? 0;
  if (der[0] !== 0x02 || length < 1 || length > 8 || der.length !== length + 2) return Number.NaN;
  return Number(BigInt(`0x${der.subarray(2).toString('hex')}`));
}
