/** `wardis completion bash|zsh|fish`: a completion script on standard output. */

import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(['bash', 'zsh', 'fish']))
    .description('print a completion script for a shell')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { printCompletion } = await import('../completion.ts');
      const { CATALOGUE } = await import('../../posture/index.ts');
      context.terminal.out(
        printCompletion(
          shell,
          program,
          CATALOGUE.map((check) => check.id),
        ),
      );
    });
}

const EXAMPLES = `
Examples:
  source <(wardis completion bash)
  wardis completion zsh > "\${fpath[1]}/_wardis"
  wardis completion fish > ~/.config/fish/completions/wardis.fish
`;
