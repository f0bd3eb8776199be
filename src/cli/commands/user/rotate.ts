/** `wardis user rotate`: a new secret for a user on every node, with no moment at which somebody is locked out. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../../change/fleet-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface UserRotateFlags extends FleetFlags {
  readonly to: readonly string[];
  readonly newPasswordFile?: string;
  readonly oldPasswordFile?: string;
  readonly deadline: string;
  readonly perSecond: string;
  readonly keepSessions?: boolean;
  readonly endAllSessions?: boolean;
  readonly canary?: string;
  readonly status?: boolean;
  readonly resume?: boolean;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addUserRotate(group: Command, context: CommandContext): void {
  const command = group
    .command('rotate')
    .argument('<name>', 'name of the user')
    .argument('[target...]', 'one server of the fleet; the others are found from it')
    .description(
      'replace the secret of a user on every node: the new one beside the old, then the old one away',
    )
    .optionsGroup('The new secret:')
    .option(
      '--to <place>',
      'where it goes: file:PATH, stdout, exec:COMMAND, kubernetes:NS/SECRET/KEY, manifest:NS/SECRET/KEY, vault:MOUNT/PATH#FIELD; repeatable',
      collect,
      [],
    )
    .option('--new-password-file <path>', 'take this one, instead of a new one of 256 bits')
    .option('--old-password-file <path>', 'the present one: proves in the end that it is refused')
    .optionsGroup('Clients that use the old one:')
    .option(
      '--deadline <time>',
      'wait so long until none of their sessions is left: 90s, 10m, 2h; 0 for not',
      '10m',
    )
    .option('--per-second <number>', 'sessions ended in a second on each node', '10')
    .option('--keep-sessions', 'end no session')
    .option('--end-all-sessions', 'end those too that were opened while both were good')
    .optionsGroup('A rotation that is under way:')
    .option('--status', 'show where it stands; changes nothing')
    .option('--resume', 'go on with it')
    .option('--undo', 'take it back')
    .optionsGroup('How:')
    .option('--dry-run', 'show what would be done and change nothing')
    .option('--canary <node>', 'node that goes first (default: the first replica); none for none')
    .option('--force', 'go on without nodes that cannot be reached, and past refusals that allow it')
    .option('--yes', 'do not ask')
    .option('--confirm <name>', 'the name of the user, where sessions are ended at once')
    .option('--json', 'the answer as JSON')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (name: string, targets: readonly string[], flags: UserRotateFlags) => {
    const { runUserRotate } = await import('../../change/user-rotate.ts');
    await runUserRotate(name, targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis user rotate reports 127.0.0.1:6379 --user wardis --password-file secret --to file:reports.secret --dry-run
  wardis user rotate reports 127.0.0.1:6379 --user wardis --password-file secret --to file:reports.secret --yes
  wardis user rotate reports 127.0.0.1:6379 --user wardis --password-file secret --status
`;
