/** `wardis user add`: declares a user in the policy. Servers are not touched: `wardis plan` shows what follows. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface UserAddFlags {
  readonly role?: string;
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly databases: readonly string[];
  readonly commands: readonly string[];
  readonly expires?: string;
  readonly breakGlass?: string;
  readonly for?: string;
  readonly policy?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addUserAdd(group: Command, context: CommandContext): void {
  const command = group
    .command('add')
    .argument('<name>', 'name of the user')
    .description('declare a user in the policy file; servers change with the next apply')
    .optionsGroup('What it is for:')
    .option(
      '--role <role>',
      'admin, readwrite, readonly, writeonly, pubsub, monitor, replication, sentinel, backup, custom',
    )
    .option('--keys <pattern>', "keys, as 'orders:*'; only to read: '%R~cart:*'; repeatable", collect, [])
    .option('--channels <pattern>', "channels, as 'orders.*'; repeatable", collect, [])
    .option('--databases <number>', 'database, Valkey 9.1 and later; repeatable', collect, [])
    .option('--commands <rule>', 'command rule as +scan or -@scripting; repeatable', collect, [])
    .optionsGroup('Until when:')
    .option('--expires <date>', 'last day, as 2027-01-31')
    .option('--break-glass <reason>', 'administrator for an emergency; needs --for')
    .option('--for <time>', 'how long the emergency lasts: 45m, 2h or 1d')
    .optionsGroup('Where:')
    .option('--policy <file>', 'policy document (default: ./wardis.yaml)')
    .option('--dry-run', 'show the difference and write nothing')
    .option('--json', 'the answer as JSON')
    .option('--debug', 'show stack traces of faults');
  command.addHelpText('after', EXAMPLES);
  command.action(async (name: string, flags: UserAddFlags) => {
    const { runUserAdd } = await import('../../change/user-add.ts');
    await runUserAdd(name, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis user add reporting --role readonly --keys 'orders:*' --expires 2027-01-31
  wardis user add basket --role readwrite --keys 'cart:*' --keys '%R~orders:*' --dry-run
  wardis user add fire --break-glass 'disk full on cache-3' --for 2h
`;
