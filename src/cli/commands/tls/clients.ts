/** `wardis tls clients`: whose certificate is over, or nearly, while the client is still connected. Read-only. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';

export interface TlsClientsFlags extends FleetFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addTlsClients(group: Command, context: CommandContext): void {
  const command = group
    .command('clients')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description('client certificates that are over, or nearly, while the client is still connected')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON, with every connection')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: TlsClientsFlags) => {
    const { runTlsClients } = await import('../../tls/clients.ts');
    await runTlsClients(targets, flags, context);
  });
}

const EXAMPLES = `
Servers do not tell which certificate a connection was made with. The answer says of each user what is sure, what is
likely, and what is not known.

Exit codes: 0 nobody is connected by a certificate that is over, as far as it is known; 1 somebody is; 3 a node did not
answer; 4 our own credentials were refused.

Examples:
  wardis tls clients rediss://cache-1:6380 --cacert ca.crt --user wardis --password-file secret
  wardis tls clients 127.0.0.1:6379 --user wardis --password-file secret --json
`;
