/** `wardis tls renew`: whatever is past two thirds of its life gets a successor, by hand or by a timer. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';

export interface TlsRenewFlags extends FleetFlags {
  readonly check?: boolean;
  readonly within?: string;
  readonly filesOnly?: boolean;
  readonly systemd?: boolean | string;
  readonly as?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

export function addTlsRenew(group: Command, context: CommandContext): void {
  const command = group
    .command('renew')
    .argument('[target...]', 'a server of the fleet, where the policy names no seeds')
    .description('renew certificates that are past two thirds of their life; fit for a timer')
    .optionsGroup('What to do (without any of these: renew what is due):')
    .option('--check', 'change nothing; exit 1 when something is due')
    .option(
      '--systemd [dir]',
      'print a service and a timer that run this, or write them there; change nothing else',
    )
    .optionsGroup('What is due:')
    .option(
      '--within <time>',
      'what will be due within 12h, 7d too; never what is in the first third of its life',
    )
    .option('--files-only', 'client certificates with files on this machine; ask no server')
    .optionsGroup('How:')
    .option('--passphrase-file <path>', 'passphrase of the authority’s key')
    .option('--as <user>', 'with --systemd: who runs it (default: you)')
    .optionsGroup('Answer:')
    .option('--json', 'machine-readable');
  addFleetOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (targets: readonly string[], flags: TlsRenewFlags) => {
      const { runTlsRenew } = await import('../../tls/renew.ts');
      await runTlsRenew(targets, flags, context);
    });
}

const EXAMPLES = `
Examples:
  wardis tls renew --check --files-only                 is anything due? changes nothing
  wardis tls renew --files-only                         client certificates whose files lie here
  wardis tls renew cache-1:6379                         those, and the nodes of its fleet
  wardis tls renew --files-only --systemd units         a service and a timer that do it

Node certificates of our authority are rotated without a dropped connection, client certificates are written over
their files; what another authority issued is named, with who must renew it. Nothing due: nothing is said.
Exit: 0 nothing left to do, 1 something is due (--check), 2 it cannot be done, 3 something is left to a person.
`;
