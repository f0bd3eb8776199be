/** `wardis demo`: a throw-away server, audited, hardened and audited again. */

import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export interface DemoFlags {
  readonly server?: string;
  readonly keep?: boolean;
  readonly debug?: boolean;
}

export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('audit, harden and audit again a throw-away server on loopback')
    .option('--server <path>', 'server binary to use (default: redis-server or valkey-server from PATH)')
    .option('--keep', 'keep the folder with the compiled files')
    .option('--debug', 'show stack traces of faults')
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import('../demo.ts');
      await runDemo(flags, context);
    });
}
