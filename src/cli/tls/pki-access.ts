/** The authority of a command line: its state folder, the passphrase of its key, and its failures in four parts. */

import { statSync } from 'node:fs';
import { Secret } from '../../conf/index.ts';
import { PkiError, type PkiErrorCode } from '../../pki/index.ts';
import { openStateFolder, distrustStateFolder, stateFolderOf } from '../change/state-folder.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readPassword } from '../password.ts';
import { openPrompt } from '../prompt.ts';
import { shownPath } from './ca-words.ts';
import type { PkiFlags } from './pki-options.ts';

/** `write`: made where it is not there. */
export function enterState(flags: PkiFlags, mode: 'read' | 'write'): string {
  if (flags.policy !== undefined && statSync(flags.policy, { throwIfNoEntry: false }) === undefined) {
    throw new CommandFailure({
      code: 'E_READ',
      what: 'the policy document could not be read',
      target: flags.policy,
      cause: 'there is no such file',
      next: 'check the name; or name the state folder: --state DIR',
    });
  }
  const folder = stateFolderOf(flags, flags.policy);
  if (mode === 'write') openStateFolder(folder);
  else distrustStateFolder(folder);
  return folder;
}

/** Undefined when none is given. */
export async function readPassphrase(flags: PkiFlags, context: CommandContext): Promise<Secret | undefined> {
  const { passphraseFile, passphraseFd } = flags;
  if (passphraseFile === undefined && passphraseFd === undefined) return undefined;
  if (passphraseFile !== undefined && passphraseFd !== undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: 'more than one source for the passphrase is given',
      next: 'keep one of --passphrase-file and --passphrase-fd',
    });
  }
  const source =
    passphraseFile === undefined ? { passwordFd: String(passphraseFd) } : { passwordFile: passphraseFile };
  const timeouts = { connectTimeout: '0', commandTimeout: '0' };
  const passphrase = await readPassword({ ...timeouts, ...source }, {}, context.terminal);
  if (passphrase !== undefined && !passphrase.isEmpty()) return passphrase;
  throw new CommandFailure({
    code: 'E_PASSWORD_FILE',
    what: 'the passphrase is empty',
    ...(passphraseFile === undefined ? {} : { target: passphraseFile }),
    next: 'put a passphrase into the file; or leave the option out for a key without one',
  });
}

/** `work` with the passphrase that was given; where a key needs one and a person is there, they are asked once. */
export async function withPassphrase<T>(
  flags: PkiFlags,
  context: CommandContext,
  work: (passphrase: Secret | undefined) => Promise<T>,
): Promise<T> {
  const given = await readPassphrase(flags, context);
  try {
    return await work(given);
  } catch (error) {
    const asks = error instanceof PkiError && error.code === 'passphrase' && given === undefined;
    if (!asks || !context.terminal.interactive) throw error;
    return work(await askPassphrase());
  }
}

/** Runs it, and turns what went wrong with the authority into a {@link CommandFailure}. */
export async function explainPki<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PkiError) throw new CommandFailure(describePkiError(error), { cause: error });
    throw error;
  }
}

export function describePkiError(error: PkiError): CommandFailure['text'] {
  return {
    code: CODES[error.code],
    what: error.message,
    target: shownPath(error.path),
    ...(error.next === undefined ? {} : { next: error.next }),
  };
}

const CODES: Readonly<Record<PkiErrorCode, string>> = {
  'no-authority': 'E_AUTHORITY',
  'key-offline': 'E_AUTHORITY',
  passphrase: 'E_AUTHORITY',
  mismatch: 'E_AUTHORITY',
  expired: 'E_AUTHORITY',
  succession: 'E_AUTHORITY',
  permissions: 'E_STATE',
  unreadable: 'E_STATE',
  exists: 'E_EXISTS',
  locked: 'E_LOCKED',
  write: 'E_WRITE',
  request: 'E_CERTIFICATE',
  'not-found': 'E_CERTIFICATE',
  ambiguous: 'E_CERTIFICATE',
};

async function askPassphrase(): Promise<Secret> {
  const prompt = openPrompt('hidden');
  try {
    return new Secret(await prompt.ask('Passphrase of the authority’s key: '));
  } finally {
    prompt.close();
  }
}
