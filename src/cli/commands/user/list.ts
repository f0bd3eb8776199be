/** `wardis user list`: the users of every node of a fleet, side by side. Read-only. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface UserListFlags extends FleetFlags {
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addUserList(group: Command, context: CommandContext): void {
  const command = group
    .command('list')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description('users of all nodes: sessions, ends, ages of credentials, and where nodes differ')
    .optionsGroup('Answer:')
    .option('-o, --output <format[=file]>', 'table, json, csv, markdown; repeatable', collect, [])
    .option('--json', 'the same as -o json')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: UserListFlags) => {
    const { runUserList } = await import('../../change/user-list.ts');
    await runUserList(targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis user list 127.0.0.1:6379 --user wardis --password-file secret
  wardis user list 127.0.0.1:6379 --user wardis --password-file secret -o csv > users.csv
`;
