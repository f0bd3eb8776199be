/** Receipt files and the keys to check them with, as the command line names them. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ChangeError,
  checkReceipt,
  parseReceipt,
  PUBLIC_KEY_FILE,
  readVerifyingKey,
  RECEIPT_BYTES_MAX,
  type Receipt,
  type ReceiptCheck,
  type ReceiptKey,
} from '../../change/index.ts';
import type { ReceiptFlags } from '../commands/receipt.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';
import { stateFolderOf } from './state-folder.ts';

/** A receipt as it was read, and what checking it came to; `unchecked` where there is no key. */
export interface ReadReceipt {
  readonly check: ReceiptCheck | { readonly state: 'unchecked'; readonly receipt: Receipt };
  readonly keyPath: string | undefined;
}

/** Reads and checks a receipt. `without` says what a missing key leads to. */
export async function readReceipt(
  file: string,
  flags: ReceiptFlags,
  without: 'refuse' | 'unchecked',
): Promise<ReadReceipt> {
  const text = await readInput(file, 'the receipt', RECEIPT_BYTES_MAX);
  const found = findKey(flags);
  if (found !== undefined) return { check: checkReceipt(text, found.key), keyPath: found.path };
  if (without === 'refuse') {
    throw new CommandFailure({
      code: 'E_RECEIPT',
      what: 'there is no public key to check the receipt with',
      target: file,
      next: `name it: --key ${PUBLIC_KEY_FILE}, as the state folder of whoever revoked has it`,
    });
  }
  const parsed = parseReceipt(text);
  return 'problems' in parsed
    ? { check: { state: 'invalid', problem: 'form', details: parsed.problems }, keyPath: undefined }
    : { check: { state: 'unchecked', receipt: parsed.signed.receipt }, keyPath: undefined };
}

function findKey(flags: ReceiptFlags): { readonly key: ReceiptKey; readonly path: string } | undefined {
  const standard = join(stateFolderOf(flags, undefined), PUBLIC_KEY_FILE);
  const path = flags.key ?? (existsSync(standard) ? standard : undefined);
  if (path === undefined) return undefined;
  try {
    return { key: readVerifyingKey(path), path };
  } catch (error) {
    if (!(error instanceof ChangeError)) throw error;
    throw new CommandFailure(
      {
        code: 'E_RECEIPT',
        what: error.message,
        target: error.subject,
        next: error.next ?? 'a public key begins with -----BEGIN PUBLIC KEY-----',
      },
      { cause: error },
    );
  }
}
