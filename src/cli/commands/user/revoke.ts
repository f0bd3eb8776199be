/** `wardis user revoke`: a user ends on every node at once, sessions included, with a receipt. Shows first, then does. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';

export interface UserRevokeFlags extends FleetFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly keepUser?: boolean;
  readonly oldPasswordFile?: string;
  readonly deadline: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addUserRevoke(group: Command, context: CommandContext): void {
  const command = group
    .command('revoke')
    .argument('<name>', 'name of the user')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description(
      'switch a user off everywhere, end its sessions, delete it, and prove it with a signed receipt',
    )
    .optionsGroup('What is done:')
    .option('--yes', 'do it; without it the answer shows what would be done, and a person is asked')
    .option('--dry-run', 'show what would be done and ask nothing')
    .option('--keep-user', 'leave the account, off and without a password, instead of deleting it')
    .option('--force', 'past objections that allow it: last administrator, logins of servers, declared users')
    .optionsGroup('Nodes that do not answer:')
    .option('--deadline <time>', 'try them again for so long: 30s, 5m; 0 for not', '30s')
    .option('--resume', 'finish a revocation that was left pending or was cut short')
    .optionsGroup('Proof:')
    .option('--old-password-file <path>', 'the secret that the person knows: proves that it is refused')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (name: string, targets: readonly string[], flags: UserRevokeFlags) => {
    const { runUserRevoke } = await import('../../change/user-revoke.ts');
    await runUserRevoke(name, targets, flags, context);
  });
}

const EXAMPLES = `
Exit codes: 0 revoked everywhere, or shown; 3 a node did not answer, or is not revoked; 4 our own credentials were refused.

Examples:
  wardis user revoke ops-temp 127.0.0.1:6379 --user wardis --password-file secret
  wardis user revoke ops-temp 127.0.0.1:6379 --user wardis --password-file secret --yes
`;
