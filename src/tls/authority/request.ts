// Certificate requests (PKCS #10, RFC 2986): made for an authority elsewhere, or read from somebody who wants ours to
// sign. A request proves only that its maker holds the key; names in it are wishes.
import { Buffer } from 'node:buffer';
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Pkcs10CertificateRequest, PublicKey } from '@peculiar/x509';
import { describeKey } from '../certificate/certificate.ts';
import type { KeyType } from '../certificate/certificate.ts';
import { IssueError } from './issue-error.ts';
import { alternativeNames, commonName } from './name.ts';
import type { AlternativeNames } from './name.ts';
import { findKeyWeakness } from './request-key.ts';
import { algorithmOf, exportKey, generateKeys, loadX509 } from './signing.ts';
import type { IssuedKeyType, X509 } from './signing.ts';

/** What a request says of itself. */
export interface RequestFact {
  /** The last common name, whole. */
  readonly commonName?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly keyType: KeyType;
  readonly keyBits?: number;
  /** The signature verifies with its own key: whoever made it holds the private one. */
  readonly signature: 'verified' | 'wrong';
}

/** A longer text is no request. */
const REQUEST_CHARACTERS_MAX = 64 * 1024;

/** Makes a key and a request for it. Throws {@link IssueError} (`bad-name`). */
export async function createRequest(
  request: AlternativeNames & { readonly commonName: string; readonly keyType?: IssuedKeyType },
): Promise<{ readonly requestPem: string; readonly keyPem: string }> {
  const x509 = await loadX509();
  const algorithm = algorithmOf(request.keyType);
  const keys = await generateKeys(algorithm);
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: commonName(x509, request.commonName),
    keys,
    signingAlgorithm: algorithm,
    extensions: [...alternativeNames(x509, request)],
  });
  return { requestPem: `${made.toString('pem').trim()}\n`, keyPem: await exportKey(keys.privateKey) };
}

/** Reads a request. Throws {@link IssueError} (`bad-request`) where it is none. */
export async function readRequest(requestPem: string): Promise<RequestFact> {
  const x509 = await loadX509();
  const request = parseRequest(x509, requestPem);
  const names = request.getExtension('2.5.29.17');
  const listed = names instanceof x509.SubjectAlternativeNameExtension ? names.names.items : [];
  const of = (type: string): readonly string[] =>
    listed.filter((name) => name.type === type).map(({ value }) => value);
  const common = request.subjectName.getField('CN').at(-1);
  const { keyType, keyBits } = describeKey(readKey(request.publicKey));
  return {
    ...(common === undefined ? {} : { commonName: common }),
    dnsNames: of('dns'),
    ipAddresses: of('ip'),
    uris: of('url'),
    keyType,
    ...(keyBits === undefined ? {} : { keyBits }),
    signature: (await verifies(request)) ? 'verified' : 'wrong',
  };
}

/** Its public key, once its signature and strength were looked at. Throws {@link IssueError} (`bad-request`). */
export async function readRequestKey(x509: X509, requestPem: string): Promise<PublicKey> {
  const request = parseRequest(x509, requestPem);
  // Before its signature: of such a key it proves nothing.
  const weakness = await findKeyWeakness(readKey(request.publicKey));
  if (weakness !== undefined) throw new IssueError('bad-request', weakness);
  if (!(await verifies(request))) {
    throw new IssueError('bad-request', 'the signature of the request does not fit its key');
  }
  return request.publicKey;
}

function parseRequest(x509: X509, pem: string): Pkcs10CertificateRequest {
  const block =
    /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]*)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
      pem.slice(0, REQUEST_CHARACTERS_MAX),
    )?.[1];
  if (block === undefined) {
    throw new IssueError('bad-request', 'there is no CERTIFICATE REQUEST block in this text');
  }
  try {
    return new x509.Pkcs10CertificateRequest(Buffer.from(block, 'base64'));
  } catch (error) {
    throw new IssueError('bad-request', 'the request cannot be decoded', { cause: error });
  }
}

function readKey(key: PublicKey): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(key.rawData), format: 'der', type: 'spki' });
  } catch (error) {
    throw new IssueError('bad-request', 'the key of the request cannot be read', { cause: error });
  }
}

/** Algorithms that WebCrypto does not know prove nothing here. */
async function verifies(request: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    return false;
  }
}
