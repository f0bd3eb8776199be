/** `wardis plan`: how a live fleet differs from its policy. Read-only. */

import type { Command } from 'commander';
import { addFleetOptions } from '../change/fleet-options.ts';
import type { PlanRequestFlags } from '../change/plan-making.ts';
import type { CommandContext } from '../context.ts';
import { collect } from '../repeatable.ts';

export interface PlanFlags extends PlanRequestFlags {
  readonly out?: string;
  readonly check?: boolean;
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly wide?: boolean;
}

export function addPlan(program: Command, context: CommandContext): void {
  const command = program
    .command('plan')
    .argument('[target...]', 'any server of the fleet; the others are found from it')
    .description('show how each live node differs from the policy; changes nothing')
    .optionsGroup('What is planned:')
    .option('--recording <file>', 'commands that clients were seen to run, in a form that acl learn reads')
    .option('--files', 'also read the files on the hosts by ssh, where the policy says so')
    .option('--allow <code>', 'let a refusal of this code pass; repeatable', collect, [])
    .optionsGroup('Answer:')
    .option('--out <file>', 'write the plan to a file, for wardis apply FILE')
    .option('--check', 'exit 1 when something differs')
    .option('-o, --output <format[=file]>', 'table, markdown, json; repeatable', collect, [])
    .option('--json', 'the same as -o json')
    .option('--wide', 'every node and every command, without shortening')
    .option('-q, --quiet', 'no progress on standard error');
  addFleetOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (targets: readonly string[], flags: PlanFlags) => {
    const { runPlan } = await import('../change/plan.ts');
    await runPlan(targets, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis plan cache-1:6379                              every node of its fleet, found from this one
  wardis plan cache-1:6379 --out plan.json              then: wardis apply plan.json cache-1:6379
  wardis plan cache-1:6379 --check -o markdown=plan.md  for a pipeline: exit 1 when something differs
  wardis plan cache-1:6379 --recording seen.jsonl       refuse what would deny a command that was recorded
`;
