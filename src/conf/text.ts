/**
 * Bytes of a file as a string and back, without loss. UTF-8 reads as itself; each byte that is not UTF-8 becomes
 * one lone surrogate, U+DC80 for 0x80 up to U+DCFF for 0xFF. UTF-8 cannot hold a surrogate, so nothing collides.
 */

const RAW_BASE = 0xdc00;
const CHUNK_UNITS = 8192;

/** Whether the code unit stands for one raw byte (0x80 to 0xFF). */
export function isRawByte(unit: number): boolean {
  return unit >= RAW_BASE + 0x80 && unit <= RAW_BASE + 0xff;
}

/** The string for a file's bytes. A byte order mark is kept. */
export function decodeConf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeMixed(bytes);
  }
}

/** The bytes of a string that `decodeConf` gave, or the UTF-8 of any other. A stray surrogate becomes U+FFFD. */
export function encodeConf(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    let code = text.charCodeAt(i);
    if (isRawByte(code)) {
      out[length++] = code - RAW_BASE;
      continue;
    }
    if (isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(i + 1))) {
      code = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(i + 1) - 0xdc00);
      i += 1;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      code = 0xfffd;
    }
    length = putCodePoint(out, length, code);
  }
  return out.subarray(0, length);
}

function putCodePoint(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = size - 1; i > 0; i -= 1) {
    out[at + i] = 0x80 | (code & 0x3f);
    code >>= 6;
  }
  out[at] = (size === 2 ? 0xc0 : size === 3 ? 0xe0 : 0xf0) | code;
  return at + size;
}

function decodeMixed(bytes: Uint8Array): string {
  const parts: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      units.push(RAW_BASE + (bytes[i] ?? 0));
      i += 1;
    } else {
      putUnits(units, codePointAt(bytes, i, size));
      i += size;
    }
    if (units.length >= CHUNK_UNITS) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  parts.push(String.fromCharCode(...units));
  return parts.join('');
}

function putUnits(units: number[], code: number): void {
  if (code < 0x10000) {
    units.push(code);
  } else {
    units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
  }
}

/** Length of the valid UTF-8 sequence at `at`, or 0 when there is none (RFC 3629, table 3-7 of Unicode). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  const second = bytes[at + 1] ?? 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < size; i += 1) {
    const next = bytes[at + i] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return size;
}

function codePointAt(bytes: Uint8Array, at: number, size: number): number {
  let code = bytes[at] ?? 0;
  if (size > 1) code &= 0xff >> (size + 1);
  for (let i = 1; i < size; i += 1) code = (code << 6) | ((bytes[at + i] ?? 0) & 0x3f);
  return code;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
