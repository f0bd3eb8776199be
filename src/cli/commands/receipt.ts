/** `wardis receipt …`: read and check what a revocation left behind. Asks no server. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export interface ReceiptFlags {
  readonly key?: string;
  readonly state?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addReceipt(program: Command, context: CommandContext): void {
  const group = program
    .command('receipt')
    .description('check and read the signed receipts of revocations, offline')
    .helpCommand(false)
    .helpOption('--help', 'show help');
  const verify = group
    .command('verify')
    .argument('<file>', 'receipt as wardis user revoke wrote it; - is standard input')
    .description('check the signature, and that every claim follows from the evidence in it')
    .option('--key <file>', 'public key to check with (default: receipt.pub in the state folder)')
    .option('--state <dir>', 'state folder (default: .wardis here)')
    .option('--json', 'the answer as JSON')
    .option('--debug', 'show stack traces of faults')
    .addHelpText('after', VERIFY_EXAMPLES);
  verify.action(async (file: string, flags: ReceiptFlags) => {
    const { runReceiptVerify } = await import('../change/receipt-verify.ts');
    await runReceiptVerify(file, flags, context);
  });
  const show = group
    .command('show')
    .argument('<file>', 'receipt as wardis user revoke wrote it; - is standard input')
    .description('print a receipt node by node; says whether its signature was checked')
    .option('--key <file>', 'public key to check with (default: receipt.pub in the state folder)')
    .option('--state <dir>', 'state folder (default: .wardis here)')
    .option('--debug', 'show stack traces of faults')
    .addHelpText('after', SHOW_EXAMPLES);
  show.action(async (file: string, flags: ReceiptFlags) => {
    const { runReceiptShow } = await import('../change/receipt-show.ts');
    await runReceiptShow(file, flags, context);
  });
  for (const command of group.commands) {
    command.copyInheritedSettings(program).helpOption('--help', 'show help');
  }
}

const VERIFY_EXAMPLES = `
Exit codes: 0 valid, and the user is revoked everywhere; 1 valid, and not (yet) revoked; 2 not valid.

Examples:
  wardis receipt verify receipt.json --key receipt.pub
  wardis receipt verify receipt.json --key receipt.pub --json
`;

const SHOW_EXAMPLES = `
Examples:
  wardis receipt show receipt.json --key receipt.pub
`;
