// Name constraints of an authority against the names of a certificate below it (RFC 5280 section 4.2.1.10), as
// `NAME_CONSTRAINTS_check` of OpenSSL 3.0 compares them (v3_ncons.c). What cannot be compared is never allowed.
import { ATTRIBUTE_NAMES } from './oid.ts';
import type { Constraints, GeneralName, NameConstraints } from './constraint.ts';

/** What is wrong, or undefined where every name is allowed. `commonName`: of a leaf, which counts where it has no host name. */
export function findForbiddenName(
  { names }: Pick<Constraints, 'names'>,
  limits: NameConstraints,
  commonName?: string,
): string | undefined {
  if (limits.hasRange) return 'a name constraint with a minimum or a maximum, which OpenSSL refuses';
  const hosts = names.some(({ kind }) => kind === 'dns') ? [] : hostIn(commonName);
  for (const name of [...names, ...hosts]) {
    const told = judgeName(name, limits);
    if (told !== undefined) return told;
  }
  return undefined;
}

type Match = 'inside' | 'outside' | 'unknown';

function judgeName(name: GeneralName, { permitted, excluded }: NameConstraints): string | undefined {
  const sameKind = (base: GeneralName): boolean =>
    base.kind === name.kind && (base.kind !== 'other' || name.kind !== 'other' || base.tag === name.tag);
  const allowed = permitted.filter(sameKind).map((base) => compare(name, base));
  const forbidden = excluded.filter(sameKind).map((base) => compare(name, base));
  if ([...allowed, ...forbidden].includes('unknown'))
    return `${printName(name)} cannot be judged by a name constraint`;
  if (allowed.length > 0 && !allowed.includes('inside'))
    return `${printName(name)} is outside the permitted names`;
  return forbidden.includes('inside') ? `${printName(name)} is among the excluded names` : undefined;
}

function compare(name: GeneralName, base: GeneralName): Match {
  if (name.kind === 'dns' && base.kind === 'dns') return when(isHostBelow(name.text, base.text));
  if (name.kind === 'uri' && base.kind === 'uri') return compareUri(name.text, base.text);
  if (name.kind === 'email' && base.kind === 'email') return compareMail(name.text, base.text);
  if (name.kind === 'address' && base.kind === 'address') return compareAddress(name.bytes, base.bytes);
  if (name.kind === 'directory' && base.kind === 'directory')
    return when(base.path.every((relative, at) => name.path[at] === relative));
  return 'unknown';
}

function when(inside: boolean): Match {
  return inside ? 'inside' : 'outside';
}

/** The host itself and every name below it; a base that begins with a dot, and an empty one, too. */
function isHostBelow(host: string, base: string): boolean {
  const [name, end] = [host.toLowerCase(), base.toLowerCase()];
  if (!name.endsWith(end)) return false;
  return name.length === end.length || end === '' || end.startsWith('.') || name.at(-end.length - 1) === '.';
}

function compareUri(uri: string, base: string): Match {
  const host = /^[^:]*:\/\/([^:/]+)/.exec(uri)?.[1]?.toLowerCase();
  if (host === undefined) return 'unknown';
  return compareHost(host, base.toLowerCase());
}

function compareMail(mail: string, base: string): Match {
  const at = mail.lastIndexOf('@');
  if (at === -1) return 'unknown';
  const host = mail.slice(at + 1).toLowerCase();
  const baseAt = base.lastIndexOf('@');
  if (baseAt > 0 && base.slice(0, baseAt) !== mail.slice(0, at)) return 'outside';
  return compareHost(host, base.slice(baseAt + 1).toLowerCase());
}

/** Of URIs and mail: a dot in front means every host below, none means that host alone. */
function compareHost(host: string, base: string): Match {
  return when(base.startsWith('.') ? host.length > base.length && host.endsWith(base) : host === base);
}

/** The base is an address and a mask of the same length. */
function compareAddress(address: Uint8Array, base: Uint8Array): Match {
  const { length } = address;
  if (length !== 4 && length !== 16) return 'unknown';
  if (base.length !== length * 2) return base.length === 8 || base.length === 32 ? 'outside' : 'unknown';
  return when(
    address.every((byte, at) => {
      const mask = base[length + at] ?? 0;
      return (byte & mask) === ((base[at] ?? 0) & mask);
    }),
  );
}

/** A common name of two labels or more that could be a host's. */
function hostIn(commonName = ''): readonly GeneralName[] {
  return /^\w+(?:-+\w+)*(?:\.\w+(?:-+\w+)*)+$/.test(commonName) ? [{ kind: 'dns', text: commonName }] : [];
}

/** As part of a sentence; an address with its mask. */
export function printName(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return JSON.stringify(name.text);
    case 'address':
      return printAddress(name.bytes);
    case 'directory':
      return `the subject ${name.path.map(printRelative).join(', ')}`;
    case 'other':
      return 'a name of a rare kind';
  }
}

/** `["2.5.4.3","app"]`, as it is compared. */
function printRelative(relative: string): string {
  return relative.replace(
    /\["([\d.]+)",("[^"]*")\]/g,
    (_, oid: string, value: string) => `${ATTRIBUTE_NAMES[oid] ?? oid}=${value}`,
  );
}

function printAddress(bytes: Uint8Array): string {
  const isRange = bytes.length === 8 || bytes.length === 32;
  const half = isRange ? bytes.length / 2 : bytes.length;
  const print = (part: Uint8Array): string =>
    part.length === 4
      ? part.join('.')
      : `IPv6 ${Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return isRange ? `${print(bytes.subarray(0, half))}/${print(bytes.subarray(half))}` : print(bytes);
}
