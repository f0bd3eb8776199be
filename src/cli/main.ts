#!/usr/bin/env node
/** The program `wardis`. Only what the verb needs is loaded: `--version` and help must start at once. */

import { EXIT } from './exit-code.ts';
import { openTerminal } from './terminal.ts';
import { readVersion } from './version.ts';

/** As shells count a process that SIGTERM ended. */
const TERMINATED = 143;

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`wardis ${readVersion()} (node ${process.versions.node})\n`);
} else {
  const { runProgram } = await import('./program.ts');
  // A reader that went away (`wardis audit | head`) is not an error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  // Leaving by exit, not by the signal itself, lets throw-away servers and folders be ended on the way.
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  process.once('SIGTERM', () => process.exit(TERMINATED));
  process.exitCode = await runProgram(process.argv.slice(2), {
    terminal: openTerminal(process.env),
    environment: process.env,
    now: () => new Date(),
  });
}
