/** `wardis acl diff`: compare what users may do, not how it is written. */

import type { Command } from 'commander';
import { addConnectionOptions } from '../../connection-options.ts';
import type { SubjectFlags } from '../../acl/subject-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface DiffFlags extends Omit<SubjectFlags, 'userRules' | 'as'> {
  readonly userRules: readonly string[];
  readonly as: readonly string[];
  readonly to?: string;
  readonly check?: boolean;
  readonly failOn?: string;
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly wide?: boolean;
}

export function addAclDiff(group: Command, context: CommandContext): void {
  const command = group
    .command('diff')
    .argument(
      '[from]',
      'ACL file, redis.conf (*.conf), or live server as URI or host:port; - is standard input',
    )
    .argument('[to]', 'the same, to compare with')
    .description('compare what users may do, not how it is written')
    .optionsGroup('What is compared:')
    .option(
      '--user-rules <rules>',
      'rules instead of a file or server; give it twice, or beside one',
      collect,
      [],
    )
    .option('--as <user>', 'only this user; twice: the user of FROM, then the one of TO', collect, [])
    .option('--to <name>', 'the same rules on another server version: what an upgrade grants or takes')
    .optionsGroup('Which server:')
    .option('--server <name>', 'server version that files are read by, for example redis-7.2 or valkey-9.1')
    .option('--table <file>', 'command table captured by: redis-cli --json COMMAND')
    .option('--pubsub-default <default>', 'acl-pubsub-default of the server: allchannels or resetchannels')
    .optionsGroup('Answer:')
    .option('--check', 'exit 1 when anything differs, 3 when something could not be compared')
    .option('--fail-on <change>', 'exit 1 only when rights are gained, or lost: gained, lost or any')
    .option('-o, --output <format[=file]>', 'table, markdown or json; repeatable', collect, [])
    .option('--json', 'the same as -o json')
    .option('--wide', 'name every command');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (from: string | undefined, to: string | undefined, flags: DiffFlags) => {
    const { runDiff } = await import('../../acl/diff.ts');
    await runDiff(
      [from, to].filter((each) => each !== undefined),
      flags,
      context,
    );
  });
}

const EXAMPLES = `
Users are compared by name. Marks: + gained by TO, - lost, ~ changed. Every example command was decided for both sides.

Examples:
  wardis acl diff users.acl 127.0.0.1:6379                     what the server has, against the file
  wardis acl diff users.acl redis.conf --check                 exit 1 when they differ
  wardis acl diff users.acl --server redis-6.2 --to redis-7.0  what an upgrade grants or takes
  wardis acl diff --user-rules '~app:* +@read' --user-rules '~app:* +@read -@dangerous'
  wardis acl diff users.acl --as default --as app              two users of one file
`;
