/** `wardis explain ID`: a check, an error code or the myths, in full. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export function addExplain(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .argument(
      '[subject]',
      'a check (AUTH-001), an attack path (AP-01), an error code (E601), `myths`, or one myth (A7); none: a list',
    )
    .description('explain a check, an error code or a myth in full')
    .option('--json', 'print as JSON')
    .action(async (subject: string | undefined, flags: { readonly json?: boolean }) => {
      const { explain } = await import('../explanation.ts');
      context.terminal.out(
        explain(subject, { json: flags.json === true, columns: context.terminal.outLook.columns }),
      );
    });
}
