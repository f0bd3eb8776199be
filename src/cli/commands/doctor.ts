/** `wardis doctor`: why can't I connect, why was I denied. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import type { CommandContext } from '../context.ts';

export interface DoctorFlags extends ConnectionFlags {
  readonly serverLog?: string;
  readonly serverClock?: string;
  readonly tlsVersion?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .argument('[target]', 'URI, host:port or socket path')
    .argument('[command...]', 'a command that was denied, after --, for example -- GET app:1')
    .description('find out why a connection fails or a command is denied; changes nothing')
    .option('--server-log <file>', 'what the server logged, to tell more; - is standard input')
    .option(
      '--server-clock <where>',
      'another way to ask the same host for its time (redis://HOST:6379), or its time itself (date -u +%FT%TZ)',
    )
    .option('--tls-version <version>', 'speak 1.2 or 1.3 only, as the client in question does')
    .option('--json', 'print the diagnosis as JSON')
    .option('--debug', 'show stack traces of faults');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (target: string | undefined, denied: readonly string[], flags: DoctorFlags) => {
    const { runDoctor } = await import('../doctor/doctor.ts');
    await runDoctor(target, denied, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis doctor redis://cache-1:6379
  wardis doctor rediss://cache-1:6380 --cacert ca.crt --cert client.crt --key client.key
  wardis doctor redis://cache-1:6379 --user app --password-file secret -- GET app:1
  wardis doctor rediss://cache-1:6380 --cacert ca.crt --server-clock 2026-11-22T09:00:00Z --tls-version 1.2
`;
