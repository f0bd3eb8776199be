/** `wardis tls list`: the inventory of certificates, issued and adopted. Read-only; no server is asked. */

import type { Command } from 'commander';
import { collect } from '../../repeatable.ts';
import type { CommandContext } from '../../context.ts';
import { addPlaceOptions, type PkiFlags } from '../../tls/pki-options.ts';

export interface TlsListFlags extends PkiFlags {
  readonly all?: boolean;
  readonly output: readonly string[];
  readonly json?: boolean;
}

export function addTlsList(group: Command, context: CommandContext): void {
  const command = group
    .command('list')
    .description('certificates that were issued or adopted: until when, when due, where, revoked or replaced')
    .optionsGroup('Which:')
    .option('--all', 'also those that have ended or were replaced')
    .optionsGroup('Answer:')
    .option('-o, --output <format[=file]>', 'table, json, csv; repeatable', collect, [])
    .option('--json', 'the same as -o json');
  addPlaceOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (flags: TlsListFlags) => {
    const { runTlsList } = await import('../../tls/list.ts');
    await runTlsList(flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis tls list
  wardis tls list --all -o csv > certificates.csv
`;
