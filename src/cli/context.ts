/** What every command is given, so that tests can run it in process: terminal, environment, clock, exit code. */

import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** The outcome of the command; the last call counts. */
  readonly finish: (code: ExitCode) => void;
}
