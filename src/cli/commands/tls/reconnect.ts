/** `wardis tls reconnect`: clients handshake anew, a few at a time, without a way round by resumption. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

/** `--user` is the login, as everywhere; whose connections are meant is `--of`. */
export interface TlsReconnectFlags extends FleetFlags {
  readonly all?: boolean;
  readonly of?: string;
  readonly address?: string;
  readonly id: readonly string[];
  readonly rate: string;
  readonly links?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addTlsReconnect(group: Command, context: CommandContext): void {
  const command = group
    .command('reconnect')
    .argument('[name]', 'whose connections: a certificate of the inventory, or the user of that name')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description('end connections a few at a time, so that clients show their certificate anew')
    .optionsGroup('Whose connections, instead of NAME:')
    .option('--all', 'every client by TLS')
    .option('--of <user>', 'every client by TLS that is logged in as this user')
    .option('--address <address>', 'from this address, with or without a port')
    .option('--id <id>', 'this id of CLIENT LIST, of one server; repeatable', collect, [])
    .option('--links', 'links of replicas and of Sentinels too; otherwise they are left alone')
    .optionsGroup('What is done:')
    .option('--rate <number>', 'so many a second over the whole fleet: 10/s, 30/m', '10/s')
    .option('--yes', 'do it; without it the answer shows what would be done, and a person is asked')
    .option('--dry-run', 'show what would be done and ask nothing')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (name: string | undefined, targets: readonly string[], flags: TlsReconnectFlags) => {
    const { runTlsReconnect } = await import('../../tls/reconnect.ts');
    await runTlsReconnect(name === undefined ? targets : [name, ...targets], flags, context);
  });
}

const EXAMPLES = `
First every server reads its TLS files anew, which ends resumption: a resumed session shows no certificate, so that an
expired one would get back in. Then connections are ended, and it stops when handshakes of our own become slow.

Servers do not tell who showed which certificate: NAME stands for the user of that name, or for a node by its address.
Where no user has it, say whose connections they are: --of USER, or --all.

Exit codes: 0 done, or shown; 3 a node did not answer, it stopped part-way, or whose connections are meant cannot be
known; 4 our own credentials were refused.

Examples:
  wardis tls reconnect orders-api 127.0.0.1:6379 --user wardis --password-file secret --dry-run
  wardis tls reconnect --all rediss://cache-1:6380 --cacert ca.crt --user wardis --password-file secret --rate 20/s --dry-run
`;
