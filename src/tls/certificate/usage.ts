// Whether a certificate may be shown as a server's or as a client's: extended key usage, key usage and Netscape's type,
// each only where it is there, as `check_purpose_ssl_server` and `check_purpose_ssl_client` of OpenSSL 3.0 (v3_purp.c).
import type { CertificateFact } from './certificate.ts';

/** As what a certificate is shown in a handshake. */
export type ShownAs = 'server' | 'client';

export interface UsageFault {
  readonly kind: 'extended-key-usage' | 'key-usage' | 'netscape-type';
  /** `extended key usage is clientAuth, without serverAuth`. */
  readonly message: string;
}

/** What forbids it for a leaf; `netscapeTypes`: set bits of nsCertType, absent where it has none. */
export function findUsageFault(
  fact: Pick<CertificateFact, 'extendedKeyUsages' | 'keyUsages'>,
  usage: ShownAs,
  netscapeTypes?: readonly number[],
): UsageFault | undefined {
  const extended = findExtendedUsageFault(fact, usage);
  if (extended !== undefined) return extended;
  const { keyUsages } = fact;
  const needed = KEY_USAGES[usage];
  if (keyUsages.length > 0 && !keyUsages.some((each) => needed.includes(each))) {
    const wanted = `${needed.slice(0, -1).join(', ')} or ${needed.at(-1) ?? ''}`;
    return { kind: 'key-usage', message: `key usage is ${keyUsages.join(', ')}, without ${wanted}` };
  }
  if (netscapeTypes === undefined || netscapeTypes.includes(NETSCAPE_BITS[usage])) return undefined;
  return { kind: 'netscape-type', message: `Netscape's certificate type (nsCertType) is not ${usage}` };
}

/** The part of it that holds for the authorities above too, the root included. */
export function findExtendedUsageFault(
  { extendedKeyUsages }: Pick<CertificateFact, 'extendedKeyUsages'>,
  usage: ShownAs,
): UsageFault | undefined {
  const allowed = EXTENDED[usage];
  if (extendedKeyUsages.length === 0 || extendedKeyUsages.some(({ oid }) => allowed.includes(oid))) {
    return undefined;
  }
  const listed = extendedKeyUsages.map(({ oid, name }) => name ?? oid).join(', ');
  return { kind: 'extended-key-usage', message: `extended key usage is ${listed}, without ${usage}Auth` };
}

/** anyExtendedKeyUsage does not count; the two gated usages of old do for servers (XKU_SGC). */
const EXTENDED: Readonly<Record<ShownAs, readonly string[]>> = {
  server: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.4.1.311.10.3.3', '2.16.840.1.113730.4.1'],
  client: ['1.3.6.1.5.5.7.3.2'],
};
const KEY_USAGES: Readonly<Record<ShownAs, readonly string[]>> = {
  server: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  client: ['digitalSignature', 'keyAgreement'],
};
const NETSCAPE_BITS: Readonly<Record<ShownAs, number>> = { client: 0, server: 1 };
