// Names that go into certificates: given as data, not as text, and refused where a server or a client could read them
// in two ways.
import { isIP } from 'node:net';
import type { Name, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { IssueError } from './issue-error.ts';
import type { X509 } from './signing.ts';

/** Alternative names, as certificates hold them. */
export interface AlternativeNames {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
}

/** ub-common-name, RFC 5280 appendix A.1. */
export const COMMON_NAME_CHARACTERS_MAX = 64;
const SPIFFE_ID_CHARACTERS_MAX = 2048;

/** A comma or a plus in the name stays a part of the name. Throws {@link IssueError} (`bad-name`). */
export function commonName(x509: X509, name: string): Name {
  if (name === '' || Array.from(name).length > COMMON_NAME_CHARACTERS_MAX || /\p{Cc}|\p{Cs}/u.test(name)) {
    throw new IssueError(
      'bad-name',
      `a common name has 1 to ${COMMON_NAME_CHARACTERS_MAX} printable characters: ${JSON.stringify(name)}`,
    );
  }
  return new x509.Name([{ CN: [{ utf8String: name }] }]);
}

/** Whether it is one, with at most a wildcard as its first label. An address is none. */
export function isDnsName(name: string): boolean {
  if (isIP(name) !== 0 || name.length > 253) return false;
  return /^(\*\.)?[A-Za-z0-9_]([\w-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([\w-]{0,61}[A-Za-z0-9_])?)*$/.test(
    name,
  );
}

/** None where there are none. Throws {@link IssueError} (`bad-name`). */
export function alternativeNames(
  x509: X509,
  { dnsNames = [], ipAddresses = [], uris = [] }: AlternativeNames,
): readonly SubjectAlternativeNameExtension[] {
  const badAddress = ipAddresses.find((address) => isIP(address) === 0 || address.includes('%'));
  if (badAddress !== undefined)
    throw new IssueError('bad-name', `not an IP address: ${JSON.stringify(badAddress)}`);
  const badName = dnsNames.find((name) => !isDnsName(name));
  if (badName !== undefined) throw new IssueError('bad-name', `not a host name: ${JSON.stringify(badName)}`);
  const badUri = uris.find((uri) => !isUri(uri));
  if (badUri !== undefined) throw new IssueError('bad-name', `not a URI: ${JSON.stringify(badUri)}`);
  const badId = findSpiffeFault(unique(uris));
  if (badId !== undefined) throw new IssueError('bad-name', badId);
  const names = [
    ...unique(dnsNames).map((value) => ({ type: 'dns' as const, value })),
    ...unique(ipAddresses).map((value) => ({ type: 'ip' as const, value })),
    ...unique(uris).map((value) => ({ type: 'url' as const, value })),
  ];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

/** An IA5String holds ASCII alone; a blank or a control character in a name is read differently by each program. */
function isUri(uri: string): boolean {
  return /^[\u0021-\u007e]+$/.test(uri) && URL.canParse(uri);
}

/** SPIFFE-ID 1.0 sections 2.1 and 2.2, X509-SVID 1.0 section 2: exactly one URI, and one that all readers read alike. */
function findSpiffeFault(uris: readonly string[]): string | undefined {
  const id = uris.find((uri) => /^spiffe:/i.test(uri));
  if (id === undefined) return undefined;
  const refuse = (why: string): string => `not a SPIFFE ID: ${JSON.stringify(id)}: ${why}`;
  if (uris.length > 1) return refuse('with a SPIFFE ID a certificate holds no other URI');
  if (id.length > SPIFFE_ID_CHARACTERS_MAX)
    return refuse(`longer than ${SPIFFE_ID_CHARACTERS_MAX} characters`);
  if (!id.startsWith('spiffe://')) return refuse('it begins with spiffe://, in lower case');
  if (/[?#]/.test(id)) return refuse('it has neither query nor fragment');
  const [domain = '', ...segments] = id.slice('spiffe://'.length).split('/');
  if (!/^[a-z0-9._-]{1,255}$/.test(domain)) {
    return refuse(
      'the trust domain is lower case letters, digits, dots, hyphens and underscores, without user or port',
    );
  }
  if (segments.at(-1) === '') return refuse('it does not end in a slash');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return refuse('no segment of its path is empty, "." or ".."');
  }
  if (segments.every((segment) => /^[A-Za-z0-9._-]+$/.test(segment))) return undefined;
  return refuse('its path is letters, digits, dots, hyphens and underscores');
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
