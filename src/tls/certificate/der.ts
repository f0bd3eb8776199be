// A reader for DER (X.690), as much as a certificate needs: definite lengths, single-byte tags, bounds always checked.

export interface DerNode {
  /** The identifier byte, class and constructed bit included (0x30 is SEQUENCE). */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The elements that follow one another in `bytes`. Throws RangeError where a length does not fit. */
export function readNodes(bytes: Uint8Array): readonly DerNode[] {
  const nodes: DerNode[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const { node, next } = readNode(bytes, offset);
    nodes.push(node);
    offset = next;
  }
  return nodes;
}

/** Dotted form of an OBJECT IDENTIFIER. */
export function readOid(content: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if ((byte & 0x80) === 0) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const first = arcs.shift() ?? 0n;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...arcs].join('.');
}

/** UTCTime (years 1950 to 2049, RFC 5280 4.1.2.5.1) and GeneralizedTime, both in Zulu form, as ISO 8601. */
export function readTime(node: DerNode): string {
  const text = new TextDecoder('latin1').decode(node.content);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) throw new RangeError(`not a certificate time: ${JSON.stringify(text)}`);
  const [, year = '', month, day, hour, minute, second] = match;
  const full = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
  return `${full}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

/** A character string of any of the types that names use; NULs are kept. */
export function readString(node: DerNode): string {
  switch (node.tag) {
    case 0x0c:
      return new TextDecoder('utf-8').decode(node.content);
    case 0x1e:
      return readWide(node.content, 2);
    case 0x1c:
      return readWide(node.content, 4);
    default:
      return Array.from(node.content, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** A small INTEGER; larger than 2^31 becomes Infinity. */
export function readSmallInteger(content: Uint8Array): number {
  if (content.length > 4) return Number.POSITIVE_INFINITY;
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

/** Positions of the bits that are set in a BIT STRING, the most significant first. */
export function readBits(content: Uint8Array): readonly number[] {
  const bits: number[] = [];
  content.subarray(1).forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit += 1) if ((byte & (0x80 >> bit)) !== 0) bits.push(index * 8 + bit);
  });
  return bits;
}

function readNode(bytes: Uint8Array, offset: number): { node: DerNode; next: number } {
  const tag = bytes[offset] ?? 0;
  const short = bytes[offset + 1];
  if (short === undefined) throw new RangeError('DER ends inside a header');
  let start = offset + 2;
  let length = short;
  if (short >= 0x80) {
    const count = short & 0x7f;
    if (count === 0 || count > 4 || start + count > bytes.length)
      throw new RangeError('DER length not supported');
    length = readSmallInteger(bytes.subarray(start, start + count));
    start += count;
  }
  const next = start + length;
  if (next > bytes.length) throw new RangeError('DER element longer than its container');
  return { node: { tag, content: bytes.subarray(start, next) }, next };
}

function readWide(content: Uint8Array, width: 2 | 4): string {
  let text = '';
  for (let at = 0; at + width <= content.length; at += width) {
    const point = readSmallInteger(content.subarray(at, at + width));
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return text;
}
