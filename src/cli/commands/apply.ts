/** `wardis apply`: make the live fleet what the policy says. */

import type { Command } from 'commander';
import { addFleetOptions } from '../change/fleet-options.ts';
import type { PlanRequestFlags } from '../change/plan-making.ts';
import type { CommandContext } from '../context.ts';
import { collect } from '../repeatable.ts';

export interface ApplyFlags extends PlanRequestFlags {
  readonly yes?: boolean;
  readonly confirm?: string;
  readonly canary?: string;
  readonly undoOnFailure?: boolean;
  /** True without a run: the last one. */
  readonly resume?: string | true;
  readonly undo?: string | true;
  readonly runs?: boolean;
  readonly json?: boolean;
  readonly wide?: boolean;
}

export function addApply(program: Command, context: CommandContext): void {
  const command = program
    .command('apply')
    .argument('[plan-or-target...]', 'file of wardis plan --out, or any server of the fleet')
    .description('make each live node what the policy says, step by step; can be resumed and undone')
    .optionsGroup('What is applied:')
    .option('--recording <file>', 'commands that clients were seen to run, in a form that acl learn reads')
    .option('--files', 'also read the files on the hosts by ssh, where the policy says so')
    .option('--allow <code>', 'let a refusal of this code pass; repeatable', collect, [])
    .optionsGroup('How:')
    .option('--yes', 'do not ask; for scripts')
    .option('--confirm <name>', 'the name that would be typed where sessions end or many users go')
    .option(
      '--canary <node>',
      'node that goes through each stage first (default: the first replica); or none',
    )
    .option('--undo-on-failure', 'take everything back when a step fails')
    .optionsGroup('Runs of before:')
    .option('--resume [run]', 'go on with a run that is not done (default: the last one)')
    .option('--undo [run]', 'take a run back (default: the last one)')
    .option('--runs', 'list the runs of the state folder')
    .optionsGroup('Answer:')
    .option('--json', 'the result as JSON')
    .option('--wide', 'every node and every command, without shortening')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (named: readonly string[], flags: ApplyFlags) => {
    const { runApply } = await import('../change/apply.ts');
    await runApply(named, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis apply --fleet prod                             shows the plan, and asks
  wardis apply plan.json cache-1:6379 --yes             exactly that plan, or nothing when a node moved since
  wardis apply --fleet prod --yes --undo-on-failure     for a pipeline: all or nothing
  wardis apply --resume                                 finish nodes that were away
  wardis apply --undo                                   take the last run back
  wardis apply --runs                                   what was done from here
`;
