/**
 * Where the password comes from: `--askpass`, `--password-file`, `--password-fd`, `-a` (works, warns once),
 * then `VALKEYCLI_AUTH`, then `REDISCLI_AUTH`. It is wrapped at once and never printed.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Secret } from '../conf/index.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { CommandFailure } from './failure.ts';
import { openPrompt } from './prompt.ts';
import type { Terminal } from './terminal.ts';
import { readInput } from './text-input.ts';

/** A longer file is not a password. */
const PASSWORD_BYTES_MAX = 64 * 1024;

/** The password for this run, or undefined when none is given. */
export async function readPassword(
  flags: ConnectionFlags,
  environment: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
): Promise<Secret | undefined> {
  const given = [flags.askpass === true, flags.passwordFile, flags.passwordFd, flags.pass].filter(
    (value) => value !== undefined && value !== false,
  );
  if (given.length > 1) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'more than one source for the password is given',
      next: 'keep one of --askpass, --password-file, --password-fd and -a',
    });
  }
  if (flags.askpass === true) return askPassword(terminal);
  if (flags.passwordFile === '-') {
    return withoutLineEnd(await readInput('-', 'the password', PASSWORD_BYTES_MAX));
  }
  if (flags.passwordFile !== undefined) return readPasswordFile(flags.passwordFile);
  if (flags.passwordFd !== undefined) return readDescriptor(flags.passwordFd);
  if (flags.pass !== undefined) {
    if (flags.authWarning !== false) {
      terminal.err(
        'warning: a password on the command line is visible to other users of this host; --password-file is safer\n',
      );
    }
    return new Secret(flags.pass);
  }
  const fromEnvironment = environment['VALKEYCLI_AUTH'] ?? environment['REDISCLI_AUTH'];
  return fromEnvironment === undefined || fromEnvironment === '' ? undefined : new Secret(fromEnvironment);
}

/** Read a password from a file, one trailing line break removed. */
function readPasswordFile(path: string): Secret {
  try {
    const handle = openSync(path, 'r');
    try {
      return readBounded(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure({
      code: 'E_PASSWORD_FILE',
      what: 'the password file could not be read',
      target: path,
      cause: error instanceof Error ? error.message : 'unknown',
      next: 'check that the file exists and that you may read it',
    });
  }
}

function readDescriptor(text: string): Secret {
  const descriptor = Number(text);
  try {
    if (!Number.isInteger(descriptor) || descriptor < 0) throw new Error('not a number');
    fstatSync(descriptor);
  } catch {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `--password-fd ${text} is not an open file descriptor`,
      next: 'open it in the shell: wardis … --password-fd 3 3<secret-file',
    });
  }
  return readBounded(descriptor);
}

function readBounded(handle: number): Secret {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(4096);
    const read = readSync(handle, chunk, 0, chunk.length, null);
    if (read === 0) break;
    total += read;
    if (total > PASSWORD_BYTES_MAX) {
      throw new CommandFailure({
        code: 'E_PASSWORD_FILE',
        what: `the password is longer than ${PASSWORD_BYTES_MAX} bytes`,
        next: 'name a file that holds the password only',
      });
    }
    chunks.push(chunk.subarray(0, read));
  }
  return withoutLineEnd(Buffer.concat(chunks).toString('utf8'));
}

function withoutLineEnd(text: string): Secret {
  return new Secret(text.replace(/\r?\n$/, ''));
}

async function askPassword(terminal: Terminal): Promise<Secret> {
  if (!terminal.interactive) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--askpass needs a terminal',
      next: 'use --password-file - and pipe the password in',
    });
  }
  const prompt = openPrompt('hidden');
  try {
    return new Secret(await prompt.ask('Password: '));
  } finally {
    prompt.close();
  }
}
