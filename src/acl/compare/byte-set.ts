/** Sets of bytes as 256 bits, and which byte of a set a reader would rather see. */

/** 256 bits in eight words. */
export type ByteSet = Uint32Array;

/** No byte. */
export function emptySet(): ByteSet {
  return new Uint32Array(8);
}

/** One byte; the same object each time. */
export function setOf(byte: number): ByteSet {
  const known = SINGLES[byte];
  if (known !== undefined) return known;
  const set = emptySet();
  addByte(set, byte);
  SINGLES[byte] = set;
  return set;
}

export function addByte(set: ByteSet, byte: number): void {
  set[byte >>> 5] = (set[byte >>> 5] ?? 0) | (1 << (byte & 31));
}

export function hasByte(set: ByteSet, byte: number): boolean {
  return (((set[byte >>> 5] ?? 0) >>> (byte & 31)) & 1) === 1;
}

/** Every byte that is not in the set. */
export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word);
}

export function isEmptySet(set: ByteSet): boolean {
  return set.every((word) => word === 0);
}

/** The most readable byte that all three sets hold; -1 when there is none. */
export function pickByte(a: ByteSet, b: ByteSet, alphabet: ByteSet): number {
  for (let i = 0; i < 8; i++) {
    if (((a[i] ?? 0) & (b[i] ?? 0) & (alphabet[i] ?? 0)) === 0) continue;
    return (
      BYTES_BY_TASTE.find((byte) => hasByte(a, byte) && hasByte(b, byte) && hasByte(alphabet, byte)) ?? -1
    );
  }
  return -1;
}

/** Every byte. */
export const ANY_BYTE: ByteSet = complement(emptySet());

/** ASCII that a terminal shows and a shell passes on: no blank, no control character. */
export const PRINTABLE: ByteSet = emptySet();
for (let byte = 0x21; byte < 0x7f; byte++) addByte(PRINTABLE, byte);

/** Letters and digits first, then other printable ASCII, then the rest. */
export const BYTES_BY_TASTE: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte).sort(
  (a, b) => rank(a) - rank(b) || a - b,
);

const SINGLES: ByteSet[] = [];

function rank(byte: number): number {
  if (byte >= 0x61 && byte <= 0x7a) return 0;
  if (byte >= 0x30 && byte <= 0x39) return 1;
  if (byte >= 0x41 && byte <= 0x5a) return 2;
  if (byte > 0x20 && byte < 0x7f) return 3;
  return byte === 0x20 ? 4 : byte < 0x80 ? 5 : 6;
}
