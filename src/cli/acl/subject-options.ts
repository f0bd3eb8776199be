/** Options of every `acl` question: which server's language, and whose rules. */

import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';

export interface SubjectFlags extends ConnectionFlags {
  readonly server?: string;
  readonly table?: string;
  readonly userRules?: string;
  readonly aclfile?: string;
  readonly config?: string;
  readonly as?: string;
  readonly pubsubDefault?: string;
}

/** Adds them; a live server is the target argument or the connection options. */
export function addSubjectOptions(command: Command): Command {
  command
    .optionsGroup('Whose rules:')
    .option('--user-rules <rules>', 'rules as ACL SETUSER takes them, in one argument')
    .option('--aclfile <file>', 'an ACL file; - is standard input')
    .option('--config <file>', 'a redis.conf or valkey.conf with its user lines or its aclfile')
    .option('--as <user>', 'this user of the file or server')
    .optionsGroup('Which server:')
    .option('--server <name>', 'server version: redis-7.2, redis-7.2.16, valkey-9.1 (default: redis-7.2)')
    .option('--table <file>', 'command table captured from a server: redis-cli --json COMMAND > FILE')
    .option('--pubsub-default <default>', 'acl-pubsub-default of the server: allchannels or resetchannels');
  return addConnectionOptions(command);
}
