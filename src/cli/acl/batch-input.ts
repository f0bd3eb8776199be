/**
 * The lines of a file or of standard input, as they come: of a long input only a part is in memory. Bytes that are not
 * UTF-8 become lone surrogates, U+DC80 for 0x80 up to U+DCFF for 0xFF, as everywhere in the ACL engine.
 */

import { createReadStream } from 'node:fs';
import { decodeConf } from '../../conf/index.ts';
import { CommandFailure } from '../failure.ts';

/** A longer line is passed over. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LF = 0x0a;

/** A line without its end; undefined stands for one that is longer than {@link LINE_BYTES_MAX}. */
export type InputLine = string | undefined;

/** Lines in groups, one for each piece that was read. */
export async function* readLines(path: string): AsyncGenerator<readonly InputLine[]> {
  try {
    yield* splitLines(path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK_BYTES }));
  } catch (error) {
    throw new CommandFailure(
      {
        code: 'E_READ',
        what: 'the batch could not be read',
        target: path === '-' ? 'standard input' : path,
        cause: error instanceof Error ? error.message : 'unknown',
        next: 'check the name and your permission to read it',
      },
      { cause: error },
    );
  }
}

/** The lines of a stream of bytes. A last line need not be ended. */
export async function* splitLines(
  stream: AsyncIterable<Buffer | string>,
): AsyncGenerator<readonly InputLine[]> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let tooLong = false;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const end = bytes.lastIndexOf(LF);
    if (end === -1) {
      tooLong ||= heldBytes + bytes.length > LINE_BYTES_MAX;
      held = tooLong ? [] : [...held, bytes];
      heldBytes = tooLong ? 0 : heldBytes + bytes.length;
      continue;
    }
    const first = bytes.indexOf(LF);
    const lines: InputLine[] = [];
    tooLong ||= heldBytes + first > LINE_BYTES_MAX;
    lines.push(tooLong ? undefined : decode(Buffer.concat([...held, bytes.subarray(0, first)])));
    if (end > first) lines.push(...decode(bytes.subarray(first + 1, end)).split('\n'));
    yield lines;
    held = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
    heldBytes = bytes.length - end - 1;
    tooLong = false;
  }
  if (tooLong) yield [undefined];
  else if (heldBytes > 0) yield [decode(Buffer.concat(held))];
}

function decode(bytes: Buffer): string {
  const plain = bytes.toString('utf8');
  return plain.includes('\uFFFD') ? decodeConf(bytes) : plain;
}
