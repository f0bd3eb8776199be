/**
 * What a server says when it refuses to run a command, where ACL DRYRUN has other words: server.c rejectCommand,
 * acl.c; seen on Redis 6.0.16, 7.0.15, 8.0.6 and Valkey 8.1.1, 9.1.2.
 */
import { toLower } from '../bytes.ts';
import type { Decision } from '../decision/decide.ts';
import type { CommandTable } from '../table/command-table.ts';

/** The error reply to a refused decision, as far as the server's version decides it. */
export function executionRefusal(
  decision: Extract<Decision, { allowed: false }>,
  argv: readonly string[],
  table: CommandTable,
): string {
  const { dialect } = table;
  switch (decision.denied) {
    case 'error':
      return decision.message.endsWith('not found') ? unknownCommand(argv, table) : decision.message;
    case 'command':
      return dialect.selectors ? `NOPERM ${lowerThis(decision.message)}` : decision.message;
    case 'key':
    case 'channel':
      if (!dialect.selectors) return decision.message;
      return dialect.refusalNamesUser
        ? `NOPERM No permissions to access a ${decision.denied}`
        : `NOPERM this user has no permissions to access one of the ${decision.denied}s used as arguments`;
    case 'db':
      return 'NOPERM No permissions to access database';
  }
}

/** 7.0 begins DRYRUN's sentence with a capital, the error reply without. */
function lowerThis(message: string): string {
  return message.replace(/^This user/, 'this user');
}

const ARGUMENTS_CHARACTERS_MAX = 128;

function unknownCommand(argv: readonly string[], table: CommandTable): string {
  const name = argv[0] ?? '';
  const container = table.commands.get(toLower(name));
  const shown = name.slice(0, ARGUMENTS_CHARACTERS_MAX);
  if (container !== undefined && table.dialect.subcommands) {
    const sub = (argv[1] ?? '').slice(0, ARGUMENTS_CHARACTERS_MAX);
    return `ERR unknown subcommand '${sub}'. Try ${container.fullName.toUpperCase()} HELP.`;
  }
  let args = '';
  for (const arg of argv.slice(1)) {
    if (args.length >= ARGUMENTS_CHARACTERS_MAX) break;
    const part = arg.slice(0, ARGUMENTS_CHARACTERS_MAX - args.length);
    args += table.dialect.selectors ? `'${part}' ` : `\`${part}\`, `;
  }
  return table.dialect.selectors
    ? `ERR unknown command '${shown}', with args beginning with: ${args}`
    : `ERR unknown command \`${shown}\`, with args beginning with: ${args}`;
}
