/** The `--server` option: a version, and a word where Wardis knows an older branch only. */

import { formatServerName, parseServerName, recordedServer, type ServerVersion } from '../conf/index.ts';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The version that an option names. Says on standard error when the nearest branch below stands in for it. */
export function readServerFlag(text: string, terminal: Terminal, option = '--server'): ServerVersion {
  const server = parseServerName(text);
  if (server === undefined) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `${option} ${JSON.stringify(text)} is not a server version`,
      next: 'write redis-7.2 or valkey-8.1.1',
    });
  }
  const recorded = recordedServer(server);
  if (!server.version.startsWith(`${recorded.branch}.`) && server.version !== recorded.branch) {
    terminal.err(
      `note: Wardis has no data of ${formatServerName(server)}; ${recorded.product}-${recorded.branch} stands in for it\n`,
    );
  }
  return server;
}
