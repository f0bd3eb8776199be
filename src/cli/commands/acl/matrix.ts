/** `wardis acl matrix`: users against categories, key prefixes or commands. */

import type { Command } from 'commander';
import { addSubjectOptions, type SubjectFlags } from '../../acl/subject-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface MatrixFlags extends SubjectFlags {
  readonly categories?: boolean;
  readonly prefix: readonly string[];
  readonly commands?: boolean;
  readonly command: readonly string[];
  readonly output: readonly string[];
  readonly json?: boolean;
}

export function addAclMatrix(group: Command, context: CommandContext): void {
  const command = group
    .command('matrix')
    .argument('[source]', 'an ACL file, redis.conf or live server')
    .description('who may do what: users against categories, key prefixes or commands')
    .optionsGroup('Against what:')
    .option('--categories', 'command categories (default, with the prefixes of the users themselves)')
    .option('--prefix <text>', 'keys that begin with this text; repeatable', collect, [])
    .option('--commands', 'every command')
    .option('--command <name>', 'this command, or several by a star: config|*; repeatable', collect, [])
    .optionsGroup('Answer:')
    .option('-o, --output <format[=file]>', 'table, csv, html, json; repeatable', collect, [])
    .option('--json', 'the same as -o json');
  addSubjectOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (server: string | undefined, flags: MatrixFlags) => {
    const { runMatrix } = await import('../../acl/matrix.ts');
    await runMatrix(server, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis acl matrix --aclfile users.acl --server redis-7.2
  wardis acl matrix --aclfile users.acl --prefix app: --prefix cart: -o html=matrix.html -o table
  wardis acl matrix 127.0.0.1:6379 --commands -o csv > commands.csv
  wardis acl matrix --aclfile users.acl --command 'config|*' --command flushall
`;
