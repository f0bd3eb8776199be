// What a certificate says about how it is to be checked, beyond its facts: key identifiers, critical extensions that
// nobody knows, Netscape's type, name constraints (RFC 5280 section 4.2). Read from the DER when a chain is judged.
import { X509Certificate } from 'node:crypto';
import type { CertificateFact } from './certificate.ts';
import { readBits, readNodes, readOid, readString, TAG } from './der.ts';
import type { DerNode } from './der.ts';
import { readParts } from './extension.ts';
import type { EncodedExtension } from './extension.ts';

/** One name, as name constraints compare them. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'address'; readonly bytes: Uint8Array }
  /** Relative names from the top, in OpenSSL's canonical form: lower case, single blanks. */
  | { readonly kind: 'directory'; readonly path: readonly string[] }
  /** otherName, x400Address, ediPartyName, registeredID: `tag` tells which. */
  | { readonly kind: 'other'; readonly tag: number };

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** A subtree states a minimum or a maximum, which nobody supports. */
  readonly hasRange: boolean;
}

export interface Constraints {
  /** 1 to 3. */
  readonly version: number;
  readonly hasBasicConstraints: boolean;
  /** Hex, lower case. */
  readonly subjectKeyId?: string;
  /** Hex, lower case; `serial` without leading zeros. */
  readonly authorityKeyId?: {
    readonly keyId?: string;
    readonly serial?: string;
    readonly issuer?: readonly string[];
  };
  /** Set bits of nsCertType. */
  readonly netscapeTypes?: readonly number[];
  /** OIDs of critical extensions that OpenSSL 3.0 does not handle. */
  readonly unknownCritical: readonly string[];
  readonly nameConstraints?: NameConstraints;
  /** The subject, the mail addresses in it, and every alternative name. */
  readonly names: readonly GeneralName[];
  /** Canonical, as in `directory` names. */
  readonly issuer: readonly string[];
}

/** Throws what `X509Certificate` throws, or RangeError. */
export function readConstraints({ pem }: Pick<CertificateFact, 'pem'>): Constraints {
  const { version, issuer, subject, extensions } = readParts(new X509Certificate(pem).raw);
  const find = (oid: string): DerNode | undefined => {
    const found = extensions.find((extension) => extension.oid === oid);
    return found === undefined ? undefined : readNodes(found.value)[0];
  };
  const keyId = find('2.5.29.14');
  const authority = find('2.5.29.35');
  const netscape = find('2.16.840.1.113730.1.1');
  const limits = find('2.5.29.30');
  return {
    version,
    hasBasicConstraints: find('2.5.29.19') !== undefined,
    ...(keyId === undefined ? {} : { subjectKeyId: hex(keyId.content) }),
    ...(authority === undefined ? {} : { authorityKeyId: readAuthorityKeyId(authority) }),
    ...(netscape === undefined ? {} : { netscapeTypes: readBits(netscape.content) }),
    unknownCritical: extensions.filter(isUnknown).map(({ oid }) => oid),
    ...(limits === undefined ? {} : { nameConstraints: readNameConstraints(limits) }),
    names: [
      ...readSubject(subject),
      ...readNodes(find('2.5.29.17')?.content ?? new Uint8Array()).map(readGeneralName),
    ],
    issuer: readPath(issuer),
  };
}

/** X509_supported_extension of OpenSSL 3.0; proxy certificates (RFC 3820) are refused too unless asked for. */
const KNOWN: ReadonlySet<string> = new Set([
  '2.16.840.1.113730.1.1',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.36',
  '2.5.29.37',
  '2.5.29.54',
  '1.3.6.1.5.5.7.1.7',
  '1.3.6.1.5.5.7.1.8',
  '1.3.6.1.5.5.7.48.1.5',
]);
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

function isUnknown({ oid, critical }: EncodedExtension): boolean {
  return critical && !KNOWN.has(oid);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Tags: 0 keyIdentifier, 1 authorityCertIssuer, 2 authorityCertSerialNumber. */
function readAuthorityKeyId({ content }: DerNode): NonNullable<Constraints['authorityKeyId']> {
  const fields = readNodes(content);
  const keyId = fields.find(({ tag }) => tag === 0x80);
  const serial = fields.find(({ tag }) => tag === 0x82);
  const issuer = readNodes(fields.find(({ tag }) => tag === 0xa1)?.content ?? new Uint8Array())
    .map(readGeneralName)
    .find(({ kind }) => kind === 'directory');
  return {
    ...(keyId === undefined ? {} : { keyId: hex(keyId.content) }),
    ...(serial === undefined ? {} : { serial: hex(serial.content).replace(/^0+/, '') }),
    ...(issuer?.kind === 'directory' ? { issuer: issuer.path } : {}),
  };
}

/** Tags: 0 permittedSubtrees, 1 excludedSubtrees; in a subtree the base comes first. */
function readNameConstraints({ content }: DerNode): NameConstraints {
  const fields = readNodes(content);
  const subtrees = (wanted: number): readonly (readonly DerNode[])[] =>
    readNodes(fields.find(({ tag }) => tag === wanted)?.content ?? new Uint8Array()).map((subtree) =>
      readNodes(subtree.content),
    );
  const bases = (wanted: number): readonly GeneralName[] =>
    subtrees(wanted).flatMap(([base]) => (base === undefined ? [] : [readGeneralName(base)]));
  return {
    permitted: bases(0xa0),
    excluded: bases(0xa1),
    hasRange: [...subtrees(0xa0), ...subtrees(0xa1)].some(({ length }) => length > 1),
  };
}

function readGeneralName(node: DerNode): GeneralName {
  switch (node.tag) {
    case 0x81:
      return { kind: 'email', text: readString(node) };
    case 0x82:
      return { kind: 'dns', text: readString(node) };
    case 0x86:
      return { kind: 'uri', text: readString(node) };
    case 0x87:
      return { kind: 'address', bytes: node.content };
    case 0xa4:
      return { kind: 'directory', path: readNodes(node.content).flatMap(readPath) };
    default:
      return { kind: 'other', tag: node.tag };
  }
}

function readSubject(subject: DerNode): readonly GeneralName[] {
  const path = readPath(subject);
  if (path.length === 0) return [];
  const mails = readNodes(subject.content)
    .flatMap(({ content }) => readNodes(content))
    .flatMap(({ content }) => {
      const [type, value] = readNodes(content);
      if (type === undefined || value === undefined || readOid(type.content) !== EMAIL_ADDRESS) return [];
      return [{ kind: 'email', text: readString(value) } as const];
    });
  return [{ kind: 'directory', path }, ...mails];
}

function readPath(name: DerNode): readonly string[] {
  return readNodes(name.content).map((relative) =>
    readNodes(relative.content)
      .map((attribute) => {
        const [type, value] = readNodes(attribute.content);
        const oid = type === undefined ? '' : readOid(type.content);
        return JSON.stringify([oid, value === undefined ? '' : canonicalText(value)]);
      })
      .join('+'),
  );
}

function canonicalText(value: DerNode): string {
  if (value.tag === TAG.octetString || value.tag === TAG.bitString) return hex(value.content);
  return readString(value)
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[\t\n\v\f\r ]+/g, ' ')
    .replace(/^ | $/g, '');
}
