/** `wardis tls doctor`: which nodes of a fleet cannot connect to each other by TLS, why, and what heals it. Read-only. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface TlsDoctorFlags extends FleetFlags {
  readonly serverLog: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addTlsDoctor(group: Command, context: CommandContext): void {
  const command = group
    .command('doctor')
    .argument(
      '[target...]',
      'servers of the fleet; name those that lost the others too, for nobody else knows them',
    )
    .description('which nodes cannot connect to each other, why, and the steps that heal it; changes nothing')
    .optionsGroup('How far to look:')
    .option(
      '--server-log <file>',
      'what a node logged that has lost another, to tell more; - is standard input; repeatable',
      collect,
      [],
    )
    .optionsGroup('Answer:')
    .option('--json', 'machine-readable')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: TlsDoctorFlags) => {
    const { runTlsDoctor } = await import('../../tls/doctor.ts');
    await runTlsDoctor(targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis tls doctor --fleet prod
  wardis tls doctor rediss://cache-1:6380 --cacert ca.crt --cert client.crt --key client.key

Looks at the clock of every node, at what each serves, shows and trusts (files: on this host for loopback, elsewhere
as the policy says), and at every link between them; each link is judged as the OpenSSL of both ends would.
Exit: 0 nothing stands in the way, 1 a cause was found, 3 something could not be looked at.
`;
