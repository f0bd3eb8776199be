/** `wardis tls inspect`: certificates, chains, names, clocks and TLS settings of a fleet or of files. Read-only. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface InspectFlags extends FleetFlags {
  readonly offer?: boolean;
  /** `--files` and `--no-files`; absent: where the policy says that they lie on this host. */
  readonly files?: boolean;
  readonly timeline?: boolean;
  readonly purpose?: string;
  readonly name: readonly string[];
  readonly level?: string;
  readonly exposure?: string;
  readonly require: readonly string[];
  readonly failOn: string;
  readonly allowUnknown?: boolean;
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly showAll?: boolean;
  readonly quiet?: boolean;
}

export function addTlsInspect(group: Command, context: CommandContext): void {
  const command = group
    .command('inspect')
    .argument(
      '[target...]',
      'one server of the fleet, the others are found from it; or certificate files (PEM)',
    )
    .description('what every port serves, by every clock, under every name that clients are told')
    .optionsGroup('How far to look:')
    .option(
      '--offer',
      'try every protocol version and cipher suite, and resumption: some 30 handshakes a port',
    )
    .option(
      '--files',
      'also read certificate files: on this host for loopback, elsewhere as the policy says (default: where it says via: local)',
    )
    .option('--no-files', 'read none, although the policy says that they lie on this host')
    .optionsGroup('For files:')
    .option(
      '--purpose <purpose>',
      'server, client or node (a server that dials its peers); default: by its usage',
    )
    .option('--name <name>', 'host name or address that clients use; repeatable', collect, [])
    .optionsGroup('What is expected:')
    .option('--level <level>', 'basic, standard, hardened or compliance (default: hardened)')
    .option('--exposure <exposure>', 'localhost, private_network or public (default: private_network)')
    .option('--require <name>', 'pci_dss, hipaa, sox or gdpr; repeatable', collect, [])
    .optionsGroup('Answer:')
    .option('--timeline', 'every certificate of the fleet on one axis of time, instead of the details')
    .option('--fail-on <severity>', 'least severity that makes the exit code 1, or none', 'high')
    .option('--allow-unknown', 'exit 0 although some checks could not be answered')
    .option(
      '-o, --output <format[=file]>',
      'table, json, markdown, html, junit, sarif, csv, ndjson; repeatable',
      collect,
      [],
    )
    .option('--json', 'the same as -o json')
    .option('--show-all', 'details of every node, and checks that passed')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: InspectFlags) => {
    const { runInspect } = await import('../../tls/inspect.ts');
    await runInspect(targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis tls inspect rediss://cache-1:6380 --cacert ca.crt    every port of the fleet that this server belongs to
  wardis tls inspect --fleet prod --offer -o html=tls.html    the fleet of the policy, with ciphers really offered
  wardis tls inspect --fleet prod --timeline                  what expires when
  wardis tls inspect client.crt --key client.key --cacert ca.crt

A bare host:port is asked by TLS where its port speaks it. Nothing is changed. Clients’ certificates that the authority here issued are on the timeline too.
`;
