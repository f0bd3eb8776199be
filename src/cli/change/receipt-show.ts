/** The work of `wardis receipt show`: a receipt as people read it, whether or not it could be checked. */

import { safeText } from '../../text/index.ts';
import type { ReceiptFlags } from '../commands/receipt.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { readReceipt } from './receipt-file.ts';
import { alsoKnownLines, headLines, nodeLines } from './receipt-words.ts';

export async function runReceiptShow(
  file: string,
  flags: ReceiptFlags,
  context: CommandContext,
): Promise<void> {
  const { check } = await readReceipt(file, flags, 'unchecked');
  if (check.state === 'invalid') {
    throw new CommandFailure({
      code: 'E_RECEIPT',
      what: 'this is no valid receipt; nothing of it is shown',
      target: file,
      cause: check.details.join('; '),
      next: `wardis receipt verify ${file}`,
    });
  }
  const { receipt } = check;
  const seen = receipt.nodes.flatMap(({ node, evidence }) =>
    (evidence?.sessions.seen ?? []).map((address) => `  ${safeText(node)}  ${safeText(address)}`),
  );
  const lines = [
    check.state === 'valid'
      ? `signature valid: ${check.keyId}`
      : 'SIGNATURE NOT CHECKED: name a public key with --key',
    ...headLines(receipt),
    ...nodeLines(receipt),
    ...receipt.notSeen.map((what) => `  not seen: ${safeText(what)}`),
    ...(seen.length === 0 ? [] : ['sessions that were there:', ...seen]),
    ...alsoKnownLines(receipt).map((line) => `also knows: ${line}`),
    ...receipt.forced.map((line) => `overridden: ${safeText(line)}`),
  ];
  context.terminal.out(`${lines.join('\n')}\n`);
  context.finish(EXIT.ok);
}
