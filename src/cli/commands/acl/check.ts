/** `wardis acl check`: may a user run a command, and why. */

import type { Command } from 'commander';
import { addSubjectOptions, type SubjectFlags } from '../../acl/subject-options.ts';
import type { CommandContext } from '../../context.ts';

export interface CheckFlags extends SubjectFlags {
  readonly batch?: string;
  readonly json?: boolean;
  readonly verify?: boolean;
  readonly quiet?: boolean;
}

export function addAclCheck(group: Command, context: CommandContext): void {
  const command = group
    .command('check')
    .argument('[words...]', 'an ACL file, redis.conf, server or rules, then -- and the command')
    .description('may a user run a command, and why; decided offline as the server decides')
    .optionsGroup('Many questions:')
    .option('--batch <file>', 'questions as JSON lines, answered one line each; - is standard input')
    .optionsGroup('Answer:')
    .option('--json', 'the answer as JSON')
    .option('--verify', "also ask the live server's own ACL DRYRUN, and compare")
    .option('-q, --quiet', 'the exit code only: 0 allowed, 1 denied, 2 no answer');
  addSubjectOptions(command);
  describeDatabase(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (words: readonly string[], flags: CheckFlags) => {
    const { runCheck } = await import('../../acl/check.ts');
    await runCheck(words, rawWords(command), flags, context);
  });
}

/** Of all connection options this one means something here: Valkey 9.1 decides by it. */
function describeDatabase(command: Command): void {
  const option = command.options.find(({ long }) => long === '--db');
  if (option !== undefined)
    option.description = 'database that the command is run in (Valkey 9.1; default: 0)';
}

/** The command line as it was typed: commander does not tell which words stood behind `--`. */
function rawWords(command: Command): readonly string[] {
  let root: Command = command;
  while (root.parent !== null) root = root.parent;
  return (root as Command & { readonly rawArgs: readonly string[] }).rawArgs;
}

const EXAMPLES = `
Exit codes: 0 allowed, 1 denied, 2 no such command, or --verify answers
otherwise, 3 --verify gets no answer; of several users a list and 0.

A batch line asks {"rules": […], "argv": […], "db": 0, "username": "f"} of a new
user, and is answered as ACL SETUSER and ACL DRYRUN answer: {"allowed": true},
or false with "denied", "object" and "message". Refused rules give {"error",
"token"}; without "argv" the user is shown as {"line", "getuser"}. "denied" is
command, key, channel, db, or error for what is no command; it is never auth,
because ACL DRYRUN looks neither at off nor at passwords.
Exit codes of a batch: 0 every line was answered, 2 a line was no question.

Examples:
  wardis acl check --user-rules 'on ~app:* +get' -- GET app:1
  wardis acl check --aclfile users.acl --as app --server valkey-8.1 -- SET app:1 x
  wardis acl check --aclfile users.acl -- FLUSHALL                  who may, of all users
  wardis acl check 127.0.0.1:6379 --as app --verify -- GET app:1   ours and its answer
  echo '{"rules": ["~app:*", "+get"], "argv": ["GET", "app:1"]}' | wardis acl check --server redis-7.2 --batch -
`;
