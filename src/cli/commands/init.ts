/** `wardis init`: write a policy document, from a few answers or from a live server. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import type { CommandContext } from '../context.ts';
import { collect } from '../repeatable.ts';

export interface InitFlags extends ConnectionFlags {
  readonly from?: string;
  readonly level?: string;
  readonly exposure?: string;
  readonly require: readonly string[];
  readonly server?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly debug?: boolean;
}

export function addInit(program: Command, context: CommandContext): void {
  const command = program
    .command('init')
    .description('write a policy document from a few questions, or from a live server')
    .option('--from <target>', 'read users and version from this live server; read-only')
    .option('--level <level>', 'basic, standard, hardened or compliance (default: hardened)')
    .option('--exposure <exposure>', 'localhost, private_network or public (default: private_network)')
    .option('--require <name>', 'pci_dss, hipaa, sox or gdpr; repeatable', collect, [])
    .option('--server <name>', 'server version, for example redis-7.2')
    .option('--out <file>', 'where to write; - is standard output', 'wardis.yaml')
    .option('--force', 'overwrite a file that exists')
    .option('-y, --yes', 'ask nothing; take the defaults')
    .option('--debug', 'show stack traces of faults');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: InitFlags) => {
    const { runInit } = await import('../init.ts');
    await runInit(flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis init                                        asks, then writes wardis.yaml
  wardis init --yes --level standard --server valkey-8.1
  wardis init --from redis://127.0.0.1:6379 --out -  what is there now, as a policy to start from
`;
