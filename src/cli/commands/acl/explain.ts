/** `wardis acl explain`: what a user may do, and what each rule contributed. */

import type { Command } from 'commander';
import { addSubjectOptions, type SubjectFlags } from '../../acl/subject-options.ts';
import type { CommandContext } from '../../context.ts';

export interface ExplainFlags extends SubjectFlags {
  readonly json?: boolean;
  readonly wide?: boolean;
}

export function addAclExplain(group: Command, context: CommandContext): void {
  const command = group
    .command('explain')
    .argument(
      '[words...]',
      'an ACL file, redis.conf, server or rules; behind -- a command, whose decision is explained instead',
    )
    .description('what a user may do, and what each rule contributed')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON')
    .option('--wide', 'name every command instead of the first ones');
  addSubjectOptions(command);
  describeDatabase(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (words: readonly string[], flags: ExplainFlags) => {
    const { runAclExplain } = await import('../../acl/explain.ts');
    await runAclExplain(words, rawWords(command), flags, context);
  });
}

/** Of all connection options this one means something here: Valkey 9.1 decides by it. */
function describeDatabase(command: Command): void {
  const option = command.options.find(({ long }) => long === '--db');
  if (option !== undefined)
    option.description = 'database that the command behind -- is run in (Valkey 9.1; default: 0)';
}

/** The command line as it was typed: commander does not tell which words stood behind `--`. */
function rawWords(command: Command): readonly string[] {
  let root: Command = command;
  while (root.parent !== null) root = root.parent;
  return (root as Command & { readonly rawArgs: readonly string[] }).rawArgs;
}

const EXAMPLES = `
Examples:
  wardis acl explain --server redis-7.2 'on >s +get +set ~* -@all +@write'
  wardis acl explain --aclfile users.acl --server valkey-8.1            every user in a line
  wardis acl explain --aclfile users.acl --server valkey-8.1 --as app   one user in full
  wardis acl explain 127.0.0.1:6379 --as app                            of a live server
  wardis acl explain --server redis-7.2 --user-rules='-@all +get'       rules that begin with -
  wardis acl explain 'on ~app:* +@all -@dangerous' -- KEYS '*'          which rules decide it
`;
