/** `wardis help [VERB|TOPIC]`. */

import type { Command } from 'commander';
import { findCommand, listCommands } from '../command-tree.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';

export function addHelp(program: Command, context: CommandContext): void {
  program
    .command('help')
    .argument('[subject...]', 'a verb, or exit-codes, environment, output, permissions')
    .description('show help for a verb or a topic')
    .option('--server <name>', 'server version for `permissions`, for example redis-7.2', 'redis-7.2')
    .action(async (words: readonly string[], flags: { readonly server: string }) => {
      const subject = words.join(' ');
      if (subject === '') return context.terminal.out(program.helpInformation());
      const verb = findCommand(program, words);
      if (verb?.path === subject) return context.terminal.out(verb.command.helpInformation());
      const { HELP_TOPICS } = await import('../help-topic.ts');
      const topic = HELP_TOPICS.find((known) => known.name === subject);
      if (topic === undefined) {
        throw new CommandFailure({
          code: 'E_USAGE',
          what: `no help on ${JSON.stringify(subject)}`,
          cause: `topics are ${HELP_TOPICS.map((known) => known.name).join(', ')}; verbs are ${listCommands(
            program,
          )
            .map(({ path }) => path)
            .join(', ')}`,
          next: 'wardis help',
        });
      }
      return context.terminal.out(topic.print(flags.server));
    });
}
