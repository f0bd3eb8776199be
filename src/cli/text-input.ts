/**
 * Text that commands read: a file, or standard input as `-`. Standard input is read as a stream, because a pipe
 * whose writer is slow answers "try again" to anything else.
 */

import { open } from 'node:fs/promises';
import { CommandFailure } from './failure.ts';

/**
 * The text of `path`, or of standard input for `-`.
 *
 * @param what What it is, for the message: `the policy document`.
 * @param bytesMax More than this is refused, whatever the file claims to hold.
 */
export async function readInput(path: string, what: string, bytesMax: number): Promise<string> {
  return (await readInputBytes(path, what, bytesMax)).toString('utf8');
}

/** The same, as bytes: ACL files need not be UTF-8. */
export async function readInputBytes(path: string, what: string, bytesMax: number): Promise<Buffer> {
  try {
    return path === '-' ? await collect(process.stdin, bytesMax) : await readFile(path, bytesMax);
  } catch (error) {
    throw new CommandFailure(
      {
        code: 'E_READ',
        what: `${what} could not be read`,
        target: path === '-' ? 'standard input' : path,
        cause: error instanceof Error ? error.message : 'unknown',
        next:
          path === '-' ? 'pipe the text in, or name a file' : 'check the name and your permission to read it',
      },
      { cause: error },
    );
  }
}

async function readFile(path: string, bytesMax: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    return await collect(handle.createReadStream({ autoClose: false }), bytesMax);
  } finally {
    await handle.close();
  }
}

async function collect(stream: AsyncIterable<Buffer | string>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
