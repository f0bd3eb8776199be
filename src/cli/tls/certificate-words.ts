/** Certificates in words, for terminals: keys, ends, fingerprints, names. */

import type { CertificateFact, IssuedKeyType } from '../../tls/index.ts';
import { safeText, widthOf, wrapTo } from '../../text/index.ts';
import { CommandFailure } from '../failure.ts';

const DAY_MS = 86_400_000;
/** Narrower terminals break lines themselves. */
const TEXT_COLUMNS_MIN = 40;

export const KEY_TYPES: readonly IssuedKeyType[] = [
  'ec-p256',
  'ec-p384',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ed25519',
];
/** An authority lives for years. */
export const AUTHORITY_KEY_TYPES = KEY_TYPES.filter((type) => type !== 'rsa-2048');

/** `ECDSA P-256`, `RSA 3072`, `Ed25519`. */
export function keyWords({
  keyType,
  keyBits,
  curve,
}: Pick<CertificateFact, 'keyType' | 'keyBits' | 'curve'>): string {
  if (keyType === 'ec') return `ECDSA ${CURVES[curve ?? ''] ?? curve ?? ''}`.trim();
  if (keyType === 'ed25519') return 'Ed25519';
  return `${keyType.toUpperCase()} ${keyBits ?? ''}`.trim();
}

/** As openssl prints it, to be compared by eye. */
export function fingerprintWords(sha256: string): string {
  return (sha256.toUpperCase().match(/../g) ?? []).join(':');
}

/** `2027-02-20 (in 90 days)`. */
export function untilWords(notAfter: string, now: Date): string {
  return `${notAfter.slice(0, 10)} (${inDays(Date.parse(notAfter) - now.getTime())})`;
}

/** `in 90 days`, `today`, `10 days ago`; years from two years on. */
export function inDays(ms: number): string {
  const days = Math.round(Math.abs(ms) / DAY_MS);
  if (days === 0) return ms < 0 ? 'just past' : 'today';
  const years = Math.round(days / 365.25);
  const amount = days >= 730 ? `${years} years` : counted(days, 'day');
  return ms < 0 ? `${amount} ago` : `in ${amount}`;
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Words in two columns, the second safe to show and folded at the width of the terminal. */
export function inColumns(
  rows: readonly (readonly [head: string, text: string])[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const width = Math.max(0, ...rows.map(([head]) => head.length)) + 2;
  const room = Math.max(TEXT_COLUMNS_MIN, columns - width);
  return rows
    .flatMap(([head, text]) => {
      const safe = safeText(text);
      // A fingerprint stays in one piece, to be copied.
      const folds = safe.split(' ').every((word) => widthOf(word) <= room);
      const lines = folds && room < Number.POSITIVE_INFINITY ? wrapTo(safe, room) : [safe];
      return lines.map((line, at) => `${(at === 0 ? head : '').padEnd(width)}${line}\n`);
    })
    .join('');
}

/** Reads `--days` and the like. */
export function readDays(text: string | undefined, option: string, max: number): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 1 && days <= max) return days;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `${option} ${JSON.stringify(text)} is not a whole number of days from 1 to ${max}`,
    next: `write ${option} ${Math.min(90, max)}`,
  });
}

export function readKeyType(
  text: string | undefined,
  known: readonly IssuedKeyType[],
): IssuedKeyType | undefined {
  if (text === undefined) return undefined;
  const type = known.find((each) => each === text);
  if (type !== undefined) return type;
  throw new CommandFailure({
    code: 'E_USAGE',
    what: `--key-type ${JSON.stringify(text)} is not known`,
    cause: `types are ${known.join(', ')}`,
    next: 'leave it out for ec-p256, which every server and library takes',
  });
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};
