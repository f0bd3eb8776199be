/** `wardis acl learn`: propose the least rules for commands that were seen. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';
import { addConnectionOptions, type ConnectionFlags } from '../../connection-options.ts';

export interface LearnFlags extends ConnectionFlags {
  readonly from?: string;
  readonly monitor?: string;
  readonly maxLines: string;
  readonly client?: string;
  readonly of?: string;
  readonly name?: string;
  readonly includeDangerous?: boolean;
  readonly server?: string;
  readonly table?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly quiet?: boolean;
}

export function addAclLearn(group: Command, context: CommandContext): void {
  const command = group
    .command('learn')
    .argument('[target]', 'server whose commands are watched, with --monitor')
    .description('propose the least rules for commands that were seen')
    .optionsGroup('What was seen:')
    .option('--from <file>', 'lines of MONITOR, JSON lines {"argv": [...]}, or commands; - is standard input')
    .option(
      '--monitor <seconds>',
      'watch a live server for so long; costs it throughput and shows us its values',
    )
    .option('--max-lines <number>', 'stop watching after so many commands', '100000')
    .option('--client <address>', 'only commands of this client, as MONITOR shows it: 10.0.0.7:51234')
    .option('--of <user>', 'only commands of this ACL user')
    .optionsGroup('Which server:')
    .option('--server <name>', 'server version of the file, for example redis-7.2')
    .option('--table <file>', 'command table captured by: redis-cli --json COMMAND')
    .optionsGroup('Answer:')
    .option('--name <user>', 'name of the proposed user, where the commands do not tell (default: app)')
    .option('--include-dangerous', 'grant commands of @admin and @dangerous too, if they were seen')
    .option('--json', 'print as JSON')
    .option('-y, --yes', 'start MONITOR without asking')
    .option('-q, --quiet', 'no progress on standard error');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (target: string | undefined, flags: LearnFlags) => {
    const { learnRules } = await import('../../acl/learn.ts');
    await learnRules(target, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis acl learn --from commands.txt --server redis-7.2
  wardis acl learn redis://127.0.0.1:6379 --monitor 1 --yes
  redis-cli MONITOR | head -5000 | wardis acl learn --from - --name app --json
`;
