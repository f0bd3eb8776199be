/** `wardis acl lint`: mistakes and dangers in ACL files and rules. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../../connection-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface LintFlags extends ConnectionFlags {
  readonly server: readonly string[];
  readonly table?: string;
  readonly kind?: string;
  readonly userRules?: string;
  readonly as?: string;
  readonly pubsubDefault?: string;
  readonly rule: readonly string[];
  readonly skip: readonly string[];
  readonly failOn: string;
  readonly output: readonly string[];
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly list?: boolean;
}

export function addAclLint(group: Command, context: CommandContext): void {
  const command = group
    .command('lint')
    .argument(
      '[source...]',
      'ACL files, conf files, scripts of ACL SETUSER, - for standard input, or a server',
    )
    .description('mistakes and dangers in ACL files and rules, and whether a server starts with them')
    .optionsGroup('Whose rules:')
    .option('--user-rules <rules>', 'rules as ACL SETUSER takes them, in one argument')
    .option('--as <user>', 'name of the user of --user-rules, or the only user of a server to lint')
    .option('--kind <kind>', 'what the files are: acl-file, conf or script (default: by their lines)')
    .optionsGroup('Which server:')
    .option('--server <name>', 'server version, such as redis-7.2 or valkey-9.1; repeatable', collect, [])
    .option('--table <file>', 'command table captured from a server: redis-cli --json COMMAND > FILE')
    .option('--pubsub-default <default>', 'acl-pubsub-default of the server: allchannels or resetchannels')
    .optionsGroup('Which rules of the lint:')
    .option('--rule <id>', 'run only this rule; repeatable', collect, [])
    .option('--skip <id>', 'leave out this rule; repeatable', collect, [])
    .option('--list', 'list every rule')
    .optionsGroup('Answer:')
    .option('--fail-on <severity>', 'least severity that makes the exit code 1, or none', 'high')
    .option('-o, --output <format[=file]>', 'table, json, sarif, junit, markdown; repeatable', collect, [])
    .option('--json', 'the same as -o json')
    .option('--fix', 'write the exact fixes that only mend the form; the old file is kept as FILE.bak');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (sources: readonly string[], flags: LintFlags) => {
    const { runLint } = await import('../../acl/lint.ts');
    await runLint(sources, flags, context);
  });
}

const EXAMPLES = `
Examples:
  wardis acl lint users.acl                              for current servers
  wardis acl lint users.acl --server redis-6.2 --server valkey-9.1
  wardis acl lint users.acl redis.conf -o table -o sarif=acl.sarif
  wardis acl lint --user-rules 'on nopass ~app:* +@write -@dangerous' --server redis-7.2
  wardis acl lint redis://127.0.0.1:6379                 the users of a live server
  wardis acl lint --list
`;
