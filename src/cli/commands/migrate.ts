/** `wardis migrate`: from requirepass and a plaintext port to named users and TLS, phase by phase. */

import type { Command } from 'commander';
import { addFleetOptions, type FleetFlags } from '../change/fleet-options.ts';
import type { CommandContext } from '../context.ts';

export interface MigrateFlags extends FleetFlags {
  readonly next?: boolean;
  readonly back?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly tlsPort: string;
  readonly defaultPasswordFile?: string;
  readonly watch?: string;
  readonly json?: boolean;
}

export function addMigrate(program: Command, context: CommandContext): void {
  const command = program
    .command('migrate')
    .argument('[target...]', 'a server of the fleet, where the policy names no seeds')
    .description('lead a fleet from requirepass and plaintext to named users and TLS, with no outage')
    .optionsGroup('What to do (without any of these: show where the fleet stands):')
    .option('--next', 'do the next phase, after a question')
    .option('--back', 'take back the last phase that was done')
    .option('--watch <time>', 'look at who still needs the old way for 30s, 10m, 2h, not only now')
    .option('--force', 'go on although somebody needs the old way; their sessions end')
    .option('--yes', 'do not ask')
    .option('--confirm <name>', 'answer to the question of --force: the name of the fleet')
    .optionsGroup('The old way and the new:')
    .option('--default-password-file <path>', 'password of default (requirepass), while it is in use')
    .option('--tls-port <port>', 'TLS port, or +N above the plaintext port', '+1')
    .optionsGroup('Answer:')
    .option('--json', 'machine-readable');
  addFleetOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  wardis migrate cache-1:6379                           where its fleet stands, who needs the old way
  wardis migrate cache-1:6379 --watch 10m               who comes and goes meanwhile
  wardis migrate cache-1:6379 --next                    the next phase, after a question
  wardis migrate cache-1:6379 --back                    the last phase back

Phases: a TLS port beside the plaintext port; the users of the policy beside default; replication and clients
move; default off; the plaintext port closed. None begins while somebody needs what it takes away.
Exit: 0 done or shown, 1 somebody stands in the way, 2 it cannot be done, 3 stopped or incomplete.
`,
    )
    .action(async (targets: readonly string[], flags: MigrateFlags) => {
      const { runMigrate } = await import('../change/migrate.ts');
      await runMigrate(targets, flags, context);
    });
}
