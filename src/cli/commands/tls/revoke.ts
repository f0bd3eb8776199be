/** `wardis tls revoke`: a certificate is marked and listed as revoked, and what ends its use on servers is told. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { addPkiOptions, type PkiFlags } from '../../tls/pki-options.ts';

export interface TlsRevokeFlags extends PkiFlags {
  readonly reason: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addTlsRevoke(group: Command, context: CommandContext): void {
  const command = group
    .command('revoke')
    .argument('<certificate>', 'serial number, fingerprint, file, or name')
    .description('revoke a certificate: mark it, list it, and hear what really ends its use on servers')
    .optionsGroup('What is done:')
    .option(
      '--reason <reason>',
      'unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation',
      'unspecified',
    )
    .option('--all', 'every certificate of that name')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON');
  addPkiOptions(command).addHelpText('after', EXAMPLES);
  command.action(async (certificate: string, flags: TlsRevokeFlags) => {
    const { runTlsRevoke } = await import('../../tls/revoke.ts');
    await runTlsRevoke(certificate, flags, context);
  });
}

const EXAMPLES = `
No version of Redis or Valkey reads a revocation list. What ends the use of a certificate there:
its user off and its sessions ended (wardis user revoke NAME), and a short life.

Exit codes: 0 marked and listed; 3 marked, and the list could not be signed.

Examples:
  wardis tls revoke orders-api --reason key-compromise
`;
