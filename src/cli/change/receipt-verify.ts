/** The work of `wardis receipt verify`: is it genuine, does it bear itself out, and is the user revoked. */

import type { ReceiptProblem } from '../../change/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { ReceiptFlags } from '../commands/receipt.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { readReceipt } from './receipt-file.ts';
import { alsoKnownLines, boundsLines, headLines, nodeLines } from './receipt-words.ts';

const SCHEMA_VERSION = '1';

const PROBLEMS: Readonly<Record<ReceiptProblem, string>> = {
  form: 'it is not a receipt, or was cut or changed',
  'other-key': 'it was signed by another key',
  signature: 'it was changed after it was signed',
  contradiction: 'its signature fits, and it says what its own evidence does not bear out',
};

export async function runReceiptVerify(
  file: string,
  flags: ReceiptFlags,
  context: CommandContext,
): Promise<void> {
  const { check, keyPath } = await readReceipt(file, flags, 'refuse');
  const { out } = context.terminal;
  if (check.state === 'unchecked') throw new Error('a receipt is checked with a key or refused');
  if (check.state === 'invalid') {
    if (flags.json === true) {
      const { problem, details } = check;
      out(`${printSafeJson({ schemaVersion: SCHEMA_VERSION, valid: false, problem, details }, 2)}\n`);
    } else {
      out(`NOT VALID: ${PROBLEMS[check.problem]}\n`);
      for (const detail of check.details) out(`  ${safeText(detail)}\n`);
    }
    return context.finish(EXIT.error);
  }
  const { receipt, keyId } = check;
  if (flags.json === true) {
    const { revoked, verdict, user, run, issuedAt } = receipt;
    const answer = {
      schemaVersion: SCHEMA_VERSION,
      valid: true,
      keyId,
      revoked,
      verdict,
      user,
      run,
      issuedAt,
    };
    out(`${printSafeJson(answer, 2)}\n`);
  } else {
    const lines = [
      `valid: signed by ${keyId} (${safeText(keyPath ?? '')})`,
      ...headLines(receipt),
      ...nodeLines(receipt),
      ...receipt.notSeen.map((what) => `  not seen: ${safeText(what)}`),
      ...alsoKnownLines(receipt).map((line) => `  also knows: ${line}`),
      ...boundsLines(receipt),
    ];
    out(`${lines.join('\n')}\n`);
  }
  context.finish(receipt.revoked ? EXIT.ok : EXIT.findings);
}
