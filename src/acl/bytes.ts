/**
 * The server works on bytes, JavaScript on UTF-16. Inside this room a string of bytes is a string whose characters are
 * U+0000 - U+00FF, one for each byte. At the door text is UTF-8; a byte that is not UTF-8 travels as the lone surrogate
 * U+DC80 - U+DCFF (the convention of Python's surrogateescape), so nothing is lost either way.
 */

/** Text to bytes. */
export function toBytes(text: string): string {
  if (isAscii(text)) return text;
  let bytes = '';
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) ?? 0;
    if (point > 0xffff) i++;
    bytes += encode(point);
  }
  return bytes;
}

/** Bytes to text. */
export function toText(bytes: string): string {
  if (isAscii(bytes)) return bytes;
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + bytes.charCodeAt(i));
      i++;
    } else {
      text += decode(bytes, i, length);
      i += length;
    }
  }
  return text;
}

/** ASCII letters to lower case, other bytes untouched (tolower in the C locale). */
export function toLower(bytes: string): string {
  return isAscii(bytes) ? bytes.toLowerCase() : bytes.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** What a C function sees: the bytes before the first NUL. */
export function cString(bytes: string): string {
  const end = bytes.indexOf('\0');
  return end === -1 ? bytes : bytes.slice(0, end);
}

/** strcasecmp: C strings, ASCII case ignored. `lower` is in lower case already. */
export function equalsIgnoringCase(bytes: string, lower: string): boolean {
  const { length } = lower;
  if (bytes.length < length || (bytes.length > length && bytes.charCodeAt(length) !== 0)) return false;
  for (let i = 0; i < length; i++) {
    let c = bytes.charCodeAt(i);
    if (c >= 0x41 && c <= 0x5a) c += 0x20;
    if (c !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/** isspace() of the C locale, or NUL: what names and patterns may not hold. */
export function hasSpaces(bytes: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\t-\r \0]/.test(bytes);
}

/** Most strings are short and ASCII: a loop finds out faster than an expression. */
function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function encode(point: number): string {
  if (point < 0x80) return String.fromCharCode(point);
  if (point >= 0xdc80 && point <= 0xdcff) return String.fromCharCode(point - 0xdc00);
  const p = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  if (p < 0x800) return String.fromCharCode(0xc0 | (p >> 6), 0x80 | (p & 63));
  if (p < 0x10000) return String.fromCharCode(0xe0 | (p >> 12), 0x80 | ((p >> 6) & 63), 0x80 | (p & 63));
  return String.fromCharCode(
    0xf0 | (p >> 18),
    0x80 | ((p >> 12) & 63),
    0x80 | ((p >> 6) & 63),
    0x80 | (p & 63),
  );
}

/** Length of the well-formed UTF-8 sequence at `i`, 0 if there is none (RFC 3629, table 3-7 of Unicode). */
function sequenceLength(bytes: string, i: number): 0 | 1 | 2 | 3 | 4 {
  const a = bytes.charCodeAt(i);
  if (a < 0x80) return 1;
  if (a < 0xc2 || a > 0xf4) return 0;
  const b = bytes.charCodeAt(i + 1);
  if (a < 0xe0) return isTail(b) ? 2 : 0;
  if (!isTail(bytes.charCodeAt(i + 2))) return 0;
  if (a < 0xf0) {
    const low = a === 0xe0 ? 0xa0 : 0x80;
    const high = a === 0xed ? 0x9f : 0xbf;
    return b >= low && b <= high ? 3 : 0;
  }
  if (!isTail(bytes.charCodeAt(i + 3))) return 0;
  const low = a === 0xf0 ? 0x90 : 0x80;
  const high = a === 0xf4 ? 0x8f : 0xbf;
  return b >= low && b <= high ? 4 : 0;
}

function isTail(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

function decode(bytes: string, i: number, length: 1 | 2 | 3 | 4): string {
  let point = bytes.charCodeAt(i);
  if (length > 1) point &= 0xff >> (length + 1);
  for (let k = 1; k < length; k++) point = (point << 6) | (bytes.charCodeAt(i + k) & 63);
  return String.fromCodePoint(point);
}
