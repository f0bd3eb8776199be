// A writer for DER (X.690), as much as sealed keys need: every length is definite and the shortest.
import { Buffer } from 'node:buffer';

/** One element: its identifier byte, and the elements or bytes in it. */
export function writeNode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = bytesOf(BigInt(content.length));
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

/** INTEGER, not negative. */
export function writeInteger(value: bigint): Buffer {
  const bytes = bytesOf(value);
  return writeNode(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function writeOid(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  return writeNode(0x06, Buffer.from([first * 40n + second, ...rest].flatMap(septetsOf)));
}

function septetsOf(arc: bigint): readonly number[] {
  const septets = [Number(arc & 0x7fn)];
  for (let left = arc >> 7n; left > 0n; left >>= 7n) septets.unshift(Number(left & 0x7fn) | 0x80);
  return septets;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
