/** `--table FILE`: a command table captured from a server, for servers with modules or an unknown version. */

import { tableFromCommandReply, type CommandTable, type ServerVersion } from '../../acl/index.ts';
import { CommandFailure } from '../failure.ts';
import { readInput } from '../text-input.ts';

const TABLE_BYTES_MAX = 16 * 1024 * 1024;

/** The table of a file made by `redis-cli --json COMMAND`, in the language of `server`. */
export async function readTableFile(path: string, server: ServerVersion): Promise<CommandTable> {
  const text = await readInput(path, 'the command table', TABLE_BYTES_MAX);
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(
      {
        code: 'E_TABLE',
        what: 'the command table is no JSON',
        target: path,
        next: 'capture it by: redis-cli --json COMMAND > table.json',
      },
      { cause: error },
    );
  }
  return tableFromCommandReply(reply, server);
}
