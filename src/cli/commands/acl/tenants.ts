/** `wardis acl tenants`: users for many tenants from one template, and the proof that tenants are apart. */

import { Option, type Command } from 'commander';
import { addSubjectOptions, type SubjectFlags } from '../../acl/subject-options.ts';
import type { CommandContext } from '../../context.ts';
import { collect } from '../../repeatable.ts';

export interface TenantsFlags extends SubjectFlags {
  readonly names?: string;
  readonly namesFile?: string;
  readonly count?: string;
  readonly prefix: string;
  readonly tenantUser: string;
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly databases?: string;
  readonly access: string;
  readonly commands?: string;
  readonly add?: string;
  readonly secretsDir?: string;
  readonly out?: string;
  readonly usersOnly?: boolean;
  readonly force?: boolean;
  readonly tenant: readonly string[];
  readonly shared: readonly string[];
  readonly sharedChannel: readonly string[];
  readonly allow: readonly string[];
  readonly json?: boolean;
}

export function addAclTenants(group: Command, context: CommandContext): void {
  const command = group
    .command('tenants')
    .argument(
      '[source]',
      'an ACL file, redis.conf or live server to add to or to prove; of a server the missing ACL SETUSER commands are printed, none is run',
    )
    .description('make users for many tenants, and prove that tenants are apart')
    .optionsGroup('Tenants to make:')
    .option('--names <names>', 'names, separated by commas')
    .option('--names-file <file>', 'names, one a line; - is standard input')
    .option('--count <number>', 'this many tenants, numbered')
    .option('--prefix <text>', 'names of numbered tenants begin with this', 'tenant-')
    .optionsGroup('Template, where {tenant} is the name:')
    .option('--tenant-user <name>', 'name of the user', '{tenant}')
    .addOption(several('--keys <pattern>', 'key pattern, or rule: %R~shared:*; repeatable', '{tenant}:*'))
    .addOption(several('--channels <pattern>', 'channel pattern; repeatable; empty for none', '{tenant}.*'))
    .option('--databases <numbers>', 'only these databases, for example 0,3 (Valkey 9.1)')
    .option('--access <access>', 'read or read-write', 'read-write')
    .option('--commands <rules>', 'command rules instead of the safe ones')
    .option('--add <rules>', "command rules after the safe ones, for example '+select +psubscribe'")
    .optionsGroup('What is written:')
    .option('--out <file>', 'ACL file, or plan for a live server (default: standard output)')
    .option(
      '--secrets-dir <dir>',
      'make passwords: one file of mode 0600 a user; else users are off without one',
    )
    .option('--users-only', 'leave out the line that closes the user default')
    .option('--force', 'overwrite --out')
    .optionsGroup('Proof (new tenants with the users of the file or server; or those users alone):')
    .addOption(several('--tenant <glob>', 'users that are tenants; repeatable', TENANTS))
    .option('--shared <pattern>', 'key pattern that tenants may share; repeatable', collect, [])
    .option('--shared-channel <pattern>', 'channel pattern that tenants may share; repeatable', collect, [])
    .option('--allow <command>', 'command that tenants may hold although it crosses; repeatable', collect, [])
    .option('--json', 'the proof as JSON');
  addSubjectOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (server: string | undefined, flags: TenantsFlags) => {
    const { runTenants } = await import('../../acl/tenants.ts');
    await runTenants(server, flags, context);
  });
}

/** Who counts as a tenant when nobody says. */
const TENANTS = 'all but default; beside new tenants, all but default and those who reach every key';

/** A repeatable option whose default is told in words. */
function several(flags: string, description: string, standard: string): Option {
  return new Option(flags, description).argParser(collect).default([], standard);
}

const EXAMPLES = `
Exit 0: apart. Exit 1: tenants meet, or hold a command that ignores key patterns; nothing is written then.
Without --secrets-dir the users are off and have no password: nobody can log in until you set one.

Examples:
  wardis acl tenants --names acme,beta,gamma --server redis-7.2
  wardis acl tenants --count 100 --prefix team- --out team.acl --secrets-dir team-secrets
  wardis acl tenants --names acme,beta --keys '{tenant}:*' --keys '%R~shared:*' --shared 'shared:*'
  wardis acl tenants --aclfile users.acl --server valkey-8.1        are these users apart?
  wardis acl tenants 127.0.0.1:6379 --names acme,beta               the plan for a live server; nothing is changed
`;
