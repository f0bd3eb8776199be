/** `wardis acl fmt`: rewrite an ACL file in canonical order, with the same meaning. */

import type { Command } from 'commander';
import type { CommandContext } from '../../context.ts';

export interface FmtFlags {
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly write?: boolean;
  readonly simplify?: boolean;
  readonly hashPasswords?: boolean;
  readonly server?: string;
  readonly table?: string;
  readonly pubsubDefault?: string;
}

export function addAclFmt(group: Command, context: CommandContext): void {
  const command = group
    .command('fmt')
    .argument('<file...>', 'ACL files; - is standard input')
    .description('rewrite ACL files in canonical order; proves that every user keeps the same rights')
    .optionsGroup('What to do:')
    .option('--check', 'list files that would change, and exit 1 when there are any')
    .option('--diff', 'show what would change; passwords and hashes are hidden')
    .option('--write', 'rewrite the files; mode and owner stay')
    .optionsGroup('How far to go:')
    .option('--simplify', 'also drop rules that have no effect in this server version')
    .option('--hash-passwords', 'write #hash for >password, which is all that the server keeps')
    .optionsGroup('Which server:')
    .option('--server <name>', 'server version: redis-7.2, redis-7.2.16, valkey-9.1 (default: redis-7.2)')
    .option('--table <file>', 'command table captured from a server: redis-cli --json COMMAND > FILE')
    .option('--pubsub-default <default>', 'acl-pubsub-default of the server: allchannels or resetchannels');
  command.addHelpText('after', EXAMPLES);
  command.action(async (files: readonly string[], flags: FmtFlags) => {
    const { runFmt } = await import('../../acl/fmt.ts');
    await runFmt(files, flags, context);
  });
}

const EXAMPLES = `
Without --check, --diff or --write the formatted file goes to standard output, passwords included.

Examples:
  wardis acl fmt users.acl --server redis-7.2
  wardis acl fmt users.acl --check --diff               in CI: exit 1 and a difference when it is not formatted
  wardis acl fmt users.acl --write --hash-passwords     no password in clear stays in the file
`;
