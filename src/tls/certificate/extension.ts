// The parts of a certificate's DER that facts are made of: validity, names, signature algorithm, extensions
// (RFC 5280 section 4.1). OpenSSL has accepted the bytes before they come here.
import { readBits, readNodes, readOid, readSmallInteger, readString, readTime, TAG } from './der.ts';
import type { DerNode } from './der.ts';
import { ATTRIBUTE_NAMES, EXTENDED_KEY_USAGES, HASHES, KEY_USAGES, SIGNATURES } from './oid.ts';

export interface CertificateBody {
  readonly subject: string;
  readonly subjectCommonName?: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly signatureAlgorithm: string;
  readonly signatureHash?: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly { readonly oid: string; readonly name?: string }[];
  readonly pathLength?: number;
}

/** Throws RangeError where the bytes are not a certificate. */
export function readBody(der: Uint8Array): CertificateBody {
  const { issuer, validity, subject, algorithm, extensions } = readParts(der);
  const [notBefore, notAfter] = readNodes(validity.content);
  const attributes = readAttributes(subject);
  const commonName = attributes.findLast(({ type }) => type === 'CN')?.value;
  return {
    subject: printName(attributes),
    ...(commonName === undefined ? {} : { subjectCommonName: commonName }),
    issuer: printName(readAttributes(issuer)),
    notBefore: readTime(first([notBefore])),
    notAfter: readTime(first([notAfter])),
    ...readSignature(algorithm),
    ...readExtensions(extensions),
  };
}

/** The parts of a certificate as they are encoded. */
export interface CertificateParts {
  /** 1 to 3. */
  readonly version: number;
  readonly issuer: DerNode;
  readonly validity: DerNode;
  readonly subject: DerNode;
  readonly algorithm: DerNode;
  readonly extensions: readonly EncodedExtension[];
}

export interface EncodedExtension {
  readonly oid: string;
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: Uint8Array;
}

/** Throws RangeError where the bytes are not a certificate. */
export function readParts(der: Uint8Array): CertificateParts {
  const [tbs, algorithm] = readNodes(first(readNodes(der)).content);
  const fields = [...readNodes(first([tbs]).content)];
  const version = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
  const [, , issuer, validity, subject] = fields;
  const wrapper = fields.find(({ tag }) => tag === 0xa3);
  return {
    version: version === undefined ? 1 : readSmallInteger(first(readNodes(version.content)).content) + 1,
    issuer: first([issuer]),
    validity: first([validity]),
    subject: first([subject]),
    algorithm: first([algorithm]),
    extensions:
      wrapper === undefined ? [] : readNodes(first(readNodes(wrapper.content)).content).map(readExtension),
  };
}

function readExtension({ content }: DerNode): EncodedExtension {
  const parts = readNodes(content);
  return {
    oid: readOid(first(parts).content),
    critical: parts.some((part) => part.tag === TAG.boolean && part.content[0] !== 0),
    value: first([parts.find(({ tag }) => tag === TAG.octetString)]).content,
  };
}

interface Attribute {
  readonly type: string;
  readonly value: string;
}

function first(nodes: readonly (DerNode | undefined)[]): DerNode {
  const node = nodes[0];
  if (node === undefined) throw new RangeError('a part of the certificate is missing');
  return node;
}

function readAttributes(name: DerNode): readonly Attribute[] {
  return readNodes(name.content).flatMap((relative) =>
    readNodes(relative.content).map((attribute) => {
      const [type, value] = readNodes(attribute.content);
      const oid = readOid(first([type]).content);
      return { type: ATTRIBUTE_NAMES[oid] ?? oid, value: readString(first([value])) };
    }),
  );
}

/** RFC 4514 escapes, so that no value can pretend to be another attribute or move the terminal's cursor. */
function printName(attributes: readonly Attribute[]): string {
  return attributes
    .map(({ type, value }) => {
      const escaped = value
        .replace(/[\\",+<>;=]/g, (mark) => `\\${mark}`)
        .replace(/\p{Cc}/gu, (mark) => `\\${mark.charCodeAt(0).toString(16).padStart(2, '0')}`)
        .replace(/^[ #]| $/g, (mark) => `\\${mark}`);
      return `${type}=${escaped}`;
    })
    .join(', ');
}

function readSignature(algorithm: DerNode): { signatureAlgorithm: string; signatureHash?: string } {
  const [type, parameters] = readNodes(algorithm.content);
  const oid = readOid(first([type]).content);
  const known = SIGNATURES[oid];
  if (known?.name === 'rsassaPss')
    return { signatureAlgorithm: known.name, signatureHash: readPssHash(parameters) };
  return {
    signatureAlgorithm: known?.name ?? oid,
    ...(known?.hash === undefined ? {} : { signatureHash: known.hash }),
  };
}

function readPssHash(parameters: DerNode | undefined): string {
  const fields = parameters?.tag === TAG.sequence ? readNodes(parameters.content) : [];
  const hash = fields.find(({ tag }) => tag === 0xa0);
  if (hash === undefined) return 'sha1';
  const oid = readOid(first(readNodes(first(readNodes(hash.content)).content)).content);
  return HASHES[oid] ?? oid;
}

type Extensions = Pick<
  CertificateBody,
  'dnsNames' | 'ipAddresses' | 'uris' | 'keyUsages' | 'extendedKeyUsages' | 'pathLength'
>;

function readExtensions(extensions: readonly EncodedExtension[]): Extensions {
  const values = new Map(extensions.map(({ oid, value }) => [oid, first(readNodes(value))]));
  return {
    ...readAlternativeNames(values.get('2.5.29.17')),
    keyUsages: readKeyUsages(values.get('2.5.29.15')),
    extendedKeyUsages: readNodes(values.get('2.5.29.37')?.content ?? new Uint8Array()).map(({ content }) => {
      const oid = readOid(content);
      const name = EXTENDED_KEY_USAGES[oid];
      return name === undefined ? { oid } : { oid, name };
    }),
    ...readPathLength(values.get('2.5.29.19')),
  };
}

/** GeneralName tags: 2 dNSName, 6 uniformResourceIdentifier, 7 iPAddress. */
function readAlternativeNames(
  value: DerNode | undefined,
): Pick<Extensions, 'dnsNames' | 'ipAddresses' | 'uris'> {
  const names = readNodes(value?.content ?? new Uint8Array());
  const texts = (tag: number): string[] => names.filter((name) => name.tag === tag).map(readString);
  return {
    dnsNames: texts(0x82),
    uris: texts(0x86),
    ipAddresses: names.filter(({ tag }) => tag === 0x87).map(({ content }) => printAddress(content)),
  };
}

function readKeyUsages(value: DerNode | undefined): readonly string[] {
  if (value === undefined) return [];
  return readBits(value.content).flatMap((bit) => KEY_USAGES[bit] ?? []);
}

function readPathLength(value: DerNode | undefined): { pathLength?: number } {
  const length = readNodes(value?.content ?? new Uint8Array()).find(({ tag }) => tag === TAG.integer);
  return length === undefined ? {} : { pathLength: readSmallInteger(length.content) };
}

/** IPv4 dotted, IPv6 in the canonical form of RFC 5952. */
function printAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16)
    return `invalid:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(readSmallInteger(bytes.subarray(at, at + 2)).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
