import type { ServerVersion } from './dialect.ts';
import type { CommandTable } from './command-table.ts';

export function tableFor(_server: ServerVersion): CommandTable {
  throw new Error('not yet');
}
export function tableFromCommandReply(_reply: unknown, _server: ServerVersion): CommandTable {
  throw new Error('not yet');
}
