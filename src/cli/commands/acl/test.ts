/** `wardis acl test`: check expectations about users, in CI. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../../connection-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface TestFlags extends ConnectionFlags {
  readonly server: readonly string[];
  readonly table?: string;
  readonly aclfile?: string;
  readonly config?: string;
  readonly target?: string;
  readonly minCoverage?: string;
  readonly showAll?: boolean;
  readonly output: readonly string[];
  readonly json?: boolean;
}

export function addAclTest(group: Command, context: CommandContext): void {
  const command = group
    .command('test')
    .argument('<file...>', 'YAML files with expectations: user, commands to allow, commands to deny')
    .description('check expectations about users, in CI')
    .optionsGroup('Whose rules (default: what the file names):')
    .option('--aclfile <file>', 'an ACL file')
    .option('--config <file>', 'a redis.conf or valkey.conf with its user lines or its aclfile')
    .option('--target <target>', 'the users of a live server')
    .optionsGroup('Which server (default: what the file names):')
    .option('--server <name>', 'server version, for example redis-7.2; repeatable', collect, [])
    .option('--table <file>', 'command table captured by: redis-cli --json COMMAND')
    .optionsGroup('Answer:')
    .option('--min-coverage <percent>', 'exit 1 when fewer rules than this are exercised')
    .option('--show-all', 'list expectations that hold, too')
    .option('-o, --output <format[=file]>', 'table, json, junit; repeatable', collect, [])
    .option('--json', 'the same as -o json');
  addConnectionOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (files: readonly string[], flags: TestFlags) => {
    const { testExpectations } = await import('../../acl/test.ts');
    await testExpectations(files, flags, context);
  });
}

const EXAMPLES = `
A file:
  version: 1
  server: [redis-7.2, valkey-8.1]
  aclfile: users.acl                  or config: redis.conf, or users: { app: 'on ~app:* +get' }
  tests:
    - user: app
      allow: [GET app:1, [GET, 'app:a key']]
      deny:
        - FLUSHALL
        - { command: GET other:1, by: key }

Examples:
  wardis acl test access.yaml
  wardis acl test access.yaml --server redis-8.0 -o table -o junit=acl.xml
  wardis acl test access.yaml --target 127.0.0.1:6379 --min-coverage 10
`;
